import Mappings

/// A text that somebody looks for in everything that is stored: an order id, a click id, an e-mail address, a tracker's own id.
///
/// Case does not count. In a document a member's whole value must be the text; in other bytes it must stand alone, so that `4711` is not
/// found within `14711`.
package struct SoughtText: Sendable {
    package let text: String
    /// What is looked for, in lower case: the text, and what may stand in its place: the digests of an address.
    private let spellings: [[UInt8]]
    private let digests: [String]

    /// Nil for a text without any character but spaces.
    package init?(_ given: String) {
        text = given.trimmed
        guard !text.isEmpty else { return nil }
        digests = Person(email: text)?.digests ?? []
        spellings = ([text] + digests).map { $0.utf8.map(\.lowercased) }
    }

    /// The paths of members whose value is the text: `order_id`, `customer.email`, `extra.ref`, `items.sku`.
    package func members(of document: [UInt8]) -> [String] {
        guard isIn(document, standingAlone: false), let value = try? JSONValue(parsing: document)
        else { return [] }
        var paths: [String] = []
        collect(from: value, at: "", into: &paths)
        return paths
    }

    /// Whether the bytes hold the text on its own, however it is escaped.
    package func isIn(_ bytes: [UInt8]) -> Bool { isIn(bytes, standingAlone: true) }

    private func isIn(_ bytes: [UInt8], standingAlone: Bool) -> Bool {
        var isFound = false
        UnescapedText.layers(of: bytes) { layer in
            isFound = spellings.contains { layer.bytes.holds($0, standingAlone: standingAlone) }
            return isFound
        }
        return isFound
    }

    package func isIn(_ text: String) -> Bool { isIn(Array(text.utf8)) }

    /// The places of the text in a request: `externalId in its body`, `in its target`. Headers are left out, because lengths are no ids.
    package func places(in request: StoredRequest) -> [String] {
        var places = isIn(request.target) ? ["in its target"] : []
        if isIn(request.body) {
            // In JSON a part of a value, such as the end of another id, is no match.
            let isJSON = (try? JSONValue(parsing: request.body)) != nil
            places += isJSON ? members(of: request.body).map { "\($0) in its body" } : ["in its body"]
        }
        return places
    }

    private func collect(from value: JSONValue, at path: String, into paths: inout [String]) {
        switch value {
        case .object(let object):
            for (key, member) in object.members { collect(from: member, at: path.isEmpty ? key : "\(path).\(key)", into: &paths) }
        case .array(let array):
            for element in array { collect(from: element, at: path, into: &paths) }
        case .string(let string), .number(let string):
            if isText(string), !paths.contains(path) { paths.append(path) }
        case .bool, .null: break
        }
    }

    private func isText(_ value: String) -> Bool {
        let value = value.trimmed
        return value.utf8.elementsEqual(text.utf8) || value.lowercased() == text.lowercased() || digests.contains(value.lowercased())
    }
}

extension [UInt8] {
    /// Whether bytes in lower case hold the needle.
    /// - Parameter standingAlone: no letter, digit, hyphen or underscore may be next to it.
    fileprivate func holds(_ needle: [UInt8], standingAlone: Bool) -> Bool {
        guard let first = needle.first, needle.count <= count else { return false }
        return withUnsafeBufferPointer { hay in
            needle.withUnsafeBufferPointer { needle in
                for start in 0...(hay.count - needle.count) where hay[start] == first {
                    var index = 1
                    while index < needle.count, hay[start + index] == needle[index] { index += 1 }
                    guard index == needle.count else { continue }
                    guard standingAlone else { return true }
                    let end = start + index
                    if start == 0 || !hay[start - 1].isOfWord, end == hay.count || !hay[end].isOfWord {
                        return true
                    }
                }
                return false
            }
        }
    }
}

extension UInt8 {
    fileprivate var isOfWord: Bool {
        (0x30...0x39).contains(self) || (0x61...0x7A).contains(self) || self >= 0x80 || self == 0x2D || self == 0x5F
    }
}
