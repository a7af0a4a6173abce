import Logging
import Mappings
import Rules

extension Intake {
    /// Keeps the request and answers with the tracker's documented error.
    ///
    /// - Parameters:
    ///   - source: whose secret the request knew; nil for strangers, whose requests have a small keep of their own.
    ///   - retryAfter: in seconds, where the same request may come again.
    ///   - isKept: false answers only.
    func refuse(
        _ call: InboundCall, _ match: InboundRoutes.Match, _ refusal: Refusal, from source: InboundSource?, retryAfter: Int64? = nil,
        isKept: Bool = true
    ) async -> IntakeReply {
        var reply = reply(refusal, call, match.mapping, retryAfter: retryAfter)
        if let retryAfter { reply.headers.append(("Retry-After", "\(retryAfter)")) }
        // Asking for a list loses nothing, so there is nothing to run again.
        guard match.endpoint != .list, isKept else { return reply }
        logger.log(
            level: source == nil || refusal.code == .rateLimited ? .debug : .info, "a request was refused",
            metadata: [
                "request_id": "\(call.id)", "tracker": "\(match.tracker.mapping.name)", "source": "\(source?.name ?? "unknown")",
                "code": "\(refusal.code)", "status": "\(reply.wire.status)",
            ])
        let refused = RefusedRequest(
            receivedAt: call.receivedAt, source: source?.name, tracker: match.tracker.mapping.name, status: reply.wire.status,
            code: refusal.code.rawValue, reason: match.tracker.mask.stored(reason: refusal.reason),
            request: match.tracker.mask.stored(call.request, peer: call.address.text))
        do {
            try await store.keep(refused)
        } catch {
            warn("a refused request could not be kept", error, call)
        }
        return reply
    }

    func refuseMethod(_ request: WireRequest, _ matches: [InboundRoutes.Match]) -> IntakeReply {
        var methods: [String] = []
        for method in matches.flatMap(\.methods) where !methods.contains(method) { methods.append(method) }
        let now = clock.now()
        let call = InboundCall(id: clock.id(at: now), receivedAt: now, request: request, address: .init(text: "", value: nil))
        let wanted = methods.joined(separator: " or ")
        let refusal = Refusal(.methodNotAllowed, "method \(request.method.quotedBriefly) is not answered here; send \(wanted)")
        var reply = reply(refusal, call, matches[0].mapping)
        reply.headers.append(("Allow", methods.joined(separator: ", ")))
        return reply
    }

    /// Nothing was stored, so the sender must come back.
    func storeFailed(_ call: InboundCall, _ tracker: InboundTracker, _ error: StoreError) -> IntakeReply {
        warn("a request was sent back since the store failed", error, call)
        let (sentence, wait): (String, Int64) =
            switch error.kind {
            case .busy: ("the gateway is busy; try again in a moment", 1)
            case .full: ("the gateway cannot store more at the moment; try again later", 30)
            default: ("the gateway cannot store anything at the moment; try again later", 5)
            }
        return overloaded(call, tracker, sentence, retryAfter: wait)
    }

    /// - Parameter retryAfter: in seconds.
    func overloaded(_ call: InboundCall, _ tracker: InboundTracker, _ sentence: String, retryAfter: Int64) -> IntakeReply {
        var reply = reply(Refusal(.overloaded, sentence), call, tracker.mapping, retryAfter: retryAfter)
        reply.headers.append(("Retry-After", "\(retryAfter)"))
        return reply
    }

    private func reply(_ refusal: Refusal, _ call: InboundCall, _ mapping: Mapping, retryAfter: Int64? = nil) -> IntakeReply {
        var variables = ReplyVariables()
        variables.refusal = refusal
        variables.retryAfter = retryAfter
        variables.requestID = call.id.description
        variables.now = call.receivedAt
        let nothing = Conversion(id: call.id, source: "", tracker: mapping.name, receivedAt: call.receivedAt)
        return IntakeReply(mapping.reply(refusal.code.rawValue, to: nothing, variables))
    }

    private func warn(_ sentence: Logger.Message, _ error: StoreError, _ call: InboundCall) {
        guard warnings.allows("store-\(error.kind.rawValue)", at: call.receivedAt) else { return }
        logger.error(sentence, metadata: ["request_id": "\(call.id)", "kind": "\(error.kind.rawValue)", "error": "\(error)"])
    }
}
