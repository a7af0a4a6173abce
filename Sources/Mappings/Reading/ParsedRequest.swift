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
    /// The names in `extra`, each with the last number that a repetition of it was given.
    var extraNames: [String: Int] = [:]
    /// What was sent, whether it was gathered or not; see `RequestLimits`.
    var parameterCount = 0
    var itemCount = 0
    var itemMemberCount = 0
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
    /// Keeps a member of a body that no field names.
    mutating func keepMember(_ name: @autoclosure () -> String, _ value: @autoclosure () -> JSONValue) {
        parameterCount += 1
        if parameterCount <= RequestLimits.parameters { keep(name(), value()) }
    }

    /// Keeps a member of an item that no field names.
    mutating func keepItemMember(_ name: @autoclosure () -> String, _ value: @autoclosure () -> JSONValue) {
        itemMemberCount += 1
        if itemMemberCount <= RequestLimits.itemMembers { keep(name(), value()) }
    }

    mutating func keep(_ name: String, _ value: JSONValue) {
        extra.append(Self.free(name, &extraNames), value)
    }

    /// Two may have the same name, such as `a.b` and `b` within `a`: the second gets a number, `a.b#2`.
    ///
    /// Goes on from the last number. A name is stepped over only if the sender sent it himself, and only once.
    static func free(_ name: String, _ taken: inout [String: Int]) -> String {
        guard var number = taken.updateValue(1, forKey: name) else { return name }
        var free: String
        repeat {
            number += 1
            free = "\(name)#\(number)"
        } while taken[free] != nil
        taken[name] = number
        taken[free] = 1
        return free
    }

    /// Whether the request has a member or parameter of this name, be it empty. A body that can be read only with repairs has it if the name is
    /// anywhere in it.
    func has(_ name: String) -> Bool {
        if parameters?.pairs.contains(where: { $0.name == name }) == true { return true }
        guard hasBody, let format else { return false }
        guard let members = format.members(of: request.body) else {
            let last = name.split(separator: ".").last.map(String.init) ?? name
            return String(decoding: request.body, as: UTF8.self).contains(last)
        }
        if members[name] != nil { return true }
        var value = JSONValue.object(members)
        for part in name.split(separator: ".") {
            guard let next = value[String(part)] else { return false }
            value = next
        }
        return true
    }

    /// Notes a member that is not of the kind that its fields need.
    ///
    /// - Parameter found: what is there, as a sentence shows it; nil accepts it.
    mutating func expect(_ wanted: String, at name: @autoclosure () -> String, found: @autoclosure () -> String?) {
        guard failures.count < Refusal.limit, let found = found() else { return }
        let name = name()
        failures.append(Failure(.invalid, field: name, "\(name) must be \(wanted), found \(found)"))
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
