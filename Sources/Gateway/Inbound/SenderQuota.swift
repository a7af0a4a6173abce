import Rules
import Synchronization

/// Counts what one source sends against its rates.
final class SenderQuota: Sendable {
    let rates: SenderRates
    private let state: Mutex<State>

    private struct State {
        var source: RateLimiter?
        var credentials: [SecretUse: RateLimiter]
        /// A hundred in any hundred seconds: a flood of them must not push out what was refused for a better reason.
        var kept = RateLimiter(Rate(permits: 100, interval: .seconds(100)), burst: 100)
    }

    init(_ rates: SenderRates) {
        self.rates = rates
        // All that the rate gives may come at once: what counts is how many there are in its time.
        func limiter(_ rate: Rate) -> RateLimiter { RateLimiter(rate, burst: rate.permits) }
        var credentials: [SecretUse: RateLimiter] = [:]
        if let rate = rates.credential { for use in SecretUse.allCases { credentials[use] = limiter(rate) } }
        state = Mutex(State(source: rates.source.map(limiter), credentials: credentials))
    }

    enum Verdict: Equatable {
        case allowed
        /// One too many.
        case refused(Excess)
    }

    struct Excess: Equatable {
        var rate: Rate
        /// Whether it is the secret's own rate that is used up.
        var isCredential: Bool
        var wait: Duration
        /// False where so many were refused that keeping this one would push others out.
        var isWorthKeeping: Bool
    }

    /// Counts one request, unless one of the rates is used up; then none of them counts it.
    func take(_ use: SecretUse, at now: Uptime) -> Verdict {
        state.withLock { state in
            let credential = state.credentials[use]
            let waits = [(credential, true), (state.source, false)].compactMap { limiter, isCredential in
                limiter.flatMap { $0.next > now ? (rate: $0.rate, isCredential: isCredential, wait: $0.next - now) : nil }
            }
            if let longest = waits.max(by: { $0.wait < $1.wait }) {
                let isWorthKeeping = state.kept.take(at: now) == nil
                return .refused(
                    Excess(rate: longest.rate, isCredential: longest.isCredential, wait: longest.wait, isWorthKeeping: isWorthKeeping))
            }
            _ = state.credentials[use]?.take(at: now)
            _ = state.source?.take(at: now)
            return .allowed
        }
    }
}
