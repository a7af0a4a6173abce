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

    /// Whether the message says what the conversion's first message said.
    package func isFirst(_ content: KeptDigest) -> Bool { content == firstContent }

    /// What the message does to the conversion. It does nothing if the store has it already.
    ///
    /// - Parameter isStep: whether a correction of this conversion said the same. Asked only if the first message did not.
    package func change<Failure: Error>(
        by message: CorrectionRule.Message, _ content: KeptDigest, rule: CorrectionRule, isStep: () throws(Failure) -> Bool
    ) throws(Failure) -> HistoryChange {
        let isFirst = isFirst(content)
        if isFirst ? step == 0 : try isStep() { return .known }
        switch rule.step(message, document) {
        case .refused(let failure): return .refused(failure)
        case .unchanged(let note): return .unchanged(note: note)
        // The first message again after the conversion was corrected: it is late, and changes nothing.
        case .changed where isFirst: return .unchanged(note: nil)
        case .changed(let row, let routed): return .step(HistoryStep(row: row, number: step + 1, routed: routed))
        }
    }
}

/// A correction that is written: the conversion as it is from now on.
package struct HistoryStep: Sendable {
    /// The row's `id`, `root` and `latest` do not matter.
    package var row: ConversionRow
    package var number: Int
    /// Where the routes send it.
    package var routed: [String]

    /// Every destination that the conversion was sent to gets its correction too; then come those that the routes add.
    package func destinations(after sent: [String]) -> [String] {
        routed.reduce(into: sent) { all, name in if !all.contains(name) { all.append(name) } }
    }
}

/// What a message does to the conversion that it is about.
package enum HistoryChange: Sendable {
    case step(HistoryStep)
    case unchanged(note: String?)
    case refused(Failure)
    /// The same message was taken before.
    case known
}

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

    fileprivate var isEqual: Bool { if case .equalRepeat = self { true } else { false } }
}

extension HistoryChange {
    /// A full message under a key that the conversion holds.
    package func asRepeat(
        _ id: ConversionID, of root: ConversionID, content: KeptDigest, first: KeptDigest?
    ) -> (write: HistoryWrite, acceptance: Acceptance) {
        let write: HistoryWrite
        switch self {
        case .step(let step): return (.step(step), .corrected(root, by: id))
        case .known: write = .equalRepeat(note: nil)
        case .unchanged(let note): write = .repeat(content, of: first, note: note)
        case .refused(let failure): write = .repeat(content, of: first, note: "impossible: \(failure.sentence)")
        }
        return (write, .duplicate(of: root, sameContent: write.isEqual))
    }

    /// A correction of a conversion that is stored.
    package func asCorrection(
        _ id: ConversionID, of root: ConversionID, content: KeptDigest, first: KeptDigest?
    ) -> (write: HistoryWrite, result: CorrectionResult) {
        switch self {
        case .step(let step): (.step(step), .applied(root, correction: id))
        case .known: (.equalRepeat(note: nil), .unchanged(root, note: nil))
        case .unchanged(let note): (.repeat(content, of: first, note: note), .unchanged(root, note: note))
        case .refused(let failure): (.nothing, .refused(failure))
        }
    }

    /// A correction that waited for its conversion. What changes nothing is kept with the reason, since its sender has had his reply.
    package func asWaited(content: KeptDigest, first: KeptDigest?) -> HistoryWrite {
        switch self {
        case .step(let step): .step(step)
        case .known: .equalRepeat(note: nil)
        case .unchanged(let note):
            .repeat(content, of: first, note: note ?? "came before its conversion and changes nothing")
        case .refused(let failure):
            .repeat(content, of: first, note: "came before its conversion and is impossible: \(failure.sentence)")
        }
    }
}

/// Which conversion a correction is about.
package enum CorrectionTarget: Sendable, Equatable {
    case conversion(ConversionID)
    case conflict(with: ConversionID)
    /// None is stored yet: the correction takes this key and waits.
    case waits(DuplicateKey)
    case nowhere

    /// - Parameters:
    ///   - holder: who holds one of the keys, or ever held it.
    ///   - newest: the source's newest conversion with the correction's order id. Asked only if nobody held a key.
    package init<Failure: Error>(
        holder: KeyHolder?, keys: [DuplicateKey], newest: () throws(Failure) -> ConversionID?
    ) throws(Failure) {
        if let holder {
            self = holder.isOthers ? .conflict(with: holder.id) : .conversion(holder.id)
        } else if let newest = try newest() {
            self = .conversion(newest)
        } else {
            self = keys.first.map { .waits($0) } ?? .nowhere
        }
    }
}

extension CorrectionResult {
    /// - Parameter first: the correction of the same content that waits; this one, or one that came before.
    package static func waits(_ id: ConversionID, first: ConversionID) -> CorrectionResult {
        first == id ? .waiting : .unchanged(first, note: nil)
    }
}
