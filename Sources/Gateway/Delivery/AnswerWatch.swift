import Logging
import Rules
import Synchronization

/// Logs once that a destination's answers say nothing of the conversions, and once that they do again.
final class AnswerWatch: Sendable {
    /// By destination; none while all answers are understood.
    private let runs = Mutex<[String: UnconfirmedRun]>([:])
    private let logger: Logger

    init(logger: Logger) { self.logger = logger }

    /// Of results in the order in which they came.
    func look(at results: some Sequence<AttemptResult>) {
        runs.withLock { runs in
            for result in results {
                guard let outcome = result.attempt?.outcome, outcome == .unconfirmed || !runs.isEmpty else { continue }
                look(at: result, outcome, &runs)
            }
        }
    }

    private func look(at result: AttemptResult, _ outcome: AttemptOutcome, _ runs: inout [String: UnconfirmedRun]) {
        let name = result.delivery.destination
        var run = runs[name] ?? UnconfirmedRun()
        switch run.take(outcome) {
        case .began(let count):
            logger.error(
                "destination '\(name)' answers what says nothing of the conversions, \(count) times in a row: \(result.reason ?? ""); see 'gateway deliveries --state unconfirmed'",
                metadata: ["destination": "\(name)"])
        case .ended(let count):
            logger.info(
                "destination '\(name)' answers as expected again; \(count) deliveries in a row are unconfirmed and are not sent again by themselves",
                metadata: ["destination": "\(name)"])
        case nil: break
        }
        runs[name] = run.count == 0 ? nil : run
    }
}
