import Mappings
import NIOPosix
import Rules
import Synchronization

@testable import Gateway

/// A clock that moves only when the test lets time pass, and timers that go by it.
final class VirtualClock: Timers {
    /// When every virtual clock begins.
    static let start = Timestamp(seconds: 1_800_000_000)

    private struct State {
        var elapsed: Duration = .zero
        var calls: [Int: (time: Uptime, action: @Sendable () -> Void)] = [:]
        var count = 0
        /// How far somebody has set the calendar's clock.
        var correction: Duration = .zero
        var uptime: Uptime { VirtualClock.startUptime + elapsed }
    }
    private let state = Mutex(State())
    private static let startUptime = Uptime(nanoseconds: 1_000_000_000)
    private let measure: (@Sendable () -> Uptime)?

    /// - Parameter measure: Measures how long an attempt takes, instead of this clock; for what takes real time.
    init(measuring measure: (@Sendable () -> Uptime)? = nil) { self.measure = measure }

    /// How much time has passed so far.
    var elapsed: Duration { state.withLock(\.elapsed) }
    var now: Timestamp { state.withLock { Self.start.advanced(by: $0.elapsed + $0.correction) } }

    /// Somebody sets the calendar's clock; timers do not notice.
    func set(by step: Duration) { state.withLock { $0.correction += step } }

    /// The same chance every time: the middle.
    var delivery: DeliveryClock {
        DeliveryClock(now: { self.now }, uptime: measure ?? { self.state.withLock(\.uptime) }, timers: self, random: { 0.5 })
    }

    func schedule(at time: Uptime, _ action: @escaping @Sendable () -> Void) -> ScheduledCall {
        let number: Int? = state.withLock { state in
            guard time > state.uptime else { return nil }
            state.count += 1
            state.calls[state.count] = (time, action)
            return state.count
        }
        guard let number else {
            MultiThreadedEventLoopGroup.singleton.any().execute(action)
            return ScheduledCall {}
        }
        return ScheduledCall { self.state.withLock { state in state.calls[number] = nil } }
    }

    /// Lets time pass. Every call that falls due is made at its own time.
    func advance(by wait: Duration) {
        let end = state.withLock(\.uptime) + wait
        while let action = nextAction(until: end) { action() }
        state.withLock { state in state.elapsed = max(state.elapsed, end - Self.startUptime) }
    }

    private func nextAction(until end: Uptime) -> (@Sendable () -> Void)? {
        state.withLock { state in
            guard let (number, call) = state.calls.min(by: { $0.value.time < $1.value.time }), call.time <= end else { return nil }
            state.calls[number] = nil
            state.elapsed = max(state.elapsed, call.time - Self.startUptime)
            return call.action
        }
    }
}
