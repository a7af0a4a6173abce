import Mappings

/// Counts what one source sends against its rates.
///
/// Whatever the secret proved counts, repeats and refused requests too. A request from an address that is not let in does not: it must not cost
/// the sender anything.
package struct SenderQuota: Sendable {
    package let rates: SenderRates
    private var source: RateLimiter?
    private var credentials: [SecretUse: RateLimiter] = [:]
    /// A hundred in any hundred seconds: a flood of them must not push out what was refused for a better reason.
    private var kept = RateLimiter(Rate(permits: 100, interval: .seconds(100)), burst: 100)

    package init(_ rates: SenderRates) {
        self.rates = rates
        // All that the rate gives may come at once: what counts is how many there are in its time.
        func limiter(_ rate: Rate) -> RateLimiter { RateLimiter(rate, burst: rate.permits) }
        source = rates.source.map(limiter)
        if let rate = rates.credential { for use in SecretUse.allCases { credentials[use] = limiter(rate) } }
    }

    package enum Verdict: Equatable {
        case allowed
        /// A request over the rate.
        case refused(Excess)
    }

    package struct Excess: Equatable {
        package var rate: Rate
        /// Whether it is the secret's own rate that is used up.
        package var isCredential: Bool
        package var wait: Duration
        /// False if so many were refused that keeping this one would push others out.
        package var isWorthKeeping: Bool

        /// When the same request may come again, in whole seconds.
        package var retryAfter: Int64 {
            // The limiter rounds up by a nanosecond, which is no second.
            max(1, (wait.nanoseconds + 999_990_000) / 1_000_000_000)
        }

        package var refusal: Refusal {
            let subject = isCredential ? "this credential may send \(rate)" : "this source may send \(rate)"
            return Refusal(.rateLimited, "\(subject), which is used up; try again in \(Duration.seconds(retryAfter).text)")
        }
    }

    /// Counts one request, unless one of the rates is used up; then none of them counts it.
    package mutating func take(_ use: SecretUse, at now: Uptime) -> Verdict {
        let waits = [(credentials[use], true), (source, false)].compactMap { limiter, isCredential in
            limiter.flatMap { $0.next > now ? (rate: $0.rate, isCredential: isCredential, wait: $0.next - now) : nil }
        }
        if let longest = waits.max(by: { $0.wait < $1.wait }) {
            let isWorthKeeping = kept.take(at: now) == nil
            return .refused(
                Excess(rate: longest.rate, isCredential: longest.isCredential, wait: longest.wait, isWorthKeeping: isWorthKeeping))
        }
        _ = credentials[use]?.take(at: now)
        _ = source?.take(at: now)
        return .allowed
    }
}
