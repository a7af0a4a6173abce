import Mappings
import Rules
import Synchronization

/// What came from one source since the start of the process, and what became of it.
final class IntakeMetrics: Sendable {
    /// What a request was, by the word that the metric's label has.
    enum Outcome: String, CaseIterable {
        case accepted, duplicate, corrected, unchanged, waiting, ignored, refused
        /// The store did not take it; the sender was asked to come again.
        case unavailable
    }

    struct State {
        var outcomes: [Int] = Array(repeating: 0, count: Outcome.allCases.count)
        var refusals: [FailureCode: Int] = [:]
        /// Read with a warning, by what the warning is about.
        var warned = 0
        /// Of accepted conversions. Few currencies, so a list.
        var amounts: [(currency: Currency, amount: ExactDecimal)] = []

        subscript(outcome: Outcome) -> Int {
            get { outcomes[Outcome.allCases.firstIndex(of: outcome) ?? 0] }
            set { outcomes[Outcome.allCases.firstIndex(of: outcome) ?? 0] = newValue }
        }

        mutating func add(_ amount: ExactDecimal, _ currency: Currency) {
            guard let place = amounts.firstIndex(where: { $0.currency == currency }) else {
                if amounts.count < IntakeMetrics.currencies { amounts.append((currency, amount)) }
                return
            }
            amounts[place].amount = amounts[place].amount.adding(amount) ?? amounts[place].amount
        }
    }

    /// A sender's invented codes do not make the page grow without end.
    static let currencies = 200

    private let state = Mutex(State())

    func count(_ outcome: Outcome) { state.withLock { $0[outcome] += 1 } }

    func count(refused code: FailureCode) {
        state.withLock { state in
            state[.refused] += 1
            state.refusals[code, default: 0] += 1
        }
    }

    func count(accepted conversion: Conversion) {
        state.withLock { state in
            state[.accepted] += 1
            if !conversion.warnings.isEmpty { state.warned += 1 }
            if let amount = conversion[.amount].number, let currency = conversion.currency { state.add(amount, currency) }
        }
    }

    func read() -> State { state.withLock { $0 } }
}
