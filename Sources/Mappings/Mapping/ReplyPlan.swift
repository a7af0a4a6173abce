/// One documented reply: what we answer, and how we know it when a tracker answers it.
package struct ReplyPlan: Sendable {
    /// `accepted`, `review`, `duplicate`, a failure's code, or a name of the mapping's own.
    package var name: String
    package var status: Int
    package var body: Body
    /// What a tracker's reply must look like to be this one; `body` where the file says nothing else.
    package var match: Body
    package var matchesStatus: Int?
    /// What it means for a delivery.
    package var outcome: ReplyReading.Outcome

    package enum Body: Sendable {
        case none
        case json(JSONTemplate)
        case text(Template)

        /// How much of it is fixed: the reply with the most is tried first.
        var weight: Int {
            switch self {
            case .none: 0
            case .json(let template): template.weight
            case .text(let template): template.onlyLiteral == nil ? 1 : 2
            }
        }
    }
}

/// A reply ready to be sent.
package struct WireReply: Sendable, Equatable {
    package var status: Int
    package var contentType: String
    package var body: [UInt8]

    package init(status: Int, contentType: String, body: [UInt8]) {
        self.status = status
        self.contentType = contentType
        self.body = body
    }
}

/// The names that replies know beside the conversion's fields, and their values for one reply.
package struct ReplyVariables: Sendable {
    /// The conversion's id; of a duplicate, the first one's.
    package var id: String?
    package var refusal: Refusal?
    /// Whole seconds.
    package var retryAfter: Int64?
    package var requestID: String?
    package var now: Timestamp?
    package var limit: Int64?
    package var offset: Int64?
    package var conversions: [JSONValue] = []

    package init() {}

    static let names = ExpressionNames(variables: [
        ("id", .text), ("reason", .text), ("code", .text), ("field", .text), ("retry_after", .number), ("request_id", .text),
        ("now", .time), ("limit", .number), ("offset", .number), ("count", .number),
    ])

    /// In the order of `names`.
    var values: [Value] {
        [
            id.map(Value.text) ?? .absent,
            refusal.map { .text($0.reason) } ?? .absent,
            refusal.map { .text($0.code.rawValue) } ?? .absent,
            refusal?.failures.first?.field.map(Value.text) ?? .absent,
            retryAfter.map { .number(ExactDecimal($0)) } ?? .absent,
            requestID.map(Value.text) ?? .absent,
            now.map(Value.time) ?? .absent,
            limit.map { .number(ExactDecimal($0)) } ?? .absent,
            offset.map { .number(ExactDecimal($0)) } ?? .absent,
            .number(ExactDecimal(Int64(conversions.count))),
        ]
    }

    /// Lists that stand whole in a reply: `{errors}` as `[{path: […], message: …}]`, `{conversions}`.
    static let listNames = ["errors", "conversions"]

    func list(_ name: String) -> JSONValue {
        if name == "conversions" { return .array(conversions) }
        return .array(
            (refusal?.failures ?? []).map { failure in
                let path = failure.field?.split(separator: ".").map { JSONValue.string(String($0)) } ?? []
                return ["path": .array(path), "message": .string(failure.sentence)]
            }
        )
    }
}
