import Mappings
import NIOCore
import NIOPosix
import Rules
import Testing

@testable import Gateway

/// One try against a live tracker: what is sent, and what each kind of answer comes to.
@Suite(.timeLimit(.minutes(15)))
struct DeliveryExchangeTests {
    /// Sends one conversion and returns what the store knows of it once `count` tries are recorded.
    func results(
        of count: Int, on clock: VirtualClock = VirtualClock(),
        change: @escaping @Sendable (inout Sending) -> Void = { _ in },
        script: @escaping @Sendable (Int, ScriptedTracker.Received) -> ScriptedTracker.Answer,
        check: @escaping @Sendable ([AttemptResult], ScriptedTracker) throws -> Void
    ) async throws {
        try await ScriptedTracker.run(script) { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port).with(change)], clock: clock) { harness in
                let conversion = DeliveryHarness.conversion()
                harness.submit([conversion], to: "a")
                try await harness.wait { harness.store[conversion, "a"]?.results.count == 1 }
                try await harness.letTimePass { harness.store[conversion, "a"]?.results.count == count }
                try check(harness.store[conversion, "a"]?.results ?? [], tracker)
            }
        }
    }

    @Test func `a 200 is delivered, and the attempt shows no credential`() async throws {
        let clock = VirtualClock()
        try await results(of: 1, on: clock) { _, _ in
            clock.advance(by: .milliseconds(42))
            return .reply(200, body: "ok")
        } check: { results, tracker in
            let result = try #require(results.first)
            #expect(result.state == .delivered)
            #expect(result.nextAttempt == nil)
            #expect(result.reason == nil)
            let row = try #require(result.attempt)
            #expect(row.number == 1)
            #expect(row.requestLine == "POST http://127.0.0.1:\(tracker.port)/in?key=***")
            #expect(row.status == 200)
            #expect(row.outcome == .delivered)
            #expect(row.reply == "ok")
            #expect(row.latency == 42_000)
            let request = try #require(tracker.received.first)
            #expect(request.uri == "/in?key=hush")
            #expect(request.body == "id=\(result.delivery.conversion)")
            #expect(request.headers["User-Agent"] == ["gateway/1.2.3"])
            #expect(request.headers["Content-Length"] == ["\(request.body.utf8.count)"])
            #expect(request.headers["Cookie"] == [])
        }
    }

    @Test func `a 500 is tried again until it is a 200`() async throws {
        try await results(of: 2) { number, _ in
            number == 1 ? .reply(500, body: "oops") : .reply(200)
        } check: { results, tracker in
            #expect(results.map(\.state) == [.pending, .delivered])
            #expect(results[0].reason == "tracker answered 500: oops; attempt 1 of 3, next in 20ms")
            #expect(results.map { $0.attempt?.number } == [1, 2])
            #expect(results[0].attempt?.outcome == .retry)
            #expect(tracker.received.count == 2)
            #expect(Set(tracker.received.map(\.body)).count == 1)
        }
    }

    @Test func `a schedule's end is recorded as dead`() async throws {
        try await results(of: 3) { _, _ in
            .reply(503)
        } check: { results, _ in
            #expect(results.map(\.state) == [.pending, .pending, .dead])
            #expect(results[2].reason == "tracker answered 503; attempt 3 of 3, no more tries")
        }
    }

    @Test func `Retry-After lengthens the wait`() async throws {
        try await results(of: 1) { _, _ in
            .reply(429, headers: [("Retry-After", "120")])
        } check: { results, _ in
            let result = try #require(results.first)
            #expect(result.state == .pending)
            #expect(result.reason == "tracker answered 429; attempt 1 of 3, next in 2m")
            #expect(result.nextAttempt == VirtualClock.start.advanced(by: .seconds(120)))
        }
    }

    @Test func `a redirect is not followed`() async throws {
        try await results(of: 1) { _, _ in
            .reply(302, headers: [("Location", "https://new.example/in")])
        } check: { results, tracker in
            #expect(results.first?.state == .rejected)
            #expect(
                results.first?.reason == "tracker answered 302 to https://new.example/in; redirects are not followed, correct the url")
            #expect(tracker.received.count == 1)
        }
    }

    @Test func `a 400 is rejected with the mapping's words`() async throws {
        try await results(of: 1) {
            $0.read = { reply, _ in
                let (status, body) = (reply.status, reply.body)
                return ReplyReading(outcome: status == 400 ? .rejected : .delivered, message: String(decoding: body, as: UTF8.self))
            }
            $0.secrets = SecretFinder(["hush"])
        } script: { _, _ in
            .reply(400, body: "unknown click hush")
        } check: { results, _ in
            #expect(results.first?.state == .rejected)
            #expect(results.first?.reason == "tracker answered 400: unknown click ***")
            #expect(results.first?.attempt?.reply == "unknown click ***")
        }
    }

    @Test func `a tracker that hangs is given up after the timeout`() async throws {
        // The client's own timeout is real, so its latency is measured by the machine's clock.
        try await results(of: 1, on: VirtualClock(measuring: Uptime.now)) {
            $0.timeout = .milliseconds(100)
            $0.schedule = RetrySchedule(delays: [.seconds(5)])
        } script: { _, _ in
            .hang
        } check: { results, _ in
            let result = try #require(results.first)
            #expect(result.state == .pending)
            #expect(result.reason == "no answer within 100ms; attempt 1 of 2, next in 5s")
            #expect(result.attempt?.outcome == .timeout)
            #expect(result.attempt?.status == nil)
            #expect(result.attempt?.reply == "no answer within 100ms")
            #expect(result.attempt?.latency ?? 0 >= 90_000)
        }
    }

    @Test func `a connection that is closed without an answer is tried again`() async throws {
        try await results(of: 2) { number, _ in
            number == 1 ? .close : .reply(200)
        } check: { results, _ in
            #expect(results.map(\.state) == [.pending, .delivered])
            #expect(results[0].reason == "tracker closed the connection without an answer; attempt 1 of 3, next in 20ms")
            #expect(results[0].attempt?.outcome == .connection)
        }
    }

    @Test func `a 2xx that breaks off is unconfirmed, and not sent again`() async throws {
        try await results(of: 1) { number, _ in
            number == 1 ? .closeMidReply : .reply(200)
        } check: { results, tracker in
            #expect(results.map(\.state) == [.unconfirmed])
            #expect(results[0].reason == "tracker answered 200: half; unconfirmed, as the connection ended in the middle of the answer")
            #expect(results[0].attempt?.outcome == .unconfirmed && results[0].attempt?.status == 200)
            #expect(results[0].attempt?.reply == "half")
            #expect(tracker.received.count == 1)
        }
    }

    @Test func `an answer without end is cut off and is unconfirmed`() async throws {
        try await results(of: 1) { _, _ in
            .flood
        } check: { results, tracker in
            #expect(results.first?.state == .unconfirmed)
            #expect(results.first?.reason?.hasSuffix("x…; unconfirmed, as the answer is longer than 64 KiB") == true)
            #expect(results.first?.attempt?.reply == String(repeating: "x", count: 4096))
            #expect(tracker.floodedBytes < 100_000_000)
        }
    }

    @Test func `a mapping reads no more than 64 KiB`() async throws {
        try await results(of: 1) {
            $0.read = { reply, _ in ReplyReading(outcome: .delivered, message: "\(reply.body.count) bytes") }
        } script: { _, _ in
            .flood
        } check: { results, _ in
            #expect(results.first?.reason == "tracker answered 200: 65536 bytes; unconfirmed, as the answer is longer than 64 KiB")
        }
    }

    @Test func `a refused connection is named as such`() async throws {
        let port = try await ScriptedTracker.run({ _, _ in .hang }, body: { $0.port })
        try await DeliveryHarness.run([.local("a", port: port, delays: [.seconds(5)])]) { harness in
            let conversion = DeliveryHarness.conversion()
            harness.submit([conversion], to: "a")
            try await harness.wait { harness.store[conversion, "a"]?.results.count == 1 }
            let result = harness.store[conversion, "a"]?.results.first
            #expect(result?.reason == "connection to 127.0.0.1:\(port) refused; attempt 1 of 2, next in 5s")
            #expect(result?.attempt?.outcome == .connection)
        }
    }

    @Test(arguments: [
        ("https://127.0.0.1:PORT/", "tls handshake failed: "), ("http://no-such-host.invalid/", "host 'no-such-host.invalid' not found; "),
        ("ftp://127.0.0.1/", "request cannot be sent: url 'masked' is not an http address"),
        ("", "request cannot be sent: url 'masked' is not an http address"),
    ])
    func `an address that cannot be reached is named`(url: String, start: String) async throws {
        try await results(of: 1) { destination in
            destination.rewrite { request in
                request.url = url.replacing(
                    "PORT", with: request.url.drop { $0 != "1" }.drop { $0 != ":" }.dropFirst().prefix { $0 != "/" })
                request.maskedURL = "masked"
            }
            destination.schedule = RetrySchedule(delays: [.seconds(5)])
        } script: { _, _ in
            .reply(200)
        } check: { results, _ in
            let reason = try #require(results.first?.reason)
            #expect(reason.hasPrefix(start), "\(reason)")
        }
    }

    @Test(arguments: [
        "/a%2Fb//c/./x;y=1/?e=%C3%A4+b%20c&empty=&%7Bx%7D=1&q=a?b/c", "/?cid=a%26b&sum=1%2B2", "/",
        "/p?u=https%3A%2F%2Fx.example%2F%3Fa%3Db",
        "/in?list%5B%5D=1&s='~!*()$,:@",
    ])
    func `a path and query go out exactly as they were written`(target: String) async throws {
        try await results(of: 1) {
            $0.rewrite { $0.url = $0.url.replacing("/in?key=hush", with: target) }
        } script: { _, _ in
            .reply(200)
        } check: { _, tracker in
            #expect(tracker.received.first?.uri == target)
        }
    }

    @Test func `a malformed header is not sent, and its value is not shown`() async throws {
        try await results(of: 1) {
            $0.rewrite { $0.headers.append(("X-Key", "hush\r\nX-Other: 1")) }
        } script: { _, _ in
            .reply(200)
        } check: { results, tracker in
            #expect(results.first?.state == .rejected)
            #expect(results.first?.reason == "request cannot be sent: a header has a malformed name or value")
            #expect(tracker.received.isEmpty)
        }
    }

    @Test func `what a destination cannot take is skipped with the reason`() async throws {
        try await results(of: 1) {
            $0.write = { _, _ throws(Skip) in throw Skip("conversion has no click_id, which trcker needs") }
        } script: { _, _ in
            .reply(200)
        } check: { results, tracker in
            #expect(results.first?.state == .skipped)
            #expect(results.first?.reason == "conversion has no click_id, which trcker needs")
            #expect(results.first?.attempt == nil)
            #expect(tracker.received.isEmpty)
        }
    }

    @Test func `a kept connection that the tracker has just closed costs no attempt`() async throws {
        // The second request finds its connection closed, unless a worker on another loop sends it; its repeat comes on a new one.
        try await ScriptedTracker.run { number, request in
            number == 2 && request.connection == 0 ? .close : .reply(200)
        } body: { tracker in
            try await DeliveryHarness.run([.local("a", port: tracker.port).with { $0.concurrency = 1 }]) { harness in
                for _ in 1...2 {
                    let conversion = DeliveryHarness.conversion()
                    harness.submit([conversion], to: "a")
                    try await harness.wait { harness.store[conversion, "a"]?.state == .delivered }
                    #expect(harness.store[conversion, "a"]?.attempts == 1)
                }
                #expect(tracker.connections == 2)
            }
        }
    }
}
