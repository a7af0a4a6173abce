import Mappings

/// Stops sending to a destination that only fails, and finds out when it works again.
///
/// ```
/// closed ─ a run of failures ─→ open ─ the pause is over, one probe ─→ half-open ─ any success ─→ closed
///                                 ↑                                        │
///                                 └───── the probe failed; twice the pause ┘
/// ```
///
/// A failure is no answer, or one that means "try again"; every other answer is a success, a refusal too. What waits meanwhile uses up none
/// of its tries.
///
/// A destination may also fail with some deliveries only, again and again, and be well for all others. So a run is made of different
/// deliveries, each counts once, and one that failed while others went well is suspect: its next failure in a run does not count.
/// Pure: the time comes in, from a clock that never goes back.
package struct Breaker: Sendable, Equatable {
    package struct Settings: Sendable, Hashable {
        /// Different deliveries in a row.
        package var failures = 10
        package var pause: Duration = .milliseconds(250)
        /// The pause doubles up to this.
        package var longest: Duration = .seconds(10)

        package init(failures: Int = 10, pause: Duration = .milliseconds(250), longest: Duration = .seconds(10)) {
            self.failures = failures
            self.pause = pause
            self.longest = longest
        }
    }
    package enum State: Sendable, Equatable {
        case closed
        case open(until: Uptime)
        /// One probe is under way.
        case halfOpen
    }
    package enum Permission: Sendable, Equatable {
        case usual
        /// One request, to see whether the destination works.
        case probe
        case after(Uptime)
        /// A probe is under way; its end decides.
        case unknown
    }
    /// What a try says about the destination's health.
    package enum Ending: Sendable, Equatable {
        case success
        /// Why, as part of a sentence.
        case failure(String)
        /// Nothing was sent to it.
        case nothing
    }
    package enum Change: Sendable, Equatable {
        case opened(failures: Int, reason: String, pause: Duration)
        case closed(after: Duration)
    }

    package private(set) var settings: Settings
    package private(set) var state = State.closed
    /// Failures since the last success, those too that do not count.
    package private(set) var failures = 0
    /// What has failed since the last success and counts. Not more than `settings.failures`.
    private var run: Set<ConversionID> = []
    private var suspects = Suspects()
    /// Of the last failure.
    package private(set) var reason: String?
    /// When the run of failures opened it.
    package private(set) var openedAt: Uptime?
    private var pause: Duration
    /// Outages so far. A probe belongs to one: if a success closes the breaker before the probe has ended, the probe decides nothing later.
    package private(set) var outages = 0

    package init(_ settings: Settings) {
        self.settings = settings
        pause = settings.pause
    }

    package func permission(at now: Uptime) -> Permission {
        switch state {
        case .closed: .usual
        case .open(let until): now < until ? .after(until) : .probe
        case .halfOpen: .unknown
        }
    }

    /// A probe that `permission` allowed begins. Returns what its end must bring back.
    package mutating func beginProbe() -> Int {
        state = .halfOpen
        return outages
    }

    /// New numbers, in an outage too: it goes on, and its next pause keeps to them.
    package mutating func change(to settings: Settings) {
        self.settings = settings
        pause = state == .closed ? settings.pause : min(max(pause, settings.pause), settings.longest)
    }

    /// The destination is reached in another way, which may be the repair: one probe may go at once. If it fails, the pauses go on as they were.
    package mutating func tryNewWay(at now: Uptime) {
        switch state {
        case .closed: break
        case .open(let until): state = .open(until: min(until, now))
        case .halfOpen:
            // The probe under way went the old way. It decides nothing.
            outages += 1
            state = .open(until: now)
        }
    }

    /// A success would change nothing.
    package var isUntouched: Bool { failures == 0 && suspects.isEmpty }

    /// - Parameter probe: What `beginProbe` returned, if this try was one. What was under way before the breaker opened can close it, but
    ///   neither opens it again nor lengthens the pause.
    package mutating func ended(_ ending: Ending, of delivery: ConversionID, probe: Int?, at now: Uptime) -> Change? {
        let isProbe = probe == outages
        switch (ending, state) {
        case (.success, _):
            let (opened, count) = (openedAt, outages)
            var known = suspects
            known.wentWell(delivery, beside: run)
            self = Self(settings)
            (outages, suspects) = (count, known)
            return opened.map { .closed(after: now - $0) }
        case (.failure(let why), .closed):
            failures += 1
            reason = why
            guard !suspects.spare(delivery) else { return nil }
            run.insert(delivery)
            guard run.count >= settings.failures else { return nil }
            openedAt = now
            outages += 1
            state = .open(until: now + pause)
            return .opened(failures: failures, reason: why, pause: pause)
        case (.failure(let why), .halfOpen) where isProbe:
            failures += 1
            reason = why
            pause = max(pause, min(pause * 2, settings.longest))
            state = .open(until: now + pause)
        case (.nothing, .halfOpen) where isProbe:
            state = .open(until: now)
        case (.failure, _), (.nothing, _): break
        }
        return nil
    }
}
