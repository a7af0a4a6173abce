import Mappings

/// How long to wait between tries.
package struct RetrySchedule: Sendable, Equatable {
    /// The waits *between* tries: the first try is made at once, so ten waits mean eleven tries.
    package var delays: [Duration]

    /// 5 s, 30 s, 2 m, 10 m, 30 m, 1 h, 3 h, 6 h, 12 h, 24 h: eleven tries over about two days.
    package static let standard: [Duration] = [
        .seconds(5), .seconds(30), .seconds(120), .seconds(600), .seconds(1800),
        .seconds(3600), .seconds(10_800), .seconds(21_600), .seconds(43_200), .seconds(86_400),
    ]
    /// However long a tracker asks for, no wait is lengthened beyond this.
    package var longestRequest: Duration

    package init(delays: [Duration] = Self.standard, longestRequest: Duration = .seconds(3600)) {
        self.delays = delays
        self.longestRequest = longestRequest
    }

    /// Tries in all, the first included.
    package var tries: Int { delays.count + 1 }

    /// How long to wait after try number `attempt` (from 1) failed; nil if it was the last.
    ///
    /// Spread by ±20 % so that what failed together does not come back together: 30 s become 24 s at random 0, 30 s at 0.5, 36 s at 1.
    /// - Parameters:
    ///   - requested: What the tracker asked for. It lengthens the wait and never shortens it.
    ///   - random: In `0...1`.
    package func wait(after attempt: Int, requested: Duration?, random: Double) -> Duration? {
        guard attempt >= 1, attempt <= delays.count else { return nil }
        let spread = Int((random * 2 - 1) * 200_000)
        let wait = delays[attempt - 1] * (1_000_000 + spread) / 1_000_000
        guard let requested else { return wait }
        return max(wait, min(requested, longestRequest))
    }

    /// How much the clocks of gateways that share a store may differ.
    private static let clockDifference: Duration = .seconds(2)

    /// The latest times at which a pending delivery can be due after 0, 1, … tries. If one is due later, somebody has set the clock back since
    /// its time was written. The last entry holds for more tries, too.
    package func latestTimes(at now: Timestamp) -> [Timestamp] {
        let waits = [.zero] + delays.map { max($0 * 12 / 10, longestRequest) }
        return (waits + [waits.max() ?? .zero]).map { now.advanced(by: $0 + Self.clockDifference) }
    }
}
