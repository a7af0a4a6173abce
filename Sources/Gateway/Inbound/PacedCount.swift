import Mappings

/// How often something happened since it was reported last. A report is due once a minute at most.
struct PacedCount: Sendable {
    private var count = 0
    private var reportedAt: Timestamp?
    private static let interval = Duration.seconds(60)

    /// Counts one more.
    ///
    /// - Returns: how many there were since the last report; nil if no report is due.
    mutating func add(at time: Timestamp) -> Int? {
        count += 1
        // Threads take turns, so a time may be a little before the last; far before it, the clock was set back.
        if let reportedAt, reportedAt.duration(to: time) < Self.interval, time.duration(to: reportedAt) < Self.interval { return nil }
        defer { count = 0 }
        reportedAt = time
        return count
    }
}
