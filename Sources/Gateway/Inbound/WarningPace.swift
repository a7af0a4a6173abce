import Mappings
import Synchronization

/// Lets one warning of a kind pass per interval, so that a flood of requests is not a flood of log lines.
final class WarningPace: Sendable {
    private let interval: Duration
    private let last = Mutex<[String: Timestamp]>([:])

    init(every interval: Duration) { self.interval = interval }

    /// - Parameter kind: from a closed list, such as the names of sources; each is remembered.
    func allows(_ kind: String, at time: Timestamp) -> Bool {
        last.withLock { last in
            // Threads take turns, so a time may be a little before the last; far before it, the clock was set back.
            if let earlier = last[kind], earlier.duration(to: time) < interval, time.duration(to: earlier) < interval { return false }
            last[kind] = time
            return true
        }
    }
}
