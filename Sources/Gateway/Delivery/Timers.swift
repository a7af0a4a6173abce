import NIOCore
import Rules

/// Calls back later. Comes from outside, so that a test can let time pass.
protocol Timers: Sendable {
    /// Calls `action` once when the clock reaches `time`, from any thread but never before this returns.
    @discardableResult
    func schedule(at time: Uptime, _ action: @escaping @Sendable () -> Void) -> ScheduledCall
}

/// A call that is still to come.
struct ScheduledCall: Sendable {
    /// Does nothing if the call has been made.
    let cancel: @Sendable () -> Void
}

/// Timers of event loops, which go by the machine's monotonic clock.
struct EventLoopTimers: Timers {
    let group: any EventLoopGroup

    func schedule(at time: Uptime, _ action: @escaping @Sendable () -> Void) -> ScheduledCall {
        let call = group.any().scheduleTask(deadline: NIODeadline(time), action)
        return ScheduledCall { call.cancel() }
    }
}
