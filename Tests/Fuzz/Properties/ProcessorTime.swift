#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

/// What this thread has cost the processor. Unlike a clock, it does not run while others have the processor.
package enum ProcessorTime {
    package static func now() -> Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }

    /// The least of several tries, since all that disturbs a try makes it longer; fewer tries if one is at most `enough`.
    package static func least(of tries: Int, enough: Duration = .zero, _ work: () -> Void) -> Duration {
        var least = Duration.seconds(1_000_000)
        for _ in 0..<tries {
            let start = now()
            work()
            least = min(least, now() - start)
            if least <= enough { break }
        }
        return least
    }
}
