import Foundation
import Mappings
import NIOPosix
import Rules

/// The wall clock, handed to everything that needs one.
enum SystemClock {
    static func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(microseconds: Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000)
    }

    static let intake = IntakeClock(now: now, random: { (UInt16.random(in: 0...UInt16.max), UInt64.random(in: 0...UInt64.max)) })

    static let console = Console.Clock(now: now, sleep: { try? await Task.sleep(for: $0) })

    static let pruner = Pruner.Clock(now: now, sleep: { try await Task.sleep(for: $0) })

    static let delivery = DeliveryClock(
        now: now, uptime: Uptime.now, timers: EventLoopTimers(group: MultiThreadedEventLoopGroup.singleton),
        random: { Double.random(in: 0...1) })
}
