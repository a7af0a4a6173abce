import Mappings

/// Another request under a key that was taken. Equal ones are counted; the first 100 others are kept whole, the rest counted.
struct RepeatRow: Sendable, Equatable {
    var receivedAt: Timestamp
    var sameContent: Bool
    /// Requests that this row stands for; `receivedAt` is the last one's.
    var count: Int
    /// Nil where the content was the same, and on the row that counts what was not kept.
    var document: [UInt8]?
    var request: StoredRequest?
    /// Why it changed nothing, where that is worth saying.
    var note: String?
}
