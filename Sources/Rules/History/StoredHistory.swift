import Mappings

/// What a store knows of a conversion when another message about it comes, read inside the transaction.
package struct StoredHistory: Sendable {
    /// The conversion as it is now.
    package var document: [UInt8]
    /// The newest correction's step; 0 if there is none.
    package var step: Int
    /// Of the first message.
    package var firstContent: KeptDigest

    package init(document: [UInt8], step: Int, firstContent: KeptDigest) {
        self.document = document
        self.step = step
        self.firstContent = firstContent
    }

    /// Corrections of one conversion; more are refused.
    package static let longest = 1000

    /// Whether the message has the content of the conversion's first message.
    package func isFirst(_ content: KeptDigest) -> Bool { content == firstContent }

    /// What the message does to the conversion. It does nothing if the store has it already.
    ///
    /// - Parameter isStep: whether a correction of this conversion has the same content. Asked only if the first message has not.
    package func change<Failure: Error>(
        by message: CorrectionRule.Message, _ content: KeptDigest, rule: CorrectionRule, isStep: () throws(Failure) -> Bool
    ) throws(Failure) -> HistoryChange {
        let isFirst = isFirst(content)
        if isFirst ? step == 0 : try isStep() { return isFirst ? .known : message.asKnown }
        switch rule.step(message, document) {
        case .refused(let failure): return .refused(failure)
        case .unchanged(let note): return .unchanged(note: note)
        // The first message again after the conversion was corrected: it is late, and changes nothing.
        case .changed where isFirst: return .unchanged(note: nil)
        case .changed where step >= Self.longest: return .full(Self.isFull)
        case .changed(let row, let way): return .step(HistoryStep(row: row, number: step + 1, way: way))
        }
    }
}

extension StoredHistory {
    private static let isFull = Failure(
        .invalid,
        "this conversion was corrected \(longest) times, and no more corrections of it are kept; it stays as it is, so do not send this again"
    )
}

/// A correction that is written: the conversion as it is from now on.
package struct HistoryStep: Sendable {
    /// The row's `id`, `root` and `latest` do not matter.
    package var row: ConversionRow
    package var number: Int
    /// Where the routes send it.
    package var way: Way

    package init(row: ConversionRow, number: Int, way: Way) {
        self.row = row
        self.number = number
        self.way = way
    }

    /// Every destination that the conversion was sent to gets its correction too; then come those that the routes add.
    package func destinations(after sent: [String]) -> [String] {
        way.destinations.reduce(into: sent) { all, name in if !all.contains(name) { all.append(name) } }
    }
}
