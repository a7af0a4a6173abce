import Mappings
import Rules
import Synchronization

/// What is counted of one source while the service runs. It goes on when the configuration is read again.
final class SenderCounters: Sendable {
    private struct State {
        var quota: SenderQuota?
        /// Uses of the second secret since the last report.
        var uses = 0
        var reportedAt: Timestamp?
    }
    private let state = Mutex(State())
    private static let interval = Duration.seconds(60)

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
    func usedSecondSecret(at time: Timestamp) -> Int? {
        state.withLock { state in
            state.uses += 1
            if let reportedAt = state.reportedAt, reportedAt <= time, reportedAt.duration(to: time) < Self.interval { return nil }
            defer { state.uses = 0 }
            state.reportedAt = time
            return state.uses
        }
    }
}
