/// A request taken apart by its mapping: every value in the slot of its field, before anything is converted.
///
/// Made before it is known which source sent it, since the body may hold the key that says so.
package struct ParsedRequest: Sendable {
    var slots: [WireValue]
    /// The slots of all items, one item after the other, and each item's position in the sender's list. Something other than an object
    /// in the list has neither.
    var itemSlots: [WireValue] = []
    var itemPositions: [Int] = []
    var extra = JSONObject()
    var extraNames: Set<String> = []
    var failures: [Failure] = []
    var warnings: [String] = []
    /// Values of credentials and signatures in the body or query, by `RequestLayout.secretNames`.
    var secrets: [String: [CredentialPlan.Place: String]] = [:]
    /// Decoded parameters, if the fields are parameters.
    var parameters: Parameters?
    /// The body's format; nil if the fields are in the query.
    var format: (any BodyFormat)?
    /// Whether the fields are in a body that is not empty.
    var hasBody = false
    /// The values of the path's variable segments.
    package var pathValues: [String: String]
    package let request: WireRequest
}

extension ParsedRequest {
    /// Keeps a member or parameter that no field names. Two may have the same name, such as `a.b` and `b` within `a`: the second gets a number.
    mutating func keep(_ name: String, _ value: JSONValue) {
        var free = name
        var count = 1
        while !extraNames.insert(free).inserted {
            count += 1
            free = "\(name)#\(count)"
        }
        extra.append(free, value)
    }

    /// Notes a member that is not of the kind that its fields need.
    mutating func expect(_ wanted: String, at name: String, found value: JSONValue, orNull: Bool = true) {
        if orNull, case .null = value { return }
        guard failures.count < Refusal.limit else { return }
        failures.append(Failure(.invalid, field: name, "\(name) must be \(wanted), found \(WireValue(value).quoted)"))
    }

    /// The value at one of the places of a credential or signature; an empty value counts as present.
    package func value(at place: CredentialPlan.Place) -> String? {
        switch place {
        case .header(let name): return request.header(name)
        case .bearer:
            guard let header = request.header("Authorization") else { return nil }
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, String(parts[0]).isEqualIgnoringCase("bearer") else { return "" }
            return parts[1].trimmed
        case .query(let name), .body(let name): return secrets[name]?[place]
        }
    }

    /// The value at the first place that the request uses.
    package func value(atFirstOf places: [CredentialPlan.Place]) -> String? {
        for place in places {
            if let value = value(at: place) { return value }
        }
        return nil
    }
}
