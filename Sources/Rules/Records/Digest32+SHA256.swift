import Crypto
import Mappings

extension Digest32 {
    package init(sha256 text: String) {
        var text = text
        self = text.withUTF8 { Digest32(SHA256.hash(data: $0)) }
    }

    private init(_ digest: SHA256.Digest) {
        self = digest.withUnsafeBytes { bytes in
            func word(_ index: Int) -> UInt64 { bytes.loadUnaligned(fromByteOffset: 8 * index, as: UInt64.self) }
            return Digest32(words: (word(0), word(1), word(2), word(3)))
        }
    }

    /// - Parameter bytes: 32 of them; missing ones count as zero.
    package init(bytes: [UInt8]) {
        func word(_ index: Int) -> UInt64 {
            var word: UInt64 = 0
            withUnsafeMutableBytes(of: &word) { target in
                target.copyBytes(from: bytes.dropFirst(8 * index).prefix(8))
            }
            return word
        }
        self.init(words: (word(0), word(1), word(2), word(3)))
    }

    /// Takes as long for a wrong digest as for the right one, unlike `==`.
    package func isEqualInConstantTime(to other: Self) -> Bool {
        let difference =
            (words.0 ^ other.words.0) | (words.1 ^ other.words.1) | (words.2 ^ other.words.2) | (words.3 ^ other.words.3)
        return difference == 0
    }
}
