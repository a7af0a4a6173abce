/// A moment on a clock that never goes back and that nobody sets, as nanoseconds since any fixed start. Rates, pauses and breakers count on it.
package struct Uptime: Sendable, Hashable, Comparable {
    package var nanoseconds: Int64

    package init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    /// Before every other moment.
    package static let distantPast = Uptime(nanoseconds: .min)

    package static func < (left: Self, right: Self) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Stops at the ends of what can be counted, instead of overflowing.
    package static func + (time: Self, wait: Duration) -> Self {
        let (sum, isOver) = time.nanoseconds.addingReportingOverflow(wait.nanoseconds)
        return Self(nanoseconds: isOver ? (wait < .zero ? .min : .max) : sum)
    }

    package static func - (later: Self, earlier: Self) -> Duration {
        let (difference, isOver) = later.nanoseconds.subtractingReportingOverflow(earlier.nanoseconds)
        return .nanoseconds(isOver ? (later < earlier ? .min : .max) : difference)
    }
}

extension Duration {
    /// Whole nanoseconds, at most what 64 bits hold: some 292 years.
    package var nanoseconds: Int64 {
        let (seconds, attoseconds) = components
        let (whole, isOver) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        guard !isOver else { return seconds < 0 ? .min : .max }
        let (sum, isSumOver) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        return isSumOver ? (seconds < 0 ? .min : .max) : sum
    }
}
