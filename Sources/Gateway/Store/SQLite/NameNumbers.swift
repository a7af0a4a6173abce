/// Numbers of names that were looked up or given out. The few that a gateway uses are found without hashing.
struct NameNumbers {
    private var first: [(name: String, number: Int64)] = []
    private var others: [String: Int64] = [:]

    private static let few = 16

    func number(of name: String) -> Int64? {
        for known in first where known.name == name { return known.number }
        return others.isEmpty ? nil : others[name]
    }

    mutating func add(_ name: String, _ number: Int64) {
        if first.count < Self.few { first.append((name, number)) } else { others[name] = number }
    }

    mutating func removeAll() {
        first.removeAll(keepingCapacity: true)
        others.removeAll()
    }
}
