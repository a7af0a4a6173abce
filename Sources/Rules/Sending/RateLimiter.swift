/// Keeps to a rate: never more than the burst within the time that the rate gives for it, at whatever moment one begins to count.
///
/// For `8/s` that is eight at once and then none until a second after the first of them; for `100/m` one every 600 ms. A plain bucket of
/// eight would let fifteen through within its first second, and a tracker that counts would answer the last seven with 429.
///
/// Pure: the time comes in, and must come from a clock that never goes back.
package struct RateLimiter: Sendable {
    package let rate: Rate
    /// How many may happen at once.
    package let burst: Int
    /// How long `burst` of them take, at least.
    private let window: Duration
    /// When the last `burst` happened; once it is full, `oldest` is the next to be replaced.
    private var times: [Uptime] = []
    private var oldest = 0

    /// - Parameter burst: nil is what the rate gives for one second, but one at least. More than a thousand are never remembered: the rate
    ///   is then kept over a shorter time.
    package init(_ rate: Rate, burst: Int? = nil) {
        self.rate = rate
        let second = Double(rate.permits) / (rate.interval / .seconds(1))
        self.burst = min(max(1, burst ?? Int(second)), 1000)
        // Rounded up, so that rounding never lets one more through.
        let nanoseconds = (rate.interval * self.burst / rate.permits).nanoseconds + 1
        window = .nanoseconds(nanoseconds)
    }

    /// When the next may happen; a time that has come means now.
    package var next: Uptime { times.count < burst || times[oldest] == .distantPast ? .distantPast : times[oldest] + window }

    /// Counts one that happens now. Returns nil; if it may not happen, returns when it may, and counts nothing.
    package mutating func take(at now: Uptime) -> Uptime? {
        let next = next
        guard next <= now else { return next }
        if times.count < burst {
            times.append(now)
        } else {
            times[oldest] = now
            oldest = oldest + 1 == burst ? 0 : oldest + 1
        }
        return nil
    }

    /// What was counted last did not happen after all.
    package mutating func takeBack() {
        guard !times.isEmpty else { return }
        guard times.count == burst else {
            times.removeLast()
            return
        }
        // What was there before was out of the window already.
        oldest = oldest == 0 ? burst - 1 : oldest - 1
        times[oldest] = .distantPast
    }

    /// The same history under another rate.
    package func changed(to rate: Rate) -> Self {
        var changed = Self(rate)
        let inOrder = times[oldest...] + times[..<oldest]
        changed.times = Array(inOrder.suffix(changed.burst))
        return changed
    }
}
