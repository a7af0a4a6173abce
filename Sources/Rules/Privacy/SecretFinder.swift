import Mappings

/// Blots out the configured secrets at every place in a request, in one pass however many there are.
///
/// What a request costs does not depend on how much of a secret is right: a sender of guesses could otherwise find a secret byte by byte
/// by the time that the reply takes. Beyond the first four bytes, only whole secrets are compared, as hashes to a base that nobody knows.
package struct SecretFinder: Sendable {
    /// Shorter ones would blot out half of every request; they are covered at their documented places only.
    package static let minimumLength = 4
    package static let mask = Array("***".utf8)

    /// Finds nothing.
    package static let none = SecretFinder([])

    /// By the first byte that is written for a secret.
    private var begins = [Bool](repeating: false, count: 1 << 8)
    /// By the hash of the first four bytes of a secret.
    private var isStart = [Bool](repeating: false, count: 1 << 16)
    /// The lengths of the secrets that begin with these bytes.
    private var lengths: [UInt32: [Int]] = [:]
    private var hashes = SecretHashes()
    private let hash: RollingHash
    private let multiplier = UInt32.random(in: .min ... .max) | 1
    /// Whether a secret was too short to be looked for.
    package let leavesSome: Bool

    /// Each secret is also looked for as it is written in a URL, however many of its bytes are percent-encoded and how often, in a form, in
    /// JSON and in XML.
    package init(_ secrets: some Collection<String>, minimumLength: Int = Self.minimumLength) {
        let shortest = max(Self.minimumLength, minimumLength)
        leavesSome = secrets.contains { !$0.isEmpty && $0.utf8.count < shortest }
        var all: Set<[UInt8]> = []
        for secret in secrets where secret.utf8.count >= shortest {
            let encoded = secret.percentEncoded
            var json = JSONWriter()
            json.string(secret)
            let slashed = secret.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "\\/")
            let xml = [true, false].map { secret.escapedForXML(isAttribute: $0) }
            let spellings = ([secret, encoded, slashed, secret.replacing(" ", with: "+")] + xml).map { Array($0.utf8) }
            all.formUnion(spellings + [Self.lowerEscapes(encoded), Array(json.bytes.dropFirst().dropLast())])
        }
        hash = RollingHash(longest: all.lazy.map(\.count).max() ?? 1)
        for bytes in all { insert(bytes) }
    }

    private mutating func insert(_ secret: [UInt8]) {
        let start = secret[..<Self.minimumLength].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        begins[Int(secret[0])] = true
        begins[Int(UInt8(ascii: "%"))] = true
        isStart[place(start)] = true
        if !lengths[start, default: []].contains(secret.count) { lengths[start, default: []].append(secret.count) }
        hashes.insert(HashedWindows(of: secret, hash).hash(from: 0, count: secret.count))
    }

    @inline(__always) private func place(_ start: UInt32) -> Int { Int((start &* multiplier) >> 16) }

    /// `%2F` as `%2f`.
    private static func lowerEscapes(_ text: String) -> [UInt8] {
        var bytes = Array(text.utf8)
        for index in bytes.indices where bytes[index] == UInt8(ascii: "%") {
            for next in index + 1..<min(index + 3, bytes.count) where (0x41...0x5A).contains(bytes[next]) { bytes[next] |= 0x20 }
        }
        return bytes
    }

    package func masked(_ text: String) -> String {
        var text = text
        let found = text.withUTF8 { masked($0) }
        return found.map { String(decoding: $0, as: UTF8.self) } ?? text
    }

    package func isIn(_ bytes: [UInt8]) -> Bool { bytes.withUnsafeBufferPointer { masked($0) } != nil }

    package func masked(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBufferPointer { masked($0) } ?? bytes }

    /// Nil if there is nothing to blot out.
    private func masked(_ bytes: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard !hashes.isEmpty, bytes.count >= Self.minimumLength else { return nil }
        var masked: [UInt8]?
        var done = 0
        var search = SecretSearch(in: bytes, hash)
        begins.withUnsafeBufferPointer { begins in
            for index in 0...(bytes.count - Self.minimumLength) where begins[Int(bytes[index])] {
                let length = length(at: index, of: bytes, &search)
                guard length > 0, index >= done else { continue }
                // In place: a body may be nothing but a secret, over and over.
                masked = masked ?? []
                masked?.append(contentsOf: bytes[done..<index])
                masked?.append(contentsOf: Self.mask)
                done = index + length
            }
        }
        return masked.map { $0 + bytes[done...] }
    }

    /// The length of the longest secret that begins at an index; 0 if none does.
    private func length(at index: Int, of bytes: UnsafeBufferPointer<UInt8>, _ search: inout SecretSearch) -> Int {
        let next = bytes[index..<index + Self.minimumLength]
        let plain = next.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        var length = 0
        if isStart[place(plain)] {
            length = max(search.plain(at: index, lengths[plain], hashes), search.encoded(at: index, lengths[plain], hashes))
        }
        if next.contains(UInt8(ascii: "%")), let start = SecretSearch.decodedStart(at: index, of: bytes), isStart[place(start)] {
            length = max(length, search.encoded(at: index, lengths[start], hashes))
        }
        return length
    }
}
