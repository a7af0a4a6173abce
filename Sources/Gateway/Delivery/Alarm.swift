import Mappings
import NIOCore
import Synchronization

/// Wakes one sleeper at a time, or earlier when it is rung.
final class Alarm: Sendable {
    private struct State {
        var isRung = false
        /// The earliest moment asked for while nobody slept.
        var wanted: Timestamp?
        var sleeper: (continuation: CheckedContinuation<Timestamp, Never>, until: Timestamp, timer: Scheduled<Void>)?
    }
    private let state = Mutex(State())
    private let timers: any EventLoop
    private let now: @Sendable () -> Timestamp

    init(timers: any EventLoop, now: @escaping @Sendable () -> Timestamp) {
        self.timers = timers
        self.now = now
    }

    func ring() {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            if state.sleeper == nil { state.isRung = true }
            return state.sleeper
        }
        guard let sleeper else { return }
        sleeper.timer.cancel()
        sleeper.continuation.resume(returning: sleeper.until)
    }

    /// Brings the waking forward to `time`, unless it is earlier already.
    func ring(at time: Timestamp) {
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

    /// Returns at `time`, or when rung; sometimes earlier for no reason. The result is `time`, or the earlier moment that was asked for.
    func sleep(until time: Timestamp) async -> Timestamp {
        await withCheckedContinuation { continuation in
            let rung: Timestamp? = state.withLock { state in
                let until = state.wanted.map { min($0, time) } ?? time
                state.wanted = nil
                if state.isRung {
                    state.isRung = false
                    return until
                }
                state.sleeper = (continuation, until, schedule(until))
                return nil
            }
            if let rung { continuation.resume(returning: rung) }
        }
    }

    @discardableResult
    private func schedule(_ time: Timestamp) -> Scheduled<Void> {
        timers.scheduleTask(in: TimeAmount(max(.zero, now().duration(to: time)))) { self.wake() }
    }

    private func wake() {
        let sleeper = state.withLock { state in
            defer { state.sleeper = nil }
            return state.sleeper
        }
        if let sleeper { sleeper.continuation.resume(returning: sleeper.until) }
    }
}
