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
    /// How many conversions a request held; nil counts `conversions`.
    package var count: Int?

    package init() {}

    static let names = ExpressionNames(
        variables: [
            ("id", .text), ("reason", .text), ("code", .text), ("field", .text), ("retry_after", .number), ("request_id", .text),
            ("limit", .number), ("offset", .number), ("count", .number),
        ], hasNow: true)

    /// In the order of `names`.
    var values: [Value] {
        [
            id.map(Value.text) ?? .absent,
            refusal.map { .text($0.reason) } ?? .absent,
            refusal.map { .text($0.code.rawValue) } ?? .absent,
            refusal?.failures.first?.field.map(Value.text) ?? .absent,
            retryAfter.map { .number(ExactDecimal($0)) } ?? .absent,
            requestID.map(Value.text) ?? .absent,
            limit.map { .number(ExactDecimal($0)) } ?? .absent,
            offset.map { .number(ExactDecimal($0)) } ?? .absent,
            .number(ExactDecimal(Int64(count ?? conversions.count))),
        ]
    }

    /// Lists that are put into a reply as a whole: `{errors}` as `[{path: […], message: …}]`, `{conversions}`.
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
