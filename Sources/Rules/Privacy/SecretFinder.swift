import Mappings

/// Blots out the configured secrets at every place in a request, in one pass however many there are.
package struct SecretFinder: Sendable {
    /// Shorter ones would blot out half of every request; they are covered at their documented places only.
    package static let minimumLength = 4
    package static let mask = Array("***".utf8)

    /// Finds nothing.
    package static let none = SecretFinder([])

    /// By their first two bytes, the longest first.
    private var patterns: [UInt16: [[UInt8]]] = [:]
    private var isStart = [Bool](repeating: false, count: 1 << 16)
    /// Whether a secret was too short to be looked for.
    package let leavesSome: Bool

    /// Each secret is also looked for as it is written in a URL and in JSON.
    package init(_ secrets: some Collection<String>, minimumLength: Int = Self.minimumLength) {
        leavesSome = secrets.contains { !$0.isEmpty && $0.utf8.count < max(2, minimumLength) }
        var all: Set<[UInt8]> = []
        for secret in secrets where secret.utf8.count >= max(2, minimumLength) {
            let encoded = secret.percentEncoded
            var json = JSONWriter()
            json.string(secret)
            let slashed = secret.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "\\/")
            let spellings = [secret, encoded, slashed].map { Array($0.utf8) }
            all.formUnion(spellings + [Self.lowerEscapes(encoded), Array(json.bytes.dropFirst().dropLast())])
        }
        for bytes in all {
            let start = UInt16(bytes[0]) << 8 | UInt16(bytes[1])
            isStart[Int(start)] = true
            patterns[start, default: []].append(bytes)
        }
        for start in patterns.keys { patterns[start]?.sort { $0.count > $1.count } }
    }

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
        guard !patterns.isEmpty, bytes.count >= Self.minimumLength else { return nil }
        var masked: [UInt8]?
        var done = 0
        var index = 0
        isStart.withUnsafeBufferPointer { isStart in
            while index + 1 < bytes.count {
                let start = UInt16(bytes[index]) << 8 | UInt16(bytes[index + 1])
                guard isStart[Int(start)], let length = length(at: index, of: bytes, start) else {
                    index += 1
                    continue
                }
                masked = (masked ?? []) + bytes[done..<index] + Self.mask
                index += length
                done = index
            }
        }
        return masked.map { $0 + bytes[done...] }
    }

    private func length(at index: Int, of bytes: UnsafeBufferPointer<UInt8>, _ start: UInt16) -> Int? {
        patterns[start]?.first { bytes[index...].starts(with: $0) }?.count
    }
}
