import Mappings

/// Decides what a later message makes of a conversion. Pure: stores call it inside a transaction, and only where two messages meet.
struct CorrectionRule: Sendable {
    enum Message: Sendable {
        /// The document of a conversion that came under a key that is taken.
        case repeated([UInt8])
        /// The document of a correction, which may have waited.
        case correction([UInt8])
    }
    enum Step: Sendable {
        /// The conversion as it now stands, and where the routes would send it. The row's `id`, `root` and `latest` do not matter.
        case changed(ConversionRow, destinations: [String])
        /// - Parameter note: for people: why nothing came of it.
        case unchanged(note: String?)
        case refused(Failure)
    }

    /// - Parameter present: the document of the conversion as it stands.
    var step: @Sendable (_ message: Message, _ present: [UInt8]) -> Step

    /// Nothing changes.
    static let none = CorrectionRule { _, _ in .unchanged(note: nil) }
}

/// What became of a correction.
enum CorrectionResult: Sendable, Equatable {
    case applied(ConversionID, correction: ConversionID)
    case unchanged(ConversionID, note: String?)
    /// Its conversion has not come; it is applied when it comes.
    case waiting
    /// It cannot be, and nothing was kept.
    case refused(Failure)
    /// No conversion is meant, and none can be waited for.
    case notFound
    /// The key belongs to a conversion of another source.
    case conflict(with: ConversionID)
}

/// A correction whose conversion has not come.
struct WaitingRow: Sendable, Equatable {
    /// The id that the correction will have.
    var id: ConversionID
    var source: String
    var tracker: String
    var receivedAt: Timestamp
    var orderID: String?
    /// The message alone.
    var document: [UInt8]
    var request: StoredRequest?
}
