import FuzzProperties
import Mappings
import Rules
import Testing

struct RetryScheduleTests {
    @Test func `the default schedule has eleven tries`() {
        let schedule = RetrySchedule()
        #expect(schedule.tries == 11)
        let waits = (1...11).map { schedule.wait(after: $0, requested: nil, random: 0.5)?.text }
        #expect(waits == ["5s", "30s", "2m", "10m", "30m", "1h", "3h", "6h", "12h", "1d", nil])
    }

    @Test(arguments: [(0.0, 24_000), (0.25, 27_000), (0.5, 30_000), (1.0, 36_000)])
    func `a wait is spread by a fifth either way`(random: Double, milliseconds: Int) {
        let wait = RetrySchedule(delays: [.seconds(30)]).wait(after: 1, requested: nil, random: random)
        #expect(wait.map { ($0 / .milliseconds(1)).rounded() } == Double(milliseconds))
    }

    @Test func `a tracker's wish lengthens a wait, up to what the destination allows`() {
        let schedule = RetrySchedule(delays: [.seconds(30), .seconds(200_000)], longestRequest: .seconds(86_400))
        #expect(RetrySchedule().wait(after: 1, requested: .seconds(10_000), random: 0.5) == .seconds(3600))
        #expect(schedule.wait(after: 1, requested: .seconds(10), random: 0.5) == .seconds(30))
        #expect(schedule.wait(after: 1, requested: .seconds(3600), random: 0.5) == .seconds(3600))
        #expect(schedule.wait(after: 1, requested: .seconds(1_000_000), random: 0.5) == .seconds(86_400))
        #expect(schedule.wait(after: 2, requested: .seconds(1_000_000), random: 0.5) == .seconds(200_000))
    }

    @Test func `no delivery is due later than its own wait explains`() {
        let now = Timestamp(seconds: 1_800_000_000)
        let schedule = RetrySchedule(delays: [.seconds(5), .seconds(7200)], longestRequest: .seconds(60))
        let waits = schedule.latestTimes(at: now).map { now.duration(to: $0) }
        // The last holds for whatever comes after the schedule's end. Two seconds are what gateways' clocks may differ by.
        #expect(waits == [.seconds(2), .seconds(62), .seconds(8642), .seconds(8642)])
        for attempt in 1...2 {
            let longest = schedule.wait(after: attempt, requested: .seconds(10_000), random: 1) ?? .zero
            #expect(longest < waits[attempt])
        }
        #expect(RetrySchedule(delays: []).latestTimes(at: now) == [now.advanced(by: .seconds(2)), now.advanced(by: .seconds(2))])
    }

    /// Whatever the schedule, the chance and the tracker's wish: a wait exists for every try but the last, lies within a fifth of its place
    /// in the schedule or at what was asked for, and a longer place never gives a shorter wait than the jitter explains.
    @Test(arguments: 1...50)
    func `waits are bounded, ordered but for the jitter, and there is one for every try but the last`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let delays = (0..<Int.random(in: 0...100, using: &random)).map { _ in
            Duration.milliseconds(Int.random(in: 0...604_800_000, using: &random))
        }
        let schedule = RetrySchedule(delays: delays)
        for attempt in -1...(delays.count + 3) {
            let chance = Double.random(in: 0...1, using: &random)
            let wish: Duration? = Bool.random(using: &random) ? .seconds(Int.random(in: 0...200_000, using: &random)) : nil
            let wait = schedule.wait(after: attempt, requested: wish, random: chance)
            guard (1...max(1, delays.count)).contains(attempt), !delays.isEmpty else {
                #expect(wait == nil)
                continue
            }
            guard let wait else {
                Issue.record("try \(attempt) of \(schedule.tries) has no wait")
                continue
            }
            let place = delays[attempt - 1]
            let capped = wish.map { min($0, schedule.longestRequest) } ?? .zero
            #expect(wait >= max(capped, place * 8 / 10))
            #expect(wait <= max(capped, place * 12 / 10))
            let unasked = schedule.wait(after: attempt, requested: nil, random: chance) ?? .zero
            #expect(wait >= unasked)
            for other in 1...delays.count where delays[other - 1] * 8 >= place * 12 {
                #expect(schedule.wait(after: other, requested: nil, random: 0) ?? .zero >= unasked)
            }
        }
    }

    @Test func `no delays mean one try`() {
        #expect(RetrySchedule(delays: []).tries == 1)
        #expect(RetrySchedule(delays: []).wait(after: 1, requested: .seconds(5), random: 0) == nil)
    }
}

struct DurationTextTests {
    @Test(arguments: [
        (Duration.milliseconds(250), "250ms"), (.zero, "0ms"), (.seconds(5), "5s"), (.milliseconds(30_600), "31s"), (.seconds(65), "1m 5s"),
        (.seconds(120), "2m"), (.seconds(3600), "1h"), (.seconds(3725), "1h 2m"), (.seconds(86_400), "1d"), (.seconds(97_200), "1d 3h"),
    ])
    func `a duration reads as a person says it`(duration: Duration, text: String) { #expect(duration.text == text) }
}

struct RetryAfterTests {
    /// Sun, 06 Nov 1994 08:49:00 GMT, 37 seconds before the RFC's example.
    let now = Timestamp(seconds: 784_111_740)

    @Test(arguments: [
        ("120", 120), (" 0 ", 0), ("Sun, 06 Nov 1994 08:49:37 GMT", 37), ("Sunday, 06-Nov-94 08:49:37 GMT", 37),
        ("Sun Nov  6 08:49:37 1994", 37), ("Wed Nov 16 08:49:37 1994", 864_037), ("Sat, 05 Nov 1994 08:49:37 GMT", 0),
        ("Thursday, 06-Nov-70 08:49:37 GMT", 0),
    ])
    func `seconds and all three dates are read`(header: String, seconds: Int) {
        #expect(RetryAfter.wait(header, at: now) == .seconds(seconds))
    }

    @Test func `two digits mean a year at most fifty ahead`() {
        #expect(RetryAfter.wait("Tuesday, 06-Nov-44 08:49:00 GMT", at: now) ?? .zero > .seconds(49 * 365 * 86_400))
        #expect(RetryAfter.wait("Sunday, 06-Nov-45 08:49:00 GMT", at: now) == .zero)
    }

    @Test func `more seconds than fit are merely many`() {
        #expect(RetryAfter.wait("99999999999999999999999", at: now) ?? .zero > .seconds(86_400))
    }

    @Test(arguments: ["", "-5", "1.5", "soon", "06 Nov 1994", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET"])
    func `anything else is ignored`(header: String) { #expect(RetryAfter.wait(header, at: now) == nil) }
}

struct ReplyTests {
    @Test func `the text is cut at 4 KiB, never inside a character`() {
        let body = Array((String(repeating: "a", count: 4095) + "ü and more").utf8)
        #expect(Reply(status: 200, body: body).text == String(repeating: "a", count: 4095))
        #expect(Reply(status: 200, body: Array("ok \u{FC}".utf8)).text == "ok ü")
    }

    @Test func `broken utf-8 is repaired`() { #expect(Reply(status: 200, body: [0x6F, 0x6B, 0xFF, 0x21]).text == "ok\u{FFFD}!") }
}
