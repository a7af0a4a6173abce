import Mappings
import Rules
import Synchronization

/// Lets one task sleep until a time, and wakes it earlier if something comes up.
final class Waker: Sendable {
    private struct State {
        /// It was woken while it did not sleep.
        var isAwake = false
        /// The earliest time asked for while no task slept.
        var wanted: Timestamp?
        var sleeper: (continuation: CheckedContinuation<Timestamp, Never>, until: Timestamp, timer: ScheduledCall)?
    }
    private let state = Mutex(State())
    private let clock: DeliveryClock

    init(clock: DeliveryClock) { self.clock = clock }

    /// Ends the sleep, or else the next one at once.
    func wake() {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            if state.sleeper == nil { state.isAwake = true }
            return state.sleeper
        }
        guard let sleeper else { return }
        sleeper.timer.cancel()
        sleeper.continuation.resume(returning: sleeper.until)
    }

    /// Ends the sleep at `time`, if it does not end before.
    func wake(at time: Timestamp) {
        let isSooner = state.withLock { state in
            if let sleeper = state.sleeper {
                guard time < sleeper.until else { return false }
                // The timer that runs already then wakes early, which is allowed.
                state.sleeper?.until = time
                return true
            }
            state.wanted = state.wanted.map { min($0, time) } ?? time
            return false
        }
        if isSooner { schedule(time) }
    }

    /// Returns at `time`, or when woken; sometimes earlier for no reason. The result is `time`, or the earlier time that was asked for.
    func sleep(until time: Timestamp) async -> Timestamp {
        await withCheckedContinuation { continuation in
            let awake: Timestamp? = state.withLock { state in
                let until = state.wanted.map { min($0, time) } ?? time
                state.wanted = nil
                if state.isAwake {
                    state.isAwake = false
                    return until
                }
                state.sleeper = (continuation, until, schedule(until))
                return nil
            }
            if let awake { continuation.resume(returning: awake) }
        }
    }

    @discardableResult
    private func schedule(_ time: Timestamp) -> ScheduledCall {
        let wait = max(.zero, clock.now().duration(to: time))
        return clock.timers.schedule(at: clock.uptime() + wait) { self.timeIsUp() }
    }

    private func timeIsUp() {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            return state.sleeper
        }
        if let sleeper { sleeper.continuation.resume(returning: sleeper.until) }
    }
}
