/// A request taken apart by its mapping: every value in the slot of its field, before anything is converted.
///
/// Made before it is known which source sent it, since the body may hold the key that says so.
package struct ParsedRequest: Sendable {
    var slots: SlotList
    /// The slots of all items, one item after the other, and each item's position in the sender's list. Something other than an object
    /// in the list has neither.
    var itemSlots = SlotList.none
    var itemPositions: [Int] = []
    /// The bytes that slots are places in, and the values that are none.
    var text: [UInt8] = []
    var others: [WireValue] = []
    /// How many elements each of the layout's lists of items had; empty if there is only one list.
    var listCounts: [Int] = []
    /// Items that came by number or name rather than in a list, by their place in `itemPositions`, or by number.
    var itemsByNumber: [Int: Int] = [:]
    var itemsByName: [String: Int] = [:]
    var extra = JSONObject()
    /// The names in `extra`, each with the last number that a repetition of it was given.
    var extraNames: [String: Int] = [:]
    /// What was sent, whether it was gathered or not; see `RequestLimits`.
    var parameterCount = 0
    var itemCount = 0
    var itemMemberCount = 0
    var failures: [Failure] = []
    /// Whether the body is another document than the mapping's. Then the one failure says so, and no other is looked for.
    var isForeign = false
    var warnings: [String] = []
    /// Whether nothing of another kind, such as `[]` in the place of an object, counts as absent. In a correction it does not: there a refund
    /// without an amount is a refund of all.
    var toleratesEmpty = true
    /// Whether characters were lost before the gateway could read them, so that different texts may be the same now.
    package internal(set) var isLossy = false
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
    /// Keeps a member that no field names; one of a list's element counts among those of items.
    mutating func keepMember(
        _ prefix: String, _ name: @autoclosure () -> String, at place: RequestPlace, _ value: @autoclosure () -> JSONValue
    ) {
        if place.depth == 0 {
            parameterCount += 1
            if parameterCount <= RequestLimits.parameters { keep(prefix + name(), value()) }
        } else {
            itemMemberCount += 1
            if itemMemberCount <= RequestLimits.itemMembers { keep(place.filling(prefix[...]) + name(), value()) }
        }
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

    /// What is in the place of an object or a list, as a sentence shows it.
    enum Oddity {
        /// Nothing, in another kind's way.
        case empty(String)
        case wrong(String)
    }

    /// Notes a member that is not of the kind that its fields need.
    ///
    /// - Parameter found: nil accepts it.
    mutating func expect(_ wanted: String, at name: @autoclosure () -> String, found: Oddity?) {
        switch found {
        case nil: return
        case .empty(let what) where toleratesEmpty: warnings.append(Self.emptied(name(), what))
        case .empty(let what), .wrong(let what):
            guard failures.count < Refusal.limit else { return }
            let name = name()
            failures.append(Failure(.invalid, field: name, "\(name) must be \(wanted), found \(what)"))
        }
    }

    static func emptied(_ name: String, _ what: String) -> String { "\(name) is \(what); it counts as absent" }

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
        case .basicUser, .basicPassword:
            guard let header = request.header("Authorization") else { return nil }
            let basic = BasicCredentials(header: header)
            return (place == .basicUser ? basic?.user : basic?.password) ?? ""
        case .path(let name): return pathValues[name]
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
