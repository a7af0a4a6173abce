import Mappings
import Rules

/// The time, the timers and the chance that delivery goes by; all come from outside so that tests can set them.
struct DeliveryClock: Sendable {
    /// The calendar's time.
    var now: @Sendable () -> Timestamp
    /// The time on a clock that never goes back, by which `timers` go too.
    var uptime: @Sendable () -> Uptime
    var timers: any Timers
    /// In `0...1`.
    var random: @Sendable () -> Double
}

extension DeliveryClock {
    /// Throws `CancellationError` if the task is cancelled first.
    func sleep(for pause: Duration) async throws {
        let (over, continuation) = AsyncStream.makeStream(of: Never.self)
        let timer = timers.schedule(at: uptime() + pause) { continuation.finish() }
        for await _ in over {}
        timer.cancel()
        try Task.checkCancellation()
    }
}
