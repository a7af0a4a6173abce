import Crypto
import Mappings

/// Someone who wants to be forgotten: known by an e-mail address, or by an address's SHA-256 alone.
///
/// Addresses are compared trimmed and in lower case. `ann@example.com` is not found within `joann@example.com`.
package struct Person: Sendable {
    package let address: String?
    /// SHA-256 in lower-case hexadecimal digits: of the address as trackers hash it, and as it was given.
    package let digests: [String]
    /// The address in the cases that a text may have it in; ASCII letters in lower case.
    private let spellings: [[UInt8]]

    /// Nil for what is no address.
    package init?(email: String) {
        let given = email.trimmed
        let address = given.lowercased()
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !address.contains(" ") else { return nil }
        self.address = address
        digests = Array(Set([address, given].map { Self.sha256(Array($0.utf8)) }))
        spellings = Set([address, given, given.uppercased()].map { $0.utf8.map(\.lowercased) }).sorted { $0.count > $1.count }
    }

    /// Nil for what is no digest of 64 hexadecimal digits.
    package init?(sha256: String) {
        let digest = sha256.trimmed.lowercased()
        guard digest.utf8.count == 64, digest.utf8.allSatisfy({ $0.isHex }) else { return nil }
        address = nil
        digests = [digest]
        spellings = []
    }

    package func isIn(_ text: String) -> Bool { isIn(Array(text.utf8)) }

    package func isIn(_ bytes: [UInt8]) -> Bool { !places(in: bytes).isEmpty }

    package func isIn(_ request: StoredRequest) -> Bool {
        isIn(request.target) || request.headers.contains { isIn($0.value) || isIn($0.name) } || isIn(request.body)
    }

    /// The text with the address and its digests as `***`.
    package func masked(_ text: String) -> String {
        let bytes = Array(text.utf8)
        var masked: [UInt8] = []
        var start = 0
        // They are in order.
        for place in places(in: bytes) {
            masked += bytes[start..<place.lowerBound] + SecretFinder.mask
            start = place.upperBound
        }
        return start == 0 ? text : String(decoding: masked + bytes[start...], as: UTF8.self)
    }

    /// The places of the person in the text, however often it is escaped, not overlapping.
    private func places(in bytes: [UInt8]) -> [Range<Int>] {
        guard bytes.count >= 6 else { return [] }
        var found: [Range<Int>] = []
        UnescapedText.layers(of: bytes) { text in
            found += places(of: text.bytes).map(text.origin)
            return false
        }
        // A text that is the address and nothing else, with any characters.
        if found.isEmpty, bytes.count <= 320, let whole = Optional(String(decoding: bytes, as: UTF8.self).trimmed.lowercased()),
            whole == address || whole.contains("@") && digests.contains(Self.sha256(Array(whole.utf8)))
        {
            return [0..<bytes.count]
        }
        return found.sorted { $0.lowerBound < $1.lowerBound }.reduce(into: []) { kept, place in
            if let last = kept.last, last.upperBound > place.lowerBound {
                kept[kept.count - 1] = last.lowerBound..<max(last.upperBound, place.upperBound)
            } else {
                kept.append(place)
            }
        }
    }

    /// In a text in lower case that holds no escapes.
    private func places(of plain: [UInt8]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for spelling in spellings {
            for place in plain.places(of: spelling) where plain.standsAlone(place) { found.append(place) }
        }
        for digest in digests { found += plain.places(of: Array(digest.utf8)) }
        if address == nil { found += plain.addresses().filter { digests.contains(Self.sha256($0.address)) }.map(\.place) }
        return found
    }

    private static func sha256(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }
}

/// Bytes; RFC 5321 allows 254. What is longer is no address, and is not hashed at each of its dashes.
private let longestAddress = 320

extension [UInt8] {
    fileprivate func places(of needle: [UInt8]) -> [Range<Int>] {
        var places: [Range<Int>] = []
        guard let first = needle.first, needle.count <= count else { return [] }
        withUnsafeBufferPointer { hay in
            let last = hay.count - needle.count
            var index = 0
            while index <= last {
                guard hay[index] == first, hay[index..<index + needle.count].elementsEqual(needle) else {
                    index += 1
                    continue
                }
                places.append(index..<index + needle.count)
                index += needle.count
            }
        }
        return places
    }

    /// Whether what surrounds an address does not belong to a longer one.
    fileprivate func standsAlone(_ place: Range<Int>) -> Bool {
        if place.lowerBound > 0, self[place.lowerBound - 1].isLocal { return false }
        guard place.upperBound < count else { return true }
        switch self[place.upperBound] {
        case UInt8(ascii: "."): return !(place.upperBound + 1 < count && self[place.upperBound + 1].isAlphanumeric)
        // `example.com-x.org` is another domain; `example.com-17` is none, because no name ends in a number.
        case UInt8(ascii: "-"): return !self[place.upperBound...].prefix { $0.isAlphanumeric || $0 == 0x2D || $0 == 0x2E }.endsInLetters
        case let after: return !after.isAlphanumeric
        }
    }

    /// Everything around an at sign that looks like an address.
    fileprivate func addresses() -> [(address: [UInt8], place: Range<Int>)] {
        var found: [(address: [UInt8], place: Range<Int>)] = []
        for sign in indices where self[sign] == UInt8(ascii: "@") {
            var start = sign
            while start > 0, self[start - 1].isLocal { start -= 1 }
            var end = sign + 1
            while end < count, self[end].isAlphanumeric || self[end] == UInt8(ascii: "-") || self[end] == UInt8(ascii: ".") { end += 1 }
            // What follows a name, as a number does in an order id, is no part of it.
            var ends = [end]
            ends += (sign + 1..<end).prefix(longestAddress).filter { self[$0] == UInt8(ascii: "-") }
            for var end in ends where end - start <= longestAddress {
                while end > sign + 1, self[end - 1] == UInt8(ascii: ".") { end -= 1 }
                guard start < sign, end > sign + 1 else { continue }
                found.append((Array(self[start..<end]), start..<end))
            }
        }
        return found
    }
}

extension ArraySlice<UInt8> {
    /// Whether a domain may end so: in a label of letters.
    fileprivate var endsInLetters: Bool {
        split(separator: UInt8(ascii: ".")).last?.split(separator: UInt8(ascii: "-")).last?.contains { !(0x30...0x39).contains($0) }
            ?? false
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool { (0x30...0x39).contains(self) || (0x61...0x7A).contains(self) || self >= 0x80 }
    fileprivate var isHex: Bool { (0x30...0x39).contains(self) || (0x61...0x66).contains(self) }
    /// May come before the at sign, as in nearly all addresses.
    fileprivate var isLocal: Bool { isAlphanumeric || [0x2B, 0x2D, 0x2E, 0x5F].contains(self) }
}
