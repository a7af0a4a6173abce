/// The members of an object in the order they were sent or added.
///
/// Finding a key walks the members, and compares bytes: no Unicode normalisation. A key given twice is kept twice and the last is found.
/// Equality ignores the order.
package struct JSONObject: Sendable {
    package private(set) var members: [(key: String, value: JSONValue)]

    package init(_ members: [(String, JSONValue)] = []) { self.members = members }

    /// Setting replaces in place or appends; setting nil removes the member.
    package subscript(key: String) -> JSONValue? {
        get { members.last { $0.key.hasSameBytes(as: key) }?.value }
        set {
            guard let newValue else { return members.removeAll { $0.key.hasSameBytes(as: key) } }
            if let index = members.lastIndex(where: { $0.key.hasSameBytes(as: key) }) {
                members[index].value = newValue
            } else {
                members.append((key, newValue))
            }
        }
    }

    /// Adds a member whose key the caller knows to be new, without looking for it.
    package mutating func append(_ key: String, _ value: JSONValue) { members.append((key, value)) }

    /// The members by code point of their keys, which is the order of their UTF-8 bytes and Python's, but not Swift's `<` or UTF-16's.
    package var sortedByKey: [(key: String, value: JSONValue)] {
        members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }
}

extension JSONObject: Equatable, ExpressibleByDictionaryLiteral {
    package static func == (one: JSONObject, other: JSONObject) -> Bool {
        one.members.count == other.members.count
            && one.sortedByKey.elementsEqual(other.sortedByKey) { $0.key.utf8.elementsEqual($1.key.utf8) && $0.value == $1.value }
    }

    package init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

extension String {
    /// Without Unicode normalisation. Most keys differ in their length already.
    fileprivate func hasSameBytes(as other: String) -> Bool {
        guard utf8.count == other.utf8.count else { return false }
        // Element by element costs a call for each.
        let isSame = utf8.withContiguousStorageIfAvailable { one in
            other.utf8.withContiguousStorageIfAvailable { two in one.indices.allSatisfy { one[$0] == two[$0] } }
        }
        return isSame.flatMap(\.self) ?? utf8.elementsEqual(other.utf8)
    }
}
