import Mappings

/// Decides whether one destination may be sent another request now: its concurrency, its rate, its breaker, and whether it is paused.
///
/// Pure: the time comes in, from a clock that never goes back.
package struct Governor: Sendable {
    /// The numbers that it keeps to.
    package struct Limits: Sendable, Equatable {
        /// Requests in flight at once, at most; 1 at least.
        package var concurrency: Int
        /// Nil is as fast as it goes.
        package var rate: Rate?
        /// Nil sends on, however often the destination fails.
        package var breaker: Breaker.Settings?

        package init(concurrency: Int, rate: Rate? = nil, breaker: Breaker.Settings? = nil) {
            self.concurrency = concurrency
            self.rate = rate
            self.breaker = breaker
        }
    }
    package enum Permission: Sendable, Equatable {
        case now(probe: Int?)
        /// Not before.
        case after(Uptime)
        /// Not until a change comes in: a try ends, a pause ends.
        case unknown
    }

    package private(set) var concurrency: Int
    package private(set) var limiter: RateLimiter?
    package private(set) var breaker: Breaker?
    /// Requests under way.
    package private(set) var inFlight = 0
    /// An operator paused it.
    package var isPaused = false
    /// The store cannot be asked who is paused, or cannot take results: what would not be recorded is not sent.
    package var isHeld = false

    package init(_ limits: Limits) {
        concurrency = max(1, limits.concurrency)
        limiter = limits.rate.map { RateLimiter($0) }
        breaker = limits.breaker.map { Breaker($0) }
    }

    /// New limits. The rate remembers what was sent, and the breaker what it has seen.
    package mutating func change(to limits: Limits) {
        let old = self
        self = Self(limits)
        (inFlight, isPaused, isHeld) = (old.inFlight, old.isPaused, old.isHeld)
        if let limiter, let known = old.limiter { self.limiter = known.changed(to: limiter.rate) }
        guard let settings = breaker?.settings, let known = old.breaker else { return }
        breaker = known
        if settings != known.settings { breaker?.change(to: settings) }
    }

    /// The destination has another address or other credentials, which may end an outage.
    package mutating func tryNewWay(at now: Uptime) { breaker?.tryNewWay(at: now) }

    /// Counts a request as begun if the answer is `.now`.
    package mutating func start(at now: Uptime) -> Permission {
        guard !isPaused, !isHeld, inFlight < concurrency else { return .unknown }
        var isProbe = false
        switch breaker?.permission(at: now) ?? .usual {
        case .usual: break
        case .probe: isProbe = true
        case .after(let time): return .after(time)
        case .unknown: return .unknown
        }
        if let next = limiter?.take(at: now) { return .after(next) }
        inFlight += 1
        return .now(probe: isProbe ? breaker?.beginProbe() : nil)
    }

    package mutating func ended(
        _ ending: Breaker.Ending, of delivery: ConversionID, probe: Int?, at now: Uptime
    ) -> Breaker.Change? {
        inFlight -= 1
        if ending == .nothing { limiter?.takeBack() }
        // The usual case changes nothing.
        if ending == .success, breaker?.isUntouched ?? true { return nil }
        return breaker?.ended(ending, of: delivery, probe: probe, at: now)
    }
}
