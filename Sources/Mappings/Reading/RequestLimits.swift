/// How much of a request is read. What is beyond it is counted, never gathered, so that nobody makes the gateway work or remember out of
/// proportion to the bytes that he sent.
enum RequestLimits {
    /// Parameters of the query and of a form, and members of a JSON body that no field names. A name that is repeated counts each time; a
    /// list or an object counts once.
    static let parameters = 1000
    static let items = 10_000
    /// Members that no field names, of all items together.
    static let itemMembers = 10_000
}

extension ParsedRequest {
    /// Whether the request holds more than is read.
    var isExcessive: Bool {
        parameterCount > RequestLimits.parameters || itemCount > RequestLimits.items || itemMemberCount > RequestLimits.itemMembers
    }

    /// What there is too much of.
    var excess: [Failure] {
        var excess: [Failure] = []
        func check(_ count: Int, _ limit: Int, _ what: String) {
            guard count > limit else { return }
            excess.append(Failure(.malformed, "the request has \(count) \(what); \(limit) are allowed"))
        }
        check(parameterCount, RequestLimits.parameters, "parameters and members that no field names")
        check(itemCount, RequestLimits.items, "items")
        check(itemMemberCount, RequestLimits.itemMembers, "members of items that no field names")
        return excess
    }
}
