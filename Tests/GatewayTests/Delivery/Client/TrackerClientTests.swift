import Mappings
import NIOCore
import NIOPosix
import Rules
import Synchronization
import Testing

@testable import Gateway

/// One exchange after another with a tracker that answers byte for byte as the test wants.
@Suite(.timeLimit(.minutes(15)))
struct TrackerClientTests {
    struct Bench: Sendable {
        let client: TrackerClient
        let egress: Egress
        let url: String

        func reply(_ body: String = "id=1") async throws -> Reply { try await send(body).get() }

        func expect(_ text: String, location: Testing.SourceLocation = #_sourceLocation) async throws {
            let reply = try await reply()
            #expect(reply.text == text, sourceLocation: location)
        }

        func send(_ body: String = "id=1", url: String? = nil, timeout: Duration = .seconds(10)) async -> Result<Reply, ExchangeFailure> {
            let url = url ?? self.url
            let request = OutboundRequest(method: "POST", url: url, maskedURL: "masked", headers: [], body: Array(body.utf8))
            do throws(ExchangeFailure) {
                return .success(try await client.send(request, through: egress, timeout: timeout))
            } catch {
                return .failure(error)
            }
        }
    }

    static func client(
        port: Int, host: String = "127.0.0.1", connections: Int = 4, allow: [String] = ["127.0.0.0/8"],
        lookups: HostLookups = .system, body: (Bench) async throws -> Void
    ) async throws {
        let client = TrackerClient(
            loop: MultiThreadedEventLoopGroup.singleton.any(), connections: connections, version: "1.2.3", lookups: lookups)
        let egress = Egress(allow: try allow.map { try IPNetwork(parsing: $0) })
        do {
            try await body(Bench(client: client, egress: egress, url: "http://\(host):\(port)/in"))
        } catch {
            await client.close()
            throw error
        }
        await client.close()
    }

    static func use(_ script: @escaping @Sendable (Int) -> [RawTracker.Step], body: (Bench, RawTracker) async throws -> Void) async throws {
        try await RawTracker.run(script) { tracker in
            try await client(port: tracker.port) { try await body($0, tracker) }
        }
    }

    private static let ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

    // MARK: Replies

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", 1),
        ("HTTP/1.1 200\r\ncontent-length: 0\r\n\r\n", 200, "", 1),
        ("HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n3\r\n yo\r\n0\r\nX-Sum: 5\r\n\r\n", 202, "ok yo", 1),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204, "", 1),
        ("HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n", 304, "", 1),
        (
            "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 200,
            "ok", 1
        ),
        ("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 2\r\n\r\nok", 200, "ok", 1),
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", 200, "ok", 2),
        ("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", 200, "ok", 2),
        ("HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\nPRI * HTTP/2.0", 101, "", 2),
        // More than was asked for: the reply counts, the connection does not.
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n", 200, "ok", 2),
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok}", 200, "ok", 2),
    ])
    func `a reply is read by its own framing, and only a clean end keeps the connection`(
        reply: String, status: Int, body: String, connections: Int
    ) async throws {
        try await Self.use { _ in
            [.request, .send(reply), .request, .send(reply)]
        } body: { bench, tracker in
            for _ in 1...2 {
                let answer = try await bench.reply()
                #expect(answer.status == status)
                #expect(answer.text == body)
            }
            #expect(tracker.connections == connections)
        }
    }

    @Test func `a reply without a length ends with the connection`() async throws {
        try await Self.use { _ in
            [.request, .send("HTTP/1.0 200 OK\r\n\r\nall of it"), .close]
        } body: { bench, _ in
            try await bench.expect("all of it")
        }
    }

    @Test func `Retry-After and Location are read`() async throws {
        try await Self.use { _ in
            [.request, .send("HTTP/1.1 302 Found\r\nretry-after: 7\r\nLOCATION: http://127.0.0.1:1/x\r\nContent-Length: 0\r\n\r\n")]
        } body: { bench, tracker in
            let reply = try await bench.reply()
            #expect(reply.retryAfter == "7")
            #expect(reply.location == "http://127.0.0.1:1/x")
            #expect(tracker.connections == 1)
        }
    }

    @Test func `a reply that comes before the request is read counts, and its connection is closed`() async throws {
        try await Self.use { _ in
            [.request, .send("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")]
        } body: { bench, tracker in
            let large = String(repeating: "x", count: 8 << 20)
            let reply = try await bench.reply(large)
            #expect(reply.text == "no")
            try await happens { tracker.connections == 1 }
        }
    }

    // MARK: Bounds

    @Test(arguments: [
        (RawTracker.Step.send("SSH-2.0-OpenSSH\r\n"), "tracker's answer is not http: "),
        (.send("HTTP/2.0 500 Oops\r\n\r\n"), "tracker's answer is not http: "),
        (.send("HTTP/1.1 404 Gone\r\nContent-Length: x\r\n\r\n"), "tracker's answer is not http: "),
        (
            .send("HTTP/1.1 500 Oops\r\nX: \(String(repeating: "x", count: 70_000))\r\n\r\n"),
            "tracker's answer is not http: its head is longer than 64 KiB or has more than 2000 fields"
        ),
        (
            .send("HTTP/1.1 500 Oops\r\n" + String(repeating: "X: y\r\n", count: 2100) + "\r\n"),
            "tracker's answer is not http: its head is longer than 64 KiB or has more than 2000 fields"
        ),
        (.flood("HTTP/1.1 100 Continue\r\n\r\n"), "tracker's answer is not http: its head has no end"),
    ])
    func `what is not http, or has no end, is broken off with the reason`(step: RawTracker.Step, sentence: String) async throws {
        try await Self.use { _ in
            [.request, step]
        } body: { bench, tracker in
            guard case .failure(let failure) = await bench.send() else {
                Issue.record("there was a reply")
                return
            }
            #expect(failure.sentence.hasPrefix(sentence), "\(failure.sentence)")
            try await happens { tracker.closedByClient == 1 }
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n",
    ])
    func `of a body without end 64 KiB are read`(head: String) async throws {
        try await Self.use { _ in
            [.request, .send(head), .flood(String(repeating: "x", count: 10_000))]
        } body: { bench, tracker in
            let reply = try await bench.reply()
            #expect(reply.status == 200)
            #expect(reply.body.count == 65_536)
            #expect(reply.damage == .oversized)
            try await happens { tracker.closedByClient == 1 }
            #expect(tracker.sentBytes < 20_000_000)
        }
    }

    @Test func `framing that never comes to a body is broken off too`() async throws {
        try await Self.use { _ in
            [
                .request, .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                .flood("1;\(String(repeating: "x", count: 5000))\r\ny\r\n"),
            ]
        } body: { bench, tracker in
            let reply = try await bench.reply()
            #expect(reply.body.count < 65_536)
            try await happens { tracker.closedByClient == 1 }
            #expect(tracker.sentBytes < 20_000_000)
        }
    }

    @Test(arguments: [
        [RawTracker.Step.request], [], [.request, .drip("H", every: .milliseconds(20))],
        [.request, .send("HTTP/1.1 404 Gone\r\n"), .drip("X: y\r\n", every: .milliseconds(20))],
        [.request, .send("HTTP/1.1 500 Oops\r\nContent-Length: 1000\r\n\r\n"), .drip("x", every: .milliseconds(20))],
        [.request, .drip("HTTP/1.1 100 Continue\r\n\r\n", every: .milliseconds(20))],
    ])
    func `a tracker that hangs or drips costs one timeout and its connection`(steps: [RawTracker.Step]) async throws {
        if case .drip("H", _)? = steps.last {
            // This one is not HTTP from its second byte on.
            try await Self.use { _ in
                steps
            } body: { bench, _ in
                #expect((try? await bench.reply()) == nil)
            }
            return
        }
        try await Self.use { _ in
            steps
        } body: { bench, tracker in
            let start = ContinuousClock.now
            #expect(await bench.send(timeout: .milliseconds(300)) == .failure(.timeout(.milliseconds(300))))
            #expect(start.duration(to: .now) >= .milliseconds(290))
            try await happens { tracker.closedByClient == 1 }
        }
    }

    // MARK: Damage behind a 2xx

    private static let fields = String(repeating: "X-Y: z\r\n", count: 1990)

    @Test(arguments: [
        ([RawTracker.Step.send("HTTP/1.1 200 OK\r\nX: y\r\n"), .close], Reply.Damage.cutShort, ""),
        ([.send("HTTP/1.1 200 OK\r\nX: y\r\n"), .wait(.milliseconds(50)), .reset], .cutShort, ""),
        ([.send("HTTP/1.1 201"), .close], .cutShort, ""),
        ([.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .close], .cutShort, "half"),
        ([.send("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf"), .wait(.milliseconds(50)), .reset], .cutShort, "half"),
        ([.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), .close], .cutShort, "hel"),
        (
            [.send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\n"), .close],
            .cutShort, ""
        ),
        (
            [
                .send("HTTP/1.1 100 Continue\r\n\r\n"), .wait(.milliseconds(50)), .send("HTTP/1"), .wait(.milliseconds(50)),
                .send(".1 204"), .close,
            ],
            .cutShort, ""
        ),
        (
            [.send("HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 70_000))\r\n\r\n")],
            .malformed("its head is longer than 64 KiB or has more than 2000 fields"), ""
        ),
        (
            [.send("HTTP/1.1 200 OK\r\n" + fields + fields + "\r\n")],
            .malformed("its head is longer than 64 KiB or has more than 2000 fields"), ""
        ),
    ])
    func `an answer that is damaged behind its 2xx is an answer`(steps: [RawTracker.Step], damage: Reply.Damage, body: String) async throws
    {
        try await Self.use { _ in
            [.request] + steps
        } body: { bench, tracker in
            let reply = try await bench.reply()
            #expect((200..<300).contains(reply.status))
            #expect(reply.damage == damage)
            #expect(reply.body == Array(body.utf8))
            #expect(tracker.connections == 1)
        }
    }

    @Test(arguments: [
        "HTTP/2 200\r\n", "HTTP/2 200 OK\r\n", "HTTP/2.0 200 OK\r\n", "HTTP/3.0 200 OK\r\n", "HTTP/1.1.1 201 Created\r\n",
        "HTTP 200 OK\r\n", "ICY 200 OK\r\n",
        "HTTP/ 200 OK\r\n", "HTTP/2\t 204\r\n", "\r\nHTTP/2 200 OK\r\n", "\u{FEFF}HTTP/1.1 200 OK\r\n",
        "HTTP/2 100 Continue\r\n\r\nHTTP/2 200\r\n",
    ])
    func `a status line that is not quite HTTP and says 2xx is a damaged answer`(line: String) async throws {
        try await Self.use { _ in
            [.request, .send(line + "Content-Length: 2\r\n\r\nok")]
        } body: { bench, tracker in
            let reply = try await bench.reply()
            guard (200..<300).contains(reply.status), case .malformed? = reply.damage else {
                Issue.record("\(reply)")
                return
            }
            #expect(tracker.connections == 1)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200\r\n", "HTTP/1.1 200 \r\n", "HTTP/1.0 200 OK\r\n", "HTTP/1.0 200\r\n", "\r\nHTTP/1.1 200 OK\r\n",
    ])
    func `a status line without a reason, or of another known version, is whole`(line: String) async throws {
        try await Self.use { _ in
            [.request, .send(line + "Content-Length: 2\r\n\r\nok")]
        } body: { bench, _ in
            let reply = try await bench.reply()
            #expect(reply.status == 200 && reply.damage == nil && reply.body == Array("ok".utf8))
        }
    }

    @Test(arguments: [
        "HTTP/2 500 Oops\r\n\r\n", "HTTP/2 404\r\n\r\n", "OK 200\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "<html>200 OK</html>",
        "HTTPS 200 OK\r\n\r\n",
        "ICYCLE 200 OK\r\n\r\n", "HTTP/a-very-long-version 200 OK\r\n\r\n", "HTTP/2 2x0\r\n\r\n",
    ])
    func `what says no 2xx is a failure`(answer: String) async throws {
        try await Self.use { _ in
            [.request, .send(answer), .close]
        } body: { bench, _ in
            #expect((try? await bench.reply()) == nil)
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        "HTTP/1.1 200 OK\r\n: nameless\r\n\r\n",
    ])
    func `a 2xx that is no HTTP further down is damaged`(answer: String) async throws {
        try await Self.use { _ in
            [.request, .send(answer)]
        } body: { bench, _ in
            let reply = try await bench.reply()
            guard case .malformed = reply.damage else {
                Issue.record("\(reply)")
                return
            }
        }
    }

    @Test(arguments: [
        [RawTracker.Step.request, .send("HTTP/1.1 200 OK\r\n"), .drip("X: y\r\n", every: .milliseconds(20))],
        [.request, .send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"), .drip("x", every: .milliseconds(20))],
        [.request, .send("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")],
    ])
    func `a 2xx that does not end is damaged, and costs one timeout and its connection`(steps: [RawTracker.Step]) async throws {
        try await Self.use { _ in
            steps
        } body: { bench, tracker in
            let reply = try await bench.send(timeout: .seconds(3)).get()
            #expect(reply.status == 200 && reply.damage == .unfinished(within: .seconds(3)))
            try await happens { tracker.closedByClient == 1 }
        }
    }

    @Test func `nearly 2000 header fields are read, and those that are asked for are kept`() async throws {
        try await Self.use { _ in
            [.request, .send("HTTP/1.1 200 OK\r\n\(Self.fields)X-Queue: full\r\nx-queue: 7\r\nContent-Length: 2\r\n\r\nok")]
        } body: { bench, _ in
            let request = OutboundRequest(method: "GET", url: bench.url, maskedURL: "masked", headers: [], body: [])
            let reply = try await bench.client.send(
                request, through: bench.egress, timeout: .seconds(10), keeping: ["x-queue", "x-other"])
            #expect(reply.text == "ok" && reply.damage == nil)
            #expect(reply.headers == ["x-queue": "full, 7"])
        }
    }

    // MARK: Connections that break

    @Test(arguments: [
        ([RawTracker.Step.close], false), ([.reset], false), ([.request, .close], false), ([.request, .reset], false),
        ([.request, .send("HTTP/1.1 2"), .close], true),
        ([.request, .send("HTTP/1.1 404 Gone\r\nX: y\r\n"), .wait(.milliseconds(50)), .reset], true),
        ([.request, .send("HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nhalf"), .close], true),
        ([.request, .send("HTTP/1.1 302 Found\r\nContent-Length: 9\r\n\r\nhalf"), .wait(.milliseconds(50)), .reset], true),
        ([.request, .send("HTTP/1.1 400 No\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"), .close], true),
        ([.request, .send("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 20"), .close], true),
    ])
    func `a connection that breaks says whether an answer had begun`(steps: [RawTracker.Step], midReply: Bool) async throws {
        try await Self.use { _ in
            steps
        } body: { bench, tracker in
            #expect(await bench.send() == .failure(.closed(midReply: midReply)))
            #expect(tracker.connections == 1)
        }
    }

    @Test func `a connection that was closed between two requests is not used again`() async throws {
        try await Self.use { _ in
            [.request, .send(Self.ok), .close]
        } body: { bench, tracker in
            try await bench.expect("ok")
            try await Task.sleep(for: .milliseconds(100))
            try await bench.expect("ok")
            #expect(tracker.connections == 2)
        }
    }

    @Test(arguments: [RawTracker.Step.close, .reset])
    func `a request that finds its connection closed is repeated once, at once`(end: RawTracker.Step) async throws {
        try await Self.use { number in
            number == 1 ? [.request, .send(Self.ok), .request, end] : [.request, end]
        } body: { bench, tracker in
            try await bench.expect("ok")
            #expect(await bench.send() == .failure(.closed(midReply: false)))
            #expect(tracker.connections == 2)
        }
    }

    @Test func `bytes that no request asked for close the connection`() async throws {
        try await Self.use { _ in
            [.request, .send(Self.ok), .wait(.milliseconds(50)), .send(Self.ok)]
        } body: { bench, tracker in
            try await bench.expect("ok")
            try await happens { tracker.closedByClient == 1 }
            try await bench.expect("ok")
            #expect(tracker.connections == 2)
        }
    }

    @Test func `no more connections are opened than allowed, and the others wait`() async throws {
        let replies = Array(repeating: [RawTracker.Step.request, .wait(.milliseconds(20)), .send(Self.ok)], count: 20).flatMap(\.self)
        try await RawTracker.run { _ in
            replies
        } body: { tracker in
            try await Self.client(port: tracker.port, connections: 2) { bench in
                await withTaskGroup(of: Bool.self) { group in
                    for _ in 0..<12 { group.addTask { (try? await bench.reply().text) == "ok" } }
                    for await isGood in group { #expect(isGood) }
                }
                #expect(tracker.connections == 2)
            }
        }
    }

    @Test func `closing the client ends what is under way`() async throws {
        try await Self.use { _ in
            [.request]
        } body: { bench, tracker in
            async let result = bench.send()
            try await happens { !tracker.received.isEmpty }
            await bench.client.close()
            #expect(await result == .failure(.closed(midReply: false)))
            #expect(await bench.send() == .failure(.closed(midReply: false)))
        }
    }
}

/// Waits until something else makes the condition true.
func happens(_ condition: () -> Bool, location: Testing.SourceLocation = #_sourceLocation) async throws {
    let happened = try await eventually { condition() ? true : nil }
    #expect(happened != nil, sourceLocation: location)
}
