import Mappings

/// Says when to look for deliveries that would wait too long because somebody set the clock back: at the start, since the process did not see
/// what happened before; right after it was set back; and a minute after that, since results from before may be stored after it.
///
/// `RetrySchedule.latestTimes` says how long is too long. Pure: both clocks' times come in.
package struct ClockWatch: Sendable {
    private var last: (now: Timestamp, uptime: Uptime)?
    private var next: Uptime? = .distantPast

    /// Smaller steps are corrections that change nothing here.
    private static let smallestStep: Duration = .seconds(1)
    private static let secondLook: Duration = .seconds(60)

    package init() {}

    /// Whether to look now. Ask about once a second.
    package mutating func isDue(at now: Timestamp, uptime: Uptime) -> Bool {
        defer { last = (now, uptime) }
        if let last, last.now.duration(to: now) - (uptime - last.uptime) < .zero - Self.smallestStep {
            next = uptime + Self.secondLook
            return true
        }
        guard let next, uptime >= next else { return false }
        self.next = nil
        return true
    }
}
