import Mappings
import Rules
import Synchronization

/// The addresses whose requests prove nobody, counted while the service runs. It goes on when the configuration is read again.
final class StrangerPace: Sendable {
    /// Bytes of a request that are judged in any case. A larger one is not looked at while its address has failed too often: to verify a
    /// signature costs as much as the request is long.
    static let judged = 16 * 1024

    private let pace: Mutex<FailurePace?>

    /// - Parameter rate: nil counts nothing.
    init(_ rate: Rate?) { pace = Mutex(rate.map { FailurePace($0) }) }

    /// Takes the rate of a new configuration; what was counted against the same rate stays.
    func setRate(_ rate: Rate?) {
        pace.withLock { pace in
            if pace?.rate != rate { pace = rate.map { FailurePace($0) } }
        }
    }

    /// Counts a failure.
    ///
    /// - Returns: how long the address must wait until it may fail again; nil if it need not.
    func fail(_ address: IPAddress, at now: Uptime) -> Duration? { pace.withLock { $0?.fail(address, at: now) } }

    func wait(_ address: IPAddress, at now: Uptime) -> Duration? { pace.withLock { $0?.wait(address, at: now) } }
}

extension Duration {
    /// For `Retry-After`: rounded up, and one at least.
    var wholeSeconds: Int64 { max(1, (nanoseconds + 999_990_000) / 1_000_000_000) }
}
