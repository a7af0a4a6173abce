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

    static let intake = IntakeClock(
        now: now,
        random: {
            let (high, low) = RandomWords.two()
            return (UInt16(truncatingIfNeeded: high), low)
        })

    static let console = Console.Clock(now: now, sleep: { try? await Task.sleep(for: $0) })

    static let pruner = Pruner.Clock(now: now, sleep: { try await Task.sleep(for: $0) })

    static let delivery = DeliveryClock(
        now: now, uptime: Uptime.now, timers: EventLoopTimers(group: MultiThreadedEventLoopGroup.singleton),
        random: { Double(RandomWords.two().0 >> 11) / Double(1 << 53 - 1) })
}
