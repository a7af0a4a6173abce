import Mappings
import Rules
import Synchronization

/// What is counted of one source while the service runs. It goes on when the configuration is read again.
final class SenderCounters: Sendable {
    private struct State {
        var quota: SenderQuota?
        var usesOfSecondSecret = PacedCount()
        var sentNowhere = PacedCount()
    }
    private let state = Mutex(State())
    /// The store reads for few at once, and a list takes time in proportion to what the source has sent.
    let lists = InFlightLimit(1)

    /// Takes the rates of a new configuration; what was counted against the same rates stays.
    func setRates(_ rates: SenderRates?) {
        state.withLock { state in
            if state.quota?.rates != rates { state.quota = rates.map { SenderQuota($0) } }
        }
    }

    /// Counts one request against the rates.
    func take(_ secret: SecretUse, at now: Uptime) -> SenderQuota.Verdict {
        state.withLock { $0.quota?.take(secret, at: now) } ?? .allowed
    }

    /// Counts one request that only the second secret of a rotation proved, so that an operator knows when it is out of use.
    ///
    /// - Returns: how many there were since the last report, once a minute at most; nil if no report is due.
    func usedSecondSecret(at time: Timestamp) -> Int? { state.withLock { $0.usesOfSecondSecret.add(at: time) } }

    /// Counts one conversion that was accepted and that no route takes.
    ///
    /// - Returns: how many there were since the last report, once a minute at most; nil if no report is due.
    func sentNowhere(at time: Timestamp) -> Int? { state.withLock { $0.sentNowhere.add(at: time) } }
}
