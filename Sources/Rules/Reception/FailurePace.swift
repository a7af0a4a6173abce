import Mappings

/// Counts requests that prove nobody, by the address that they come from, so that guessing costs the gateway little.
///
/// Only failures count, and only failures are sent back: a right request passes whatever else its address sent, since a proxy's address may
/// be that of many senders.
///
/// Pure: the time comes in. Its memory is bounded: beyond `addresses` all further ones are counted as one.
package struct FailurePace: Sendable {
    package let rate: Rate
    private let addresses: Int
    private var counted: [IPAddress: Counted] = [:]
    /// Those for which there was no room.
    private var others: RateLimiter
    private var sweptAt = Uptime.distantPast

    private struct Counted {
        var limiter: RateLimiter
        var last: Uptime
    }

    package init(_ rate: Rate, addresses: Int = 4096) {
        self.rate = rate
        self.addresses = addresses
        others = Self.limiter(rate)
    }

    /// All that the rate gives may come at once.
    private static func limiter(_ rate: Rate) -> RateLimiter { RateLimiter(rate, burst: rate.permits) }

    /// Counts a failure.
    ///
    /// - Returns: nil if it may be answered as any other; else how long the address must wait until it may fail again.
    package mutating func fail(_ address: IPAddress, at now: Uptime) -> Duration? {
        let network = address.subscriber
        if counted[network] == nil, counted.count >= addresses { sweep(at: now) }
        let free: Uptime?
        if counted[network] != nil || counted.count < addresses {
            var own = counted.removeValue(forKey: network) ?? Counted(limiter: Self.limiter(rate), last: now)
            free = own.limiter.take(at: now)
            own.last = now
            counted[network] = own
        } else {
            free = others.take(at: now)
        }
        return free.map { $0 - now }
    }

    /// How long the address must wait until it may fail again; nil if it may.
    package func wait(_ address: IPAddress, at now: Uptime) -> Duration? {
        let next = counted[address.subscriber]?.limiter.next ?? .distantPast
        return next > now ? next - now : nil
    }

    /// Forgets the addresses that have been quiet; once a second at most, since it looks at all of them.
    private mutating func sweep(at now: Uptime) {
        guard sweptAt + .seconds(1) <= now else { return }
        sweptAt = now
        counted = counted.filter { $0.value.last + rate.interval > now }
    }
}
