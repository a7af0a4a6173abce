/// A moment in UTC, in microseconds since 1970-01-01T00:00:00Z.
///
/// The gateway's only type for time: read from ISO 8601 text or UNIX seconds, written as ISO 8601 in UTC. The clock itself comes in
/// from outside, so that everything here stays repeatable.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }
    package init(seconds: Int64) { self.init(microseconds: seconds &* 1_000_000) }

    /// Whole seconds, rounded down, as UNIX time counts them.
    package var seconds: Int64 { microseconds.flooredDivision(by: 1_000_000).quotient }
    package var milliseconds: Int64 { microseconds.flooredDivision(by: 1000).quotient }

    package static func < (left: Self, right: Self) -> Bool { left.microseconds < right.microseconds }

    package func advanced(by duration: Duration) -> Self {
        let (seconds, attoseconds) = duration.components
        return Self(microseconds: microseconds &+ seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000)
    }

    package func duration(to other: Self) -> Duration { .microseconds(other.microseconds - microseconds) }
}

extension Int64 {
    /// Division that rounds towards minus infinity, so that moments before 1970 keep a remainder of zero or more.
    func flooredDivision(by divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
