import Mappings

/// Another request under a key that was taken. Equal ones are counted; the first 100 others are kept whole, the rest counted.
package struct RepeatRow: Sendable, Equatable {
    /// Repeats of other content that are kept whole, per conversion.
    package static let keptWhole = 100

    package var receivedAt: Timestamp
    package var sameContent: Bool
    /// How many requests this row counts; `receivedAt` is the last one's.
    package var count: Int
    /// Nil if the content was the same, and on the row that counts what was not kept.
    package var document: [UInt8]?
    package var request: StoredRequest?
    /// Why it changed nothing, if there is more to say than that it came again.
    package var note: String?

    /// Whether it is kept by itself and has a number.
    package var isKeptWhole: Bool { !sameContent && request != nil }

    package init(
        receivedAt: Timestamp, sameContent: Bool, count: Int, document: [UInt8]? = nil, request: StoredRequest? = nil, note: String? = nil
    ) {
        self.receivedAt = receivedAt
        self.sameContent = sameContent
        self.count = count
        self.document = document
        self.request = request
        self.note = note
    }
}
