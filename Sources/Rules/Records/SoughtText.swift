import Mappings

/// A text that somebody looks for in everything that is stored: an order id, a click id, an e-mail address, a tracker's own id.
///
/// Case does not count. In a document a member's whole value must be the text; in other bytes it must stand alone, so that `4711` is not
/// found within `14711`.
package struct SoughtText: Sendable {
    package let text: String
    /// In lower case: as it is, as JSON writes it, and percent-encoded.
    private let spellings: [[UInt8]]
    /// What a member's value may be instead: the digest of an address.
    private let digests: [String]

    /// Nil for a text without any character but spaces.
    package init?(_ given: String) {
        text = given.trimmed
        guard !text.isEmpty else { return nil }
        var json = JSONWriter()
        json.string(text)
        let escaped = json.bytes.dropFirst().dropLast()
        let all = [Array(text.utf8), Array(escaped), Array(text.percentEncoded.utf8), Array(text.replacing("@", with: "%40").utf8)]
        spellings = Set(all.map { $0.map(\.lowercased) }).sorted { $0.count > $1.count }
        digests = Person(email: text)?.digests ?? []
    }

    /// The paths of members whose value is the text: `order_id`, `customer.email`, `extra.ref`, `items.sku`.
    package func members(of document: [UInt8]) -> [String] {
        guard (spellings + digests.map { Array($0.utf8) }).contains(where: { document.range(of: $0, standingAlone: false) }),
            let value = try? JSONValue(parsing: document)
        else { return [] }
        var paths: [String] = []
        collect(from: value, at: "", into: &paths)
        return paths
    }

    /// Whether the bytes hold the text on its own.
    package func isIn(_ bytes: [UInt8]) -> Bool {
        spellings.contains { bytes.range(of: $0, standingAlone: true) }
            || digests.contains { bytes.range(of: Array($0.utf8), standingAlone: true) }
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
    /// Whether the bytes hold the needle, which is in lower case, in any case.
    /// - Parameter standingAlone: no letter, digit, hyphen or underscore may be next to it.
    fileprivate func range(of needle: [UInt8], standingAlone: Bool) -> Bool {
        guard let first = needle.first, needle.count <= count else { return false }
        return withUnsafeBufferPointer { hay in
            needle.withUnsafeBufferPointer { needle in
                for start in 0...(hay.count - needle.count) where hay[start].lowercased == first {
                    var index = 1
                    while index < needle.count, hay[start + index].lowercased == needle[index] { index += 1 }
                    guard index == needle.count else { continue }
                    guard standingAlone else { return true }
                    let end = start + index
                    if start == 0 || !hay[start - 1].isOfWord || hay.isAfterEscape(start), end == hay.count || !hay[end].isOfWord {
                        return true
                    }
                }
                return false
            }
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Behind `%3D` or `\n` a text begins too.
    fileprivate func isAfterEscape(_ start: Int) -> Bool {
        start >= 3 && self[start - 3] == UInt8(ascii: "%") || start >= 2 && self[start - 2] == UInt8(ascii: "\\")
    }
}

extension UInt8 {
    fileprivate var isOfWord: Bool {
        (0x30...0x39).contains(self) || (0x61...0x7A).contains(lowercased) || self >= 0x80 || self == 0x2D || self == 0x5F
    }
}
