/// What is written for a message, beside the reply to its sender.
package enum HistoryWrite: Sendable {
    case step(HistoryStep)
    /// The message is counted as one that was stored before.
    case equalRepeat(note: String?)
    /// The message is kept whole beside the conversion.
    case otherRepeat(note: String?)
    case nothing

    /// - Parameter first: nil if nothing is stored of the conversion.
    package static func `repeat`(_ content: KeptDigest, of first: KeptDigest?, note: String? = nil) -> HistoryWrite {
        content == first ? .equalRepeat(note: note) : .otherRepeat(note: note)
    }

    /// Of a copy whose first is a conversion already.
    package static let copyNote = "run again by an operator, after another copy had become a conversion"

    /// Whether the message was refused, and so is not remembered.
    package var isNothing: Bool { if case .nothing = self { true } else { false } }

    var isEqual: Bool { if case .equalRepeat = self { true } else { false } }
}
