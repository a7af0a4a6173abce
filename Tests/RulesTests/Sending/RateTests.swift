import FuzzProperties
import Rules
import Testing

struct RateTests {
    @Test(arguments: [
        ("8/s", 8, 1), ("100/m", 100, 60), ("5000/h", 5000, 3600), ("1/d", 1, 86_400), ("1000000/s", 1_000_000, 1),
    ])
    func `a rate counts within a unit of time`(text: String, permits: Int, seconds: Int) throws {
        let rate = try Rate(parsing: text)
        #expect(rate == Rate(permits: permits, interval: .seconds(seconds)))
        #expect(rate.description == text)
    }

    @Test(arguments: [
        ("8", "'rate' must be a rate such as 8/s, 100/m or 5000/h, found '8'"),
        ("", "'rate' must be a rate such as 8/s, 100/m or 5000/h, found ''"),
        ("8/S", "'rate' must be a rate such as 8/s, 100/m or 5000/h, found '8/S'"),
        ("8/sec", "'rate' must be a rate such as 8/s, 100/m or 5000/h, found '8/sec'"),
        ("8/s/s", "'rate' must be a rate such as 8/s, 100/m or 5000/h, found '8/s/s'"),
        ("0/s", "'rate' must count from 1 to 1000000, found '0/s'"),
        ("-1/s", "'rate' must count from 1 to 1000000, found '-1/s'"),
        ("1.5/s", "'rate' must count from 1 to 1000000, found '1.5/s'"),
        ("/s", "'rate' must count from 1 to 1000000, found '/s'"),
        ("1000001/s", "'rate' must count from 1 to 1000000, found '1000001/s'"),
        ("99999999999999999999/s", "'rate' must count from 1 to 1000000, found '99999999999999999999/s'"),
    ])
    func `anything else is refused with what was found`(text: String, message: String) {
        #expect(throws: Rate.Failure(message: message)) { try Rate(parsing: text) }
    }
}

struct RateLimiterTests {
    private func time(_ milliseconds: Int64) -> Uptime { Uptime(nanoseconds: 1_000_000_000) + .milliseconds(milliseconds) }

    /// Takes `count` and is then refused.
    private func take(_ count: Int, from limiter: inout RateLimiter, at now: Uptime, location: SourceLocation = #_sourceLocation) {
        var taken = 0
        while taken <= count, limiter.take(at: now) == nil { taken += 1 }
        #expect(taken == count, sourceLocation: location)
    }

    @Test func `eight a second are eight at once, and the ninth a second after the first`() throws {
        var limiter = RateLimiter(try Rate(parsing: "8/s"))
        take(8, from: &limiter, at: time(0))
        let refused = limiter.take(at: time(100))
        let ninth = try #require(refused)
        #expect(ninth > time(999) && ninth < time(1001))
        take(8, from: &limiter, at: ninth)
    }

    @Test func `a slow rate is spread evenly`() throws {
        var limiter = RateLimiter(try Rate(parsing: "100/m"))
        take(1, from: &limiter, at: time(0))
        let refused = limiter.take(at: time(1))
        let second = try #require(refused)
        #expect(second > time(599) && second < time(601))
        #expect(limiter.next == second)
    }

    @Test func `a limiter whose rate changes remembers what happened`() throws {
        var limiter = RateLimiter(try Rate(parsing: "4/s"))
        take(4, from: &limiter, at: time(0))
        var slower = limiter.changed(to: try Rate(parsing: "2/s"))
        take(0, from: &slower, at: time(900))
        var faster = limiter.changed(to: try Rate(parsing: "6/s"))
        take(2, from: &faster, at: time(900))
    }

    /// A seeded crowd asks at random moments; a caller that gets a time comes back then.
    @Test(arguments: [1, 2, 3, 7, 8, 50, 997, 5000], [Duration.seconds(1), .seconds(60), .seconds(3600)])
    func `never more within any window, and never fewer than the rate gives`(permits: Int, interval: Duration) throws {
        var random = SeededGenerator(seed: UInt64(permits) &* 31 &+ UInt64(interval.components.seconds))
        let rate = Rate(permits: permits, interval: interval)
        var limiter = RateLimiter(rate)
        let window = Duration.nanoseconds(Int64((interval * limiter.burst / permits) / .nanoseconds(1)))
        var now = time(0)
        var taken: [Uptime] = []
        while taken.count < 3000 {
            if let next = limiter.take(at: now) {
                #expect(next > now)
                #expect(next <= now + window + .nanoseconds(2))
                // Now and then somebody is late.
                let isLate = Int.random(in: 0..<10, using: &random) == 0
                now = isLate ? next + .nanoseconds(Int64.random(in: 0..<5_000_000, using: &random)) : next
            } else {
                taken.append(now)
            }
        }
        for index in taken.indices.dropFirst(limiter.burst) {
            #expect(taken[index] - taken[index - limiter.burst] >= window)
        }
        let fastest = (interval * taken.count / permits) / .seconds(1)
        let took = Double((taken[taken.count - 1] - taken[0]).nanoseconds) / 1e9
        #expect(took <= fastest + Double(taken.count) * 0.005)
    }
}
