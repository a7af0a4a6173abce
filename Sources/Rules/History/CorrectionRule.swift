import Mappings

/// Decides what a later message makes of a conversion. Pure: stores call it inside a transaction, and only if two messages meet.
package struct CorrectionRule: Sendable {
    package enum Message: Sendable {
        /// The document of a conversion that came under a key that is taken.
        case repeated([UInt8])
        /// The document of a correction, which may have waited.
        case correction([UInt8])
    }
    package enum Step: Sendable {
        /// The conversion as it is from now on, and where the routes send it. The row's `id`, `root` and `latest` do not matter.
        case changed(ConversionRow, Way)
        /// - Parameter note: for people: why nothing came of it.
        case unchanged(note: String?)
        case refused(Failure)
    }

    /// - Parameter present: the document of the conversion as it is now.
    package var step: @Sendable (_ message: Message, _ present: [UInt8]) -> Step

    package init(step: @escaping @Sendable (_ message: Message, _ present: [UInt8]) -> Step) {
        self.step = step
    }

    /// Nothing changes.
    package static let none = CorrectionRule { _, _ in .unchanged(note: nil) }
}

extension CorrectionRule.Message {
    /// What it does if its content came before. A retry and a second refund of the same amount look alike, so it is kept where a person sees it.
    var asKnown: HistoryChange {
        // A total that comes again says nothing new, and no second one can look like it.
        guard case .correction(let document) = self, let correction = Correction(document: document), correction.refund != nil,
            correction.refunded == nil
        else { return .known }
        return .unchanged(
            note:
                "a refund with the same content came before, and this one counts as its repeat; a second refund of the same amount needs an "
                + "Idempotency-Key of its own, or another member that differs")
    }
}

extension CorrectionRule.Message {
    /// What is said of it if an equal one came before, so that a person looks at it; nil if an equal one means nothing.
    package var noteIfKnown: String? { if case .unchanged(let note) = asKnown { note } else { nil } }
}

/// What became of a correction.
package enum CorrectionResult: Sendable, Equatable {
    case applied(ConversionID, correction: ConversionID)
    case unchanged(ConversionID, note: String?)
    /// Its conversion has not come; it is applied when it comes.
    case waiting
    /// It is impossible, and nothing was kept.
    case refused(Failure)
    /// It names no conversion that is stored, and no key to wait under.
    case notFound
    /// The key belongs to a conversion of another source.
    case conflict(with: ConversionID)
    /// Its conversion has not come, and so many corrections wait already that this one may not.
    case tooManyWait(WaitingLimits.Excess)
}

extension CorrectionResult {
    /// Whether it is kept with its conversion, so that it no longer waits.
    package var hasArrived: Bool {
        switch self {
        case .applied, .unchanged: true
        case .waiting, .refused, .notFound, .conflict, .tooManyWait: false
        }
    }
}

/// A correction whose conversion has not come.
package struct WaitingRow: Sendable, Equatable {
    /// The id that the correction will have.
    package var id: ConversionID
    package var source: String
    package var tracker: String
    package var receivedAt: Timestamp
    package var orderID: String?
    /// The message alone.
    package var document: [UInt8]
    package var request: StoredRequest?
    /// How often it came again, if it may have been meant as one more.
    package var repeats = 0

    package init(
        id: ConversionID, source: String, tracker: String, receivedAt: Timestamp, orderID: String? = nil, document: [UInt8],
        request: StoredRequest? = nil
    ) {
        self.id = id
        self.source = source
        self.tracker = tracker
        self.receivedAt = receivedAt
        self.orderID = orderID
        self.document = document
        self.request = request
    }

    /// What it asks for, in words: `a refund of EUR 10.00, sent again once`.
    package var says: String {
        let correction = Correction(document: document)?.words ?? String(decoding: document, as: UTF8.self)
        return repeats == 0 ? correction : "\(correction), sent again \(repeats == 1 ? "once" : "\(repeats) times")"
    }
}
