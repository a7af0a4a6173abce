import Crypto
import Mappings

/// Someone who wants to be forgotten: known by an e-mail address, or by an address's SHA-256 alone.
///
/// Addresses are compared trimmed and in lower case. `ann@example.com` is not found within `joann@example.com`.
package struct Person: Sendable {
    package let address: String?
    /// SHA-256 in lower-case hexadecimal digits: of the address as trackers hash it, and as it was given.
    package let digests: [String]
    /// The address as bodies and URLs may hold it, in lower case.
    private let spellings: [[UInt8]]

    /// Nil for what is no address.
    package init?(email: String) {
        let given = email.trimmed
        let address = given.lowercased()
        let parts = address.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].contains("."), !address.contains(" ") else { return nil }
        self.address = address
        digests = Array(Set([address, given].map { Self.sha256(Array($0.utf8)) }))
        let encoded = address.percentEncoded
        let all = [
            address, encoded, address.replacing("@", with: "%40"), address.replacing("+", with: "%2b"), encoded.replacing("%", with: "%25"),
            address.replacing("@", with: "\\u0040"), address.replacing("@", with: "\\u0040").replacing("+", with: "\\u002b"),
        ]
        spellings = Set(all.map { $0.lowercased() }).map { Array($0.utf8) }
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
        isIn(request.target) || request.headers.contains { isIn($0.value) } || isIn(request.body)
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

    /// The places of the person in the text, not overlapping.
    private func places(in bytes: [UInt8]) -> [Range<Int>] {
        guard bytes.count >= 6 else { return [] }
        let lower = bytes.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        var found: [Range<Int>] = []
        for spelling in spellings {
            for place in lower.places(of: spelling) where lower.standsAlone(place) { found.append(place) }
        }
        for digest in digests { found += lower.places(of: Array(digest.utf8)) }
        if address == nil { found += lower.addresses().filter { digests.contains(Self.sha256($0.address)) }.map(\.place) }
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

    private static func sha256(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }.joined()
    }
}

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
        if place.lowerBound > 0 {
            var before = self[place.lowerBound - 1]
            if place.lowerBound >= 3, let escaped = escapedByte(at: place.lowerBound - 3) {
                before = escaped
            } else if place.lowerBound >= 2, self[place.lowerBound - 2] == UInt8(ascii: "\\") {
                before = UInt8(ascii: " ")
            }
            if before.isLocal { return false }
        }
        guard place.upperBound < count else { return true }
        let after = self[place.upperBound]
        if after == UInt8(ascii: ".") { return !(place.upperBound + 1 < count && self[place.upperBound + 1].isAlphanumeric) }
        return !(after.isAlphanumeric || after == UInt8(ascii: "-"))
    }

    /// What `%2b` at an index means.
    private func escapedByte(at index: Int) -> UInt8? {
        guard index + 2 < count, self[index] == UInt8(ascii: "%") else { return nil }
        return UInt8(String(decoding: self[index + 1...index + 2], as: UTF8.self), radix: 16)
    }

    /// Everything around an at sign that looks like an address, decoded.
    fileprivate func addresses() -> [(address: [UInt8], place: Range<Int>)] {
        var found: [(address: [UInt8], place: Range<Int>)] = []
        for sign in indices where self[sign] == UInt8(ascii: "@") || escapedByte(at: sign) == UInt8(ascii: "@") {
            var local: [UInt8] = []
            var start = sign
            while start > 0 {
                if start >= 3, let escaped = escapedByte(at: start - 3) {
                    guard escaped.isLocal else { break }
                    local.append(escaped)
                    start -= 3
                } else if self[start - 1].isLocal {
                    local.append(self[start - 1])
                    start -= 1
                } else {
                    break
                }
            }
            let domain = sign + (self[sign] == UInt8(ascii: "@") ? 1 : 3)
            var end = domain
            while end < count, self[end].isAlphanumeric || self[end] == UInt8(ascii: "-") || self[end] == UInt8(ascii: ".") { end += 1 }
            while end > domain, self[end - 1] == UInt8(ascii: ".") { end -= 1 }
            guard !local.isEmpty, end > domain else { continue }
            found.append((local.reversed() + [UInt8(ascii: "@")] + self[domain..<end], start..<end))
        }
        return found
    }
}

extension UInt8 {
    fileprivate var isAlphanumeric: Bool { (0x30...0x39).contains(self) || (0x61...0x7A).contains(self) || self >= 0x80 }
    fileprivate var isHex: Bool { (0x30...0x39).contains(self) || (0x61...0x66).contains(self) }
    /// May come before the at sign, as in nearly all addresses.
    fileprivate var isLocal: Bool { isAlphanumeric || [0x2B, 0x2D, 0x2E, 0x5F].contains(self) }
}
