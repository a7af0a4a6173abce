import FuzzProperties
import Mappings
import Rules
import Testing

struct AttemptJudgeTests {
    typealias Decision = AttemptJudge.Decision

    let now = Timestamp(seconds: 1_800_000_000)
    let judge = AttemptJudge(schedule: RetrySchedule(), attempt: 2)

    func decide(_ status: Int, _ reading: ReplyReading? = nil, retryAfter: String? = nil, location: String? = nil) -> Decision {
        let reply = Reply(status: status, retryAfter: retryAfter, location: location, body: [])
        return judge.decision(on: reply, reading: reading, at: now, random: 0.5)
    }

    @Test(arguments: [200, 201, 202, 204, 299]) func `a 2xx is delivered`(status: Int) {
        #expect(decide(status) == Decision(state: .delivered, outcome: .delivered, ending: .success))
    }

    @Test(arguments: [408, 425, 429, 500, 502, 503, 504, 599]) func `an overloaded or broken tracker is asked again`(status: Int) {
        let reason = "tracker answered \(status); attempt 2 of 11, next in 30s"
        #expect(
            decide(status)
                == Decision(
                    state: .pending, wait: .seconds(30), reason: reason, outcome: .retry, ending: .failure("tracker answered \(status)")))
    }

    @Test(arguments: [400, 401, 403, 404, 405, 410, 413, 422, 451]) func `every other 4xx is rejected`(status: Int) {
        #expect(decide(status) == Decision(state: .rejected, reason: "tracker answered \(status)", outcome: .rejected, ending: .success))
    }

    @Test func `a 409 is a duplicate`() {
        #expect(decide(409) == Decision(state: .duplicate, outcome: .duplicate, ending: .success))
    }

    @Test func `a 2xx that says nothing of the conversion is unconfirmed, and not tried again`() {
        let reply = Reply(status: 200, body: Array("<html><title>Log in</title>".utf8))
        let reason = "tracker answered 200: Log in; unconfirmed, as this is an HTML page"
        #expect(
            judge.decision(on: reply, reading: nil, at: now, random: 0.5)
                == Decision(state: .unconfirmed, reason: reason, outcome: .unconfirmed, ending: .success))
    }

    @Test(arguments: [
        (400, "no such\r\nclick", "tracker answered 400: no such click"),
        (404, #"{"error":"offer closed"}"#, "tracker answered 404: offer closed"),
        (422, #"{"message":"bad sum","error":"x"}"#, "tracker answered 422: bad sum"), (400, " ", "tracker answered 400"),
        (400, String(repeating: "x", count: 300), "tracker answered 400: " + String(repeating: "x", count: 199) + "…"),
    ])
    func `a reason quotes the tracker's words`(status: Int, body: String, reason: String) {
        #expect(judge.decision(on: Reply(status: status, body: Array(body.utf8)), reading: nil, at: now, random: 0.5).reason == reason)
    }

    @Test func `a page instead of the tracker is tried again`() {
        let reply = Reply(status: 403, body: Array("<!DOCTYPE html><title>Just a moment...</title>".utf8))
        let decision = judge.decision(on: reply, reading: nil, at: now, random: 0.5)
        #expect(decision.state == .pending && decision.wait == .seconds(30))
        #expect(decision.reason == "tracker answered 403: Just a moment...; attempt 2 of 11, next in 30s")
    }

    @Test(arguments: [301, 302, 303, 307, 308]) func `a redirect is rejected with its target, without the query`(status: Int) {
        let location = "https://new.example/api?secret=1"
        let reason = "tracker answered \(status) to https://new.example/api; redirects are not followed, correct the url"
        #expect(decide(status, location: location) == Decision(state: .rejected, reason: reason, outcome: .rejected, ending: .success))
    }

    @Test func `a redirect that names no place is rejected too`() {
        #expect(decide(304).reason == "tracker answered 304; redirects are not followed, correct the url")
    }

    @Test func `the mapping's reading comes before the status`() {
        let refused = decide(200, ReplyReading(outcome: .rejected, message: "offer closed"))
        #expect(refused == Decision(state: .rejected, reason: "tracker answered 200: offer closed", outcome: .rejected, ending: .success))
        let duplicate = decide(409, ReplyReading(outcome: .duplicate, remoteID: "r-1"))
        #expect(duplicate == Decision(state: .duplicate, remoteID: "r-1", outcome: .duplicate, ending: .success))
        let delivered = decide(500, ReplyReading(outcome: .delivered, message: "stored", remoteID: "r-2"))
        #expect(delivered == Decision(state: .delivered, reason: "stored", remoteID: "r-2", outcome: .delivered, ending: .success))
        let later = decide(200, ReplyReading(outcome: .retry, message: "upstream down", retryAfter: .seconds(31)))
        let reason = "tracker answered 200: upstream down; attempt 2 of 11, next in 31s"
        var asked = Decision(
            state: .pending, wait: .seconds(31), reason: reason, outcome: .retry, ending: .failure("tracker answered 200"))
        asked.isAsked = true
        #expect(later == asked)
    }

    @Test func `the longer of header and body counts, and neither shortens the wait`() {
        let reading = ReplyReading(outcome: .retry, retryAfter: .seconds(90))
        #expect(decide(429, reading, retryAfter: "60").wait == .seconds(90))
        #expect(decide(429, reading, retryAfter: "120").wait == .seconds(120))
        #expect(decide(429, retryAfter: "3").wait == .seconds(30))
        #expect(decide(429, retryAfter: "soon").wait == .seconds(30))
    }

    @Test func `the schedule's end is death`() {
        let last = AttemptJudge(schedule: RetrySchedule(), attempt: 11)
        let reply = Reply(status: 503, body: [])
        let reason = "tracker answered 503: upstream down; attempt 11 of 11, no more tries"
        let reading = ReplyReading(outcome: .retry, message: "upstream down")
        #expect(
            last.decision(on: reply, reading: reading, at: now, random: 0)
                == Decision(state: .dead, reason: reason, outcome: .retry, ending: .failure("tracker answered 503")))
        #expect(
            last.decision(on: ExchangeFailure.timeout(.seconds(15)), random: 0).reason
                == "no answer within 15s; attempt 11 of 11, no more tries")
    }

    @Test func `an attempt beyond a shortened schedule does not count backwards`() {
        let late = AttemptJudge(schedule: RetrySchedule(delays: [.seconds(1)]), attempt: 7)
        #expect(
            late.decision(on: ExchangeFailure.closed(midReply: false), random: 0).reason
                == "tracker closed the connection without an answer; attempt 7 of 7, no more tries")
    }

    @Test(arguments: [
        (ExchangeFailure.timeout(.seconds(15)), "no answer within 15s", AttemptOutcome.timeout),
        (.connectTimeout(.seconds(5)), "tracker did not accept the connection within 5s", .timeout),
        (.refused(address: "127.0.0.1:9"), "connection to 127.0.0.1:9 refused", .connection),
        (.hostNotFound("t.example"), "host 't.example' not found", .connection),
        (.tls("certificate expired"), "tls handshake failed: certificate expired", .connection),
        (.closed(midReply: false), "tracker closed the connection without an answer", .connection),
        (.closed(midReply: true), "tracker closed the connection in the middle of its answer", .connection),
        (.notHTTP("invalidVersion"), "tracker's answer is not http: invalidVersion", .connection),
    ])
    func `what got no answer is tried again`(failure: ExchangeFailure, sentence: String, outcome: AttemptOutcome) {
        let first = AttemptJudge(schedule: RetrySchedule(), attempt: 1)
        let reason = "\(sentence); attempt 1 of 11, next in 5s"
        #expect(
            first.decision(on: failure, random: 0.5)
                == Decision(state: .pending, wait: .seconds(5), reason: reason, outcome: outcome, ending: .failure(sentence)))
    }

    @Test func `a request that cannot be sent is not tried again`() {
        let decision = judge.decision(on: ExchangeFailure.unsendable("url 'x' is not an http address"), random: 0)
        let reason = "request cannot be sent: url 'x' is not an http address"
        #expect(decision == Decision(state: .rejected, reason: reason, outcome: .rejected, ending: .nothing))
    }

    @Test func `a wish beyond retry_after_max is cut, and the reason says so`() {
        let wish = decide(429, retryAfter: "10800")
        #expect(wish.wait == .seconds(3600))
        #expect(
            wish.reason
                == "tracker answered 429; attempt 2 of 11, next in 1h; the tracker asked for 3h, and retry_after_max is 1h")
        let body = decide(200, ReplyReading(outcome: .retry, message: "later", retryAfter: .seconds(7200)))
        #expect(
            body.reason
                == "tracker answered 200: later; attempt 2 of 11, next in 1h; the tracker asked for 2h, and retry_after_max is 1h")
        #expect(decide(429, retryAfter: "3600").reason == "tracker answered 429; attempt 2 of 11, next in 1h")
        // The schedule's own wait is longer than what was asked for, so nothing is cut.
        let slow = AttemptJudge(schedule: RetrySchedule(delays: [.seconds(20_000)]), attempt: 1)
        let reply = Reply(status: 503, retryAfter: "10000", location: nil, body: [])
        let decision = slow.decision(on: reply, reading: nil, at: now, random: 0.5)
        #expect(decision.wait == .seconds(20_000) && decision.reason?.contains("retry_after_max") == false)
    }

    /// A seeded tracker answers anything, or nothing. However it goes on, the delivery is never lost: after each try it is over, or pending
    /// with a wait; and it is over after the schedule's last try at the latest.
    @Test(arguments: 1...200) func `every sequence of replies ends, and until then there is a next try`(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let count = Int.random(in: 0...12, using: &random)
        let schedule = RetrySchedule(delays: (0..<count).map { _ in .seconds(Int.random(in: 0...9, using: &random)) })
        var time = now
        for attempt in 1...(schedule.tries + 1) {
            #expect(attempt <= schedule.tries, "tried on after the last try")
            let decision = step(AttemptJudge(schedule: schedule, attempt: attempt), at: time, &random)
            #expect(decision.outcome != .unknown && decision.outcome != .dryRun)
            guard decision.state == .pending else {
                #expect(decision.wait == nil)
                #expect(decision.state != .dead || attempt == schedule.tries)
                #expect(decision.state != .skipped)
                if decision.state == .dead || decision.state == .rejected { #expect(decision.reason?.isEmpty == false) }
                return
            }
            guard let wait = decision.wait else {
                Issue.record("pending without a next try")
                return
            }
            #expect(wait >= .zero && wait <= schedule.longestRequest)
            #expect(decision.reason?.contains("attempt \(attempt) of \(schedule.tries), next in") == true)
            time = time.advanced(by: wait)
        }
    }

    private func step(_ judge: AttemptJudge, at time: Timestamp, _ random: inout SeededGenerator) -> Decision {
        let chance = Double.random(in: 0...1, using: &random)
        if Int.random(in: 0..<3, using: &random) == 0 {
            let failures: [ExchangeFailure] = [
                .timeout(.seconds(15)), .connectTimeout(.seconds(5)), .refused(address: "127.0.0.1:9"), .hostNotFound("t.example"),
                .tls("expired"), .closed(midReply: Bool.random(using: &random)), .notHTTP("x"), .other("y"),
            ]
            return judge.decision(on: failures.randomElement(using: &random) ?? .other("z"), random: chance)
        }
        let headers = [nil, "0", "5", "99999999999", "soon", "", "Sun, 06 Nov 2094 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT"]
        // Mostly what is tried again, so that sequences get long.
        let anything = Int.random(in: 100...999, using: &random)
        let again = [408, 425, 429, 500, 503, 599].randomElement(using: &random) ?? 503
        let status = Int.random(in: 0..<4, using: &random) == 0 ? anything : again
        let reply = Reply(status: status, retryAfter: headers.randomElement(using: &random) ?? nil, body: [])
        var reading: ReplyReading?
        if Int.random(in: 0..<5, using: &random) == 0 {
            let outcomes: [ReplyReading.Outcome] = [.delivered, .duplicate, .rejected, .retry, .retry, .retry]
            reading = ReplyReading(
                outcome: outcomes.randomElement(using: &random) ?? .retry,
                retryAfter: Bool.random(using: &random) ? .seconds(Int.random(in: 0...1_000_000, using: &random)) : nil)
        }
        return judge.decision(on: reply, reading: reading, at: time, random: chance)
    }
}
