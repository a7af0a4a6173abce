/// What a platform sends to see whether an address lives, before any credential or signature: it is answered and nothing else.
package struct HandshakePlan: Sendable {
    /// Nil for every method.
    var methods: [String]?
    var condition: RequestCondition?
    var status: Int
    var body: ReplyPlan.Body

    /// A larger request is no handshake.
    static let mostBytes = 16 * 1024
}

extension Mapping {
    /// The answer to a handshake; nil if the request is none.
    package func handshakeReply(to request: RawRequest, at now: Timestamp) -> WireReply? {
        let wire = request.request
        guard !handshakes.isEmpty, wire.body.count + wire.query.utf8.count <= HandshakePlan.mostBytes else { return nil }
        guard let plan = handshakes.first(where: { $0.fits(request) }) else { return nil }
        return reply(plan.status, plan.body, at: now)
    }
}

extension HandshakePlan {
    fileprivate func fits(_ request: RawRequest) -> Bool {
        (methods?.contains(request.request.method) ?? true) && (condition?.isTrue(request) ?? true)
    }
}
