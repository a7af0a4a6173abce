import Mappings

/// Blots out the configured secrets at every place in a request, in one pass however many there are.
package struct SecretFinder: Sendable {
    /// Shorter ones would blot out half of every request; they are covered at their documented places only.
    package static let minimumLength = 4
    package static let mask = Array("***".utf8)

    /// Finds nothing.
    package static let none = SecretFinder([])

    /// The secrets as a tree, byte by byte, so that those that begin alike are compared once: a node and a byte lead to the next node. The root
    /// is 0.
    private var branches: [UInt64: Int] = [:]
    /// By node: whether a secret ends there.
    private var isEnd = [false]
    /// By the first two bytes of each secret.
    private var isStart = [Bool](repeating: false, count: 1 << 16)
    /// Whether a secret was too short to be looked for.
    package let leavesSome: Bool

    /// Each secret is also looked for as it is written in a URL, however many of its bytes are percent-encoded and how often, in a form and in
    /// JSON.
    package init(_ secrets: some Collection<String>, minimumLength: Int = Self.minimumLength) {
        leavesSome = secrets.contains { !$0.isEmpty && $0.utf8.count < max(2, minimumLength) }
        var all: Set<[UInt8]> = []
        for secret in secrets where secret.utf8.count >= max(2, minimumLength) {
            let encoded = secret.percentEncoded
            var json = JSONWriter()
            json.string(secret)
            let slashed = secret.split(separator: "/", omittingEmptySubsequences: false).joined(separator: "\\/")
            let spellings = [secret, encoded, slashed, secret.replacing(" ", with: "+")].map { Array($0.utf8) }
            all.formUnion(spellings + [Self.lowerEscapes(encoded), Array(json.bytes.dropFirst().dropLast())])
        }
        for bytes in all {
            isStart[Int(bytes[0]) << 8 | Int(bytes[1])] = true
            insert(bytes)
        }
    }

    private mutating func insert(_ secret: [UInt8]) {
        var node = 0
        for byte in secret {
            let branch = Self.branch(node, byte)
            if let next = branches[branch] {
                node = next
            } else {
                isEnd.append(false)
                node = isEnd.count - 1
                branches[branch] = node
            }
        }
        isEnd[node] = true
    }

    private static func branch(_ node: Int, _ byte: UInt8) -> UInt64 { UInt64(node) << 8 | UInt64(byte) }

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
        guard !branches.isEmpty, bytes.count >= Self.minimumLength else { return nil }
        var masked: [UInt8]?
        var done = 0
        var index = 0
        isStart.withUnsafeBufferPointer { isStart in
            while index + 1 < bytes.count {
                guard
                    isStart[Int(bytes[index]) << 8 | Int(bytes[index + 1])]
                        || Self.encodedPair(at: index, of: bytes).map({ isStart[$0] }) ?? false,
                    let length = length(at: index, of: bytes)
                else {
                    index += 1
                    continue
                }
                // In place: a body may be nothing but a secret, over and over.
                masked = masked ?? []
                masked?.append(contentsOf: bytes[done..<index])
                masked?.append(contentsOf: Self.mask)
                index += length
                done = index
            }
        }
        return masked.map { $0 + bytes[done...] }
    }

    private static let percent = UInt8(ascii: "%")

    /// The length of the longest secret that begins at an index, as it is or percent-encoded.
    private func length(at index: Int, of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        let plain = length(at: index) { $0 < bytes.count ? (bytes[$0], 1) : nil }
        let encoded = length(at: index) { Self.decoded(at: $0, of: bytes) }
        return [plain, encoded].compactMap(\.self).max()
    }

    /// - Parameter next: the byte that is written at an index, and in how many bytes; nil at the end.
    private func length(at index: Int, _ next: (Int) -> (byte: UInt8, count: Int)?) -> Int? {
        var longest: Int?
        var node = 0
        var end = index
        while let (byte, count) = next(end), let branch = branches[Self.branch(node, byte)] {
            node = branch
            end += count
            if isEnd[node] { longest = end - index }
        }
        return longest
    }

    /// What the first two bytes at an index are in `isStart`; nil if neither is percent-encoded.
    @inline(__always) private static func encodedPair(at index: Int, of bytes: UnsafeBufferPointer<UInt8>) -> Int? {
        guard bytes[index] == percent || bytes[index + 1] == percent, let first = decoded(at: index, of: bytes),
            let second = decoded(at: index + first.count, of: bytes)
        else { return nil }
        return Int(first.byte) << 8 | Int(second.byte)
    }

    /// `/`, `%2F`, `%252F` and so on are all one `/`.
    private static func decoded(at index: Int, of bytes: UnsafeBufferPointer<UInt8>) -> (byte: UInt8, count: Int)? {
        guard index < bytes.count else { return nil }
        var byte = bytes[index]
        var count = 1
        while byte == percent, index + count + 1 < bytes.count, let high = digit(bytes[index + count]),
            let low = digit(bytes[index + count + 1])
        {
            byte = high << 4 | low
            count += 2
        }
        return (byte, count)
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x41 + 10
        case 0x61...0x66: byte - 0x61 + 10
        default: nil
        }
    }
}
