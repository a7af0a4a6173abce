/// The first 16 bytes of a digest: what a store keeps of it. They are enough to distinguish contents, at half the pages.
///
/// A type of its own, so that what a store has read is never compared with a whole digest.
package struct KeptDigest: Sendable, Hashable, Comparable {
    package var words: (UInt64, UInt64)

    package init(words: (UInt64, UInt64)) {
        self.words = words
    }

    package static func == (left: Self, right: Self) -> Bool { left.words == right.words }
    package static func < (left: Self, right: Self) -> Bool { left.words < right.words }
    package func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

extension Digest32 {
    /// As much of it as a store keeps.
    package var kept: KeptDigest { KeptDigest(words: (words.0, words.1)) }
}
