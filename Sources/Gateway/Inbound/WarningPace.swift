import Mappings
import Synchronization

/// Lets one warning of a kind pass per interval, so that a flood of requests is not a flood of log lines.
final class WarningPace: Sendable {
    private let interval: Duration
    private let counts = Mutex<[String: PacedCount]>([:])

    init(every interval: Duration) { self.interval = interval }

    /// - Parameter kind: from a closed list, such as the names of sources; each is remembered.
    func allows(_ kind: String, at time: Timestamp) -> Bool {
        counts.withLock { $0[kind, default: PacedCount(every: interval)].add(at: time) != nil }
    }
}
