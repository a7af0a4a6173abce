import Mappings

/// What a message does to the conversion that it is about.
package enum HistoryChange: Sendable {
    case step(HistoryStep)
    case unchanged(note: String?)
    case refused(Failure)
    /// It would be one step more than a history may have.
    case full(Failure)
    /// The same message was taken before.
    case known
}

extension HistoryChange {
    /// What is left of it if the message's signature came before: a recorded request that is sent again changes nothing.
    package var ofReplay: HistoryChange {
        if case .step = self { .unchanged(note: "its signature came before, with other content beside it") } else { self }
    }

    /// A full message under a key that the conversion holds.
    package func asRepeat(
        _ id: ConversionID, of root: ConversionID, content: KeptDigest, first: KeptDigest?
    ) -> (write: HistoryWrite, acceptance: Acceptance) {
        let write: HistoryWrite
        switch self {
        case .step(let step): return (.step(step), .corrected(root, by: id))
        case .full(let failure): return (.nothing, .refused(failure))
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
        case .refused(let failure), .full(let failure): (.nothing, .refused(failure))
        }
    }

    /// A correction that waited for its conversion. What changes nothing is kept with the reason, since its sender already has a reply.
    package func asWaited(content: KeptDigest, first: KeptDigest?) -> HistoryWrite {
        switch self {
        case .step(let step): .step(step)
        case .known: .equalRepeat(note: nil)
        case .unchanged(let note):
            .repeat(content, of: first, note: note ?? "came before its conversion and changes nothing")
        case .refused(let failure), .full(let failure):
            .repeat(content, of: first, note: "came before its conversion and is impossible: \(failure.sentence)")
        }
    }
}
