import Mappings
import Rules

/// Decides whether one destination may be sent another request now: its concurrency, its rate, its breaker, and whether it is paused.
///
/// Pure: the time comes in.
struct Governor: Sendable {
    enum Permission: Sendable, Equatable {
        case now(probe: Int?)
        /// Not before.
        case after(Uptime)
        /// Not until something changes that is told here: a try ends, a pause ends.
        case unknown
    }

    private(set) var concurrency: Int
    private(set) var limiter: RateLimiter?
    private(set) var breaker: Breaker?
    /// Requests under way.
    private(set) var inFlight = 0
    /// An operator paused it.
    var isPaused = false
    /// The store cannot be asked who is paused, or cannot take results: what could not be recorded is not sent.
    var isHeld = false

    init(_ destination: Destination) {
        concurrency = max(1, destination.concurrency)
        // A dry run asks nobody, so there is nobody to spare.
        limiter = destination.isDryRun ? nil : destination.rate.map { RateLimiter($0) }
        breaker = destination.isDryRun ? nil : destination.breaker.map { Breaker($0) }
    }

    /// New settings. The rate remembers what was sent, and the breaker what it has seen, unless its own settings changed.
    mutating func change(to destination: Destination) {
        let old = self
        self = Self(destination)
        (inFlight, isPaused, isHeld) = (old.inFlight, old.isPaused, old.isHeld)
        if let limiter, let known = old.limiter { self.limiter = known.changed(to: limiter.rate) }
        if let breaker, let known = old.breaker, known.settings == breaker.settings { self.breaker = known }
    }

    /// Counts a request as begun where the answer is `.now`.
    ///
    /// - Parameter now: asked for only where it matters.
    mutating func start(at now: @autoclosure () -> Uptime) -> Permission {
        guard !isPaused, !isHeld, inFlight < concurrency else { return .unknown }
        var isProbe = false
        if let breaker, breaker.state != .closed {
            switch breaker.permission(at: now()) {
            case .usual: break
            case .probe: isProbe = true
            case .after(let time): return .after(time)
            case .unknown: return .unknown
            }
        }
        if let next = limiter?.take(at: now()) { return .after(next) }
        inFlight += 1
        return .now(probe: isProbe ? breaker?.beginProbe() : nil)
    }

    mutating func ended(_ ending: Breaker.Ending, probe: Int?, at now: @autoclosure () -> Uptime) -> Breaker.Change? {
        inFlight -= 1
        if ending == .nothing { limiter?.takeBack() }
        guard let breaker else { return nil }
        // The usual case changes nothing and needs no clock.
        if breaker.failures == 0, ending == .success { return nil }
        return self.breaker?.ended(ending, probe: probe, at: now())
    }
}
