import Mappings
import Rules

/// Looks once more for the conversions of corrections that wait, by today's configuration: their sources may share orders by now.
struct WaitingReplay {
    let store: any ConversionStore
    let configuration: Configuration
    private let reception: Reception

    init(store: any ConversionStore, configuration: Configuration) {
        self.store = store
        self.configuration = configuration
        reception = Reception(configuration)
    }

    /// The correction again as it came, under the id that its sender knows; or why it cannot be read.
    private func submission(of row: WaitingRow) -> (submission: Submission?, sentence: String) {
        guard configuration.source(row.source) != nil else { return (nil, "the configuration has no source '\(row.source)'") }
        guard let request = row.request else { return (nil, "its request was not kept; let its sender repeat it") }
        let arrival = Arrival(
            id: row.id, receivedAt: row.receivedAt, request: request.wireRequest, sender: .named(source: row.source, peer: request.peer))
        guard case .trackers(let matches, let first) = reception.find(arrival) else {
            return (nil, "this gateway does not take \(request.method) \(arrival.request.path.quotedBriefly)")
        }
        switch reception.judge(arrival, reception.admit(arrival, matches, first)) {
        case .correction(_, var submission):
            // It was remembered when the correction came.
            submission.signature = nil
            return (submission, "")
        case .refused(let refusal): return (nil, refusal.reason)
        case .list, .conversion, .ignored: return (nil, "it is no correction by today's configuration")
        }
    }

    /// - Parameter foresight: asked instead of the store if nothing may be changed.
    /// - Returns: false if one is impossible.
    func run(_ rows: [WaitingRow], _ foresight: Foresight?) async throws -> Bool {
        var (applied, waiting, isWhole) = (0, 0, true)
        for row in rows {
            let (submission, sentence) = submission(of: row)
            guard let submission else {
                Terminal.complain("correction \(row.id): \(sentence.printable)")
                isWhole = false
                continue
            }
            let result =
                if let foresight { try await foresight.correction(by: submission).get() } else { try await store.correct(submission) }
            switch result {
            case .applied(let root, _):
                applied += 1
                Terminal.tell("correction \(row.id) \(foresight == nil ? "is applied" : "would be applied") to conversion \(root)")
            case .unchanged(let root, let note):
                applied += 1
                Terminal.tell("correction \(row.id) changes nothing in conversion \(root)\(note.map { ": \($0)" } ?? "")")
            case .waiting, .tooManyWait, .notFound: waiting += 1
            case .refused(let failure):
                isWhole = false
                Terminal.complain("correction \(row.id) is impossible and goes on waiting: \(failure.sentence.printable)")
            case .conflict(let other):
                isWhole = false
                Terminal.complain("correction \(row.id): its key belongs to conversion \(other) of another source")
            }
        }
        let found = foresight == nil ? "found their conversions" : "would find their conversions"
        Terminal.tell("\(applied) of \(rows.count) \(found)" + (waiting > 0 ? ", \(waiting) still wait" : ""))
        return isWhole
    }
}
