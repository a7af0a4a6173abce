/// 32 bytes, compared and hashed as four words.
struct Digest32: Sendable, Hashable {
    var words: (UInt64, UInt64, UInt64, UInt64)

    static func == (left: Self, right: Self) -> Bool { left.words == right.words }
    func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}
