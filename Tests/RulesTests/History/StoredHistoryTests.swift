import Mappings
import Rules
import Testing

struct StoredHistoryTests {
    private static let first = KeptDigest(words: (1, 1))
    private static let other = KeptDigest(words: (2, 2))
    private let root = ConversionID(high: 1, low: 1)
    private let message = ConversionID(high: 1, low: 2)
    private let row = ConversionRow(
        id: ConversionID(high: 1, low: 1), source: "shop", tracker: "refersion", receivedAt: Timestamp(seconds: 1), document: [])

    private func history(step: Int = 0) -> StoredHistory { StoredHistory(document: [1], step: step, firstContent: Self.first) }

    private func change(
        _ step: CorrectionRule.Step, to history: StoredHistory, _ content: KeptDigest = other, isStep: Bool = false
    ) -> HistoryChange {
        history.change(by: .correction([]), content, rule: CorrectionRule { _, _ in step }) { isStep }
    }

    private var changed: CorrectionRule.Step { .changed(row, Way(destinations: ["extra", "main"])) }

    /// As short as an expectation needs it.
    private func text(_ change: HistoryChange) -> String {
        switch change {
        case .step(let step): "step \(step.number)"
        case .unchanged(let note): "unchanged \(note ?? "-")"
        case .refused(let failure): "refused \(failure.sentence)"
        case .full(let failure): "full \(failure.sentence)"
        case .known: "known"
        }
    }

    private func text(_ write: HistoryWrite) -> String {
        switch write {
        case .step(let step): "step \(step.number)"
        case .equalRepeat(let note): "equal \(note ?? "-")"
        case .otherRepeat(let note): "other \(note ?? "-")"
        case .nothing: "nothing"
        }
    }

    // MARK: What a message does

    @Test func `a change is the next step of the history`() {
        #expect(text(change(changed, to: history())) == "step 1")
        #expect(text(change(changed, to: history(step: 4))) == "step 5")
    }

    @Test func `a history has at most 1000 steps, and what changes nothing is still known`() {
        #expect(text(change(changed, to: history(step: 999))) == "step 1000")
        let full =
            "this conversion was corrected 1000 times, and no more corrections of it are kept; it stays as it is, so do not send this again"
        #expect(text(change(changed, to: history(step: 1000))) == "full \(full)")
        #expect(text(change(changed, to: history(step: 1000), isStep: true)) == "known")
        #expect(text(change(.unchanged(note: "late"), to: history(step: 1000))) == "unchanged late")
        let failure = Failure(.invalid, full)
        let (write, acceptance) = HistoryChange.full(failure).asRepeat(message, of: root, content: Self.other, first: Self.first)
        #expect(text(write) == "nothing" && acceptance == .refused(failure))
        let (none, result) = HistoryChange.full(failure).asCorrection(message, of: root, content: Self.other, first: Self.first)
        #expect(text(none) == "nothing" && result == .refused(failure))
        #expect(
            text(HistoryChange.full(failure).asWaited(content: Self.other, first: Self.first))
                == "other came before its conversion and is impossible: \(full)")
    }

    @Test func `what was taken before is known, without a look at the rule`() {
        #expect(text(change(changed, to: history(), Self.first)) == "known")
        #expect(text(change(changed, to: history(step: 2), isStep: true)) == "known")
    }

    @Test func `the first message again after a correction changes nothing`() {
        #expect(text(change(changed, to: history(step: 1), Self.first)) == "unchanged -")
        #expect(text(change(.unchanged(note: "late"), to: history(step: 1), Self.first)) == "unchanged late")
    }

    @Test func `every destination of the conversion is sent its correction`() {
        guard case .step(let step) = change(changed, to: history()) else { return #expect(Bool(false)) }
        #expect(step.destinations(after: ["main", "old"]) == ["main", "old", "extra"])
        #expect(step.destinations(after: []) == ["extra", "main"])
    }

    // MARK: What is written, and what the sender gets

    @Test func `a repeat that changes something is a correction`() throws {
        let (write, acceptance) = change(changed, to: history()).asRepeat(message, of: root, content: Self.other, first: Self.first)
        #expect(text(write) == "step 1")
        #expect(acceptance == .corrected(root, by: message))
    }

    @Test(arguments: [
        (HistoryChange.known, "equal -", true),
        (.unchanged(note: nil), "other -", false),
        (.unchanged(note: "a step back"), "other a step back", false),
        (.refused(Failure(.invalid, "the amount is too large")), "other impossible: the amount is too large", false),
    ])
    func `a repeat that changes nothing is a duplicate`(change: HistoryChange, written: String, isSame: Bool) {
        let (write, acceptance) = change.asRepeat(message, of: root, content: Self.other, first: Self.first)
        #expect(text(write) == written)
        #expect(acceptance == .duplicate(of: root, sameContent: isSame))
    }

    @Test func `a repeat of the first message's content is counted with the reason`() {
        let (write, acceptance) = HistoryChange.unchanged(note: "late").asRepeat(message, of: root, content: Self.first, first: Self.first)
        #expect(text(write) == "equal late")
        #expect(acceptance == .duplicate(of: root, sameContent: true))
    }

    @Test func `a correction's sender gets its outcome, and nothing is kept of a refused one`() {
        let failure = Failure(.invalid, "the amount is too large")
        let cases: [(HistoryChange, String, CorrectionResult)] = [
            (change(changed, to: history()), "step 1", .applied(root, correction: message)),
            (.known, "equal -", .unchanged(root, note: nil)),
            (.unchanged(note: "late"), "other late", .unchanged(root, note: "late")),
            (.refused(failure), "nothing", .refused(failure)),
        ]
        for (change, written, reply) in cases {
            let (write, result) = change.asCorrection(message, of: root, content: Self.other, first: Self.first)
            #expect(text(write) == written)
            #expect(result == reply)
        }
    }

    @Test func `a correction that waited is kept with the reason if it changes nothing`() {
        func write(_ change: HistoryChange) -> String { text(change.asWaited(content: Self.other, first: Self.first)) }
        #expect(write(change(changed, to: history())) == "step 1")
        #expect(write(.known) == "equal -")
        #expect(write(.unchanged(note: nil)) == "other came before its conversion and changes nothing")
        #expect(write(.unchanged(note: "late")) == "other late")
        #expect(
            write(.refused(Failure(.invalid, "the amount is too large")))
                == "other came before its conversion and is impossible: the amount is too large")
    }

    // MARK: Which conversion

    private func target(_ holder: KeyHolder?, keys: [DuplicateKey] = [], newest: ConversionID? = nil) -> CorrectionTarget {
        CorrectionTarget(holder: holder, keys: keys) { newest }
    }

    @Test func `a correction is about the holder of its key, else the newest with its order id`() {
        let holder = KeyHolder(id: root, isOthers: false, content: Self.first)
        #expect(target(holder, newest: message) == .conversion(root))
        #expect(target(nil, newest: message) == .conversion(message))
        #expect(target(KeyHolder(id: root, isOthers: true, content: Self.first), newest: message) == .conflict(with: root))
    }

    @Test func `without a conversion a correction waits under its first key, or is about nothing`() {
        let keys = [1, 2].map { DuplicateKey(scope: .source("shop"), digest: Digest32(words: ($0, 0, 0, 0))) }
        #expect(target(nil, keys: keys) == .waits(keys[0]))
        #expect(target(nil) == .nowhere)
    }

    @Test func `an equal correction waits once`() {
        #expect(CorrectionResult.waits(message, first: message) == .waiting)
        #expect(CorrectionResult.waits(message, first: root) == .unchanged(root, note: nil))
    }
}
