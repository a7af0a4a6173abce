import Mappings

/// How often something happened since it was reported last. A report is due once per interval at most.
struct PacedCount: Sendable {
    private let interval: Duration
    private var count = 0
    private var reportedAt: Timestamp?

    init(every interval: Duration = .seconds(60)) { self.interval = interval }

    /// Counts one more.
    ///
    /// - Returns: how many there were since the last report; nil if no report is due.
    mutating func add(at time: Timestamp) -> Int? {
        count += 1
        // Threads take turns, so a time may be a little before the last; far before it, the clock was set back.
        if let reportedAt, reportedAt.duration(to: time) < interval, time.duration(to: reportedAt) < interval { return nil }
        defer { count = 0 }
        reportedAt = time
        return count
    }
}
