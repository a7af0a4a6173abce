import FuzzProperties
import NIOCore
import Testing

@testable import Gateway

/// A connection always has a deadline, except while the intake works: whatever the sender does, in whatever order.
struct ConnectionDeadlineTests {
    private let post = "POST /api/v1/conversions/postback HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody"

    private func connect(_ limits: ConnectionLimits = ConnectionLimits()) throws -> EmbeddedConnection {
        try EmbeddedConnection(
            IntakeBench([
                try .sample("one", "refcampaign", ["api_key": "key-one"]), try .sample("two", "refvenue", ["publishable_key": "pk-two"]),
            ]), limits)
    }

    @Test func `each state ends in its own time`() throws {
        let limits = ConnectionLimits()
        let states: [(String, Duration, (EmbeddedConnection) -> Void)] = [
            ("a new connection", limits.idle, { _ in }),
            ("half a head", limits.idle, { $0.send("POST / HTTP/1.1\r\nHost") }),
            ("half a body", limits.arrival, { $0.send(String(post.dropLast())) }),
            (
                "a reply that was taken", limits.idle,
                {
                    $0.send(post)
                    $0.reply()
                }
            ),
            (
                "a reply that nobody takes", limits.taking,
                {
                    $0.stopTaking()
                    $0.send(post)
                    $0.reply()
                }
            ),
            (
                "a last reply that nobody takes", limits.taking,
                {
                    $0.send(post)
                    $0.quiesce()
                    $0.stopTaking()
                    $0.reply()
                }
            ),
            (
                "a last reply that was taken", limits.farewell,
                {
                    $0.send(post)
                    $0.quiesce()
                    $0.reply()
                }
            ),
            ("no HTTP", limits.farewell, { $0.send("hello\r\n\r\n") }),
            (
                "no HTTP, and the reply is not taken", limits.taking,
                {
                    $0.stopTaking()
                    $0.send("hello\r\n\r\n")
                }
            ),
            (
                "a reply, then no HTTP", limits.farewell,
                {
                    $0.send(post + "hello\r\n\r\n")
                    $0.reply()
                }
            ),
        ]
        for (name, duration, make) in states {
            let connection = try connect()
            make(connection)
            let rest = try #require(connection.deadline, "\(name)") - connection.channel.eventLoop.now
            #expect(rest == TimeAmount(duration), "\(name)")
            connection.pass(rest - .nanoseconds(1))
            #expect(connection.isOpen, "\(name)")
            connection.pass(.nanoseconds(1))
            #expect(!connection.isOpen, "\(name)")
            connection.end()
        }
    }

    @Test func `the intake has all the time it needs`() throws {
        let connection = try connect()
        connection.send(post)
        #expect(connection.deadline == nil)
        connection.pass(.hours(1))
        connection.reply()
        #expect(connection.isOpen)
        #expect(connection.peer.text.hasPrefix("HTTP/1.1 200 OK\r\n"))
        connection.end()
    }

    @Test func `pipelined requests come one at a time, and nothing is read before the reply is taken`() throws {
        let connection = try connect()
        let before = connection.peer.reads
        connection.send(String(repeating: post, count: 100) + post.dropLast(2))
        connection.channel.read()
        for count in 1...100 {
            #expect(connection.requests.count == count)
            #expect(connection.peer.reads == before)
            connection.stopTaking()
            connection.reply()
            #expect(connection.requests.count == count)
            connection.takeAll()
        }
        #expect(connection.peer.reads == before + 1)
        connection.send("dy")
        #expect(connection.requests.map { String(decoding: $0.body, as: UTF8.self) } == Array(repeating: "body", count: 101))
        connection.end()
    }

    @Test func `what a sender sent before it closed its side is answered`() throws {
        let connection = try connect()
        connection.send(post + post)
        connection.closeInput()
        connection.reply()
        connection.reply()
        #expect(connection.requests.count == 2)
        connection.end()
    }

    @Test(arguments: 1...40 as ClosedRange<UInt64>)
    func `whatever a sender does, the connection has a deadline and ends with it`(_ seed: UInt64) throws {
        var chance = SeededGenerator(seed: seed)
        // One address has not room for two of the bodies, so that they wait for each other.
        let limits = ConnectionLimits(body: 80_000, bodies: 100_000)
        for round in 1...25 {
            let connection = try connect(limits)
            let other = try EmbeddedConnection(connection.current, from: "198.51.100.7")
            if Bool.random(using: &chance) {
                other.send("POST /v1/track-conversion HTTP/1.1\r\nHost: x\r\nContent-Length: 70000\r\n\r\n" + large)
            }
            var done: [String] = []
            var rest = ArraySlice<UInt8>()
            for _ in 1...40 where connection.isOpen {
                done.append(step(connection, &rest, &chance))
                let note = Comment(rawValue: "seed \(seed), round \(round): \(done.joined(separator: ", "))")
                guard connection.isOpen else { break }
                #expect(connection.isReplyDue == (connection.deadline == nil), note)
            }
            let note = Comment(rawValue: "seed \(seed), round \(round): \(done.joined(separator: ", "))")
            if connection.isReplyDue { connection.reply() }
            // A pipelined request may have begun.
            while connection.isOpen, connection.isReplyDue { connection.reply() }
            if connection.isOpen { #expect(connection.deadline != nil, note) }
            connection.reachDeadline()
            // The time for a body ended before that, with a reply.
            if connection.isOpen { connection.reachDeadline() }
            #expect(!connection.isOpen, note)
            connection.end()
            other.end()
            #expect(connection.current.load.bodies.reserved == 0, note)
        }
    }

    private var large: String { String(repeating: "x", count: 60_000) }

    private func step(_ connection: EmbeddedConnection, _ rest: inout ArraySlice<UInt8>, _ chance: inout SeededGenerator) -> String {
        switch Int.random(in: 0..<16, using: &chance) {
        case 0...7:
            if rest.isEmpty { rest = bytes(&chance) }
            let length = Bool.random(using: &chance) ? rest.count : Int.random(in: 1...rest.count, using: &chance)
            connection.send(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
            return "send \(length)"
        case 8...10:
            connection.reply()
            return "reply"
        case 11:
            connection.stopTaking()
            return "stop taking"
        case 12:
            connection.takeAll()
            return "take"
        case 13:
            let time = Int64.random(in: 0...20, using: &chance)
            connection.pass(.seconds(time))
            return "wait \(time)"
        case 14 where Int.random(in: 0..<4, using: &chance) == 0:
            connection.closeInput()
            return "close input"
        case 15 where Int.random(in: 0..<4, using: &chance) == 0:
            connection.quiesce()
            return "quiesce"
        default: return "nothing"
        }
    }

    /// Requests, and what only looks like some, one behind the other.
    private func bytes(_ chance: inout SeededGenerator) -> ArraySlice<UInt8> {
        let shapes = [
            post, "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n", "GET /x HTTP/1.0\r\n\r\n", "HEAD /x HTTP/1.1\r\nHost: x\r\n\r\n",
            "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\na\r\n\r\n\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nA: b\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\nabc",
            "POST /x HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
            "CONNECT x:1 HTTP/1.1\r\nHost: x:1\r\n\r\n", "GET / HTTP/1.1\r\nHost: x\r\nUpgrade: h2c\r\n\r\n",
            "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            "POST /x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "POST /v1/track-conversion HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + large,
            "POST /v1/track-conversion HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nea60\r\n" + large + "\r\n0\r\n\r\n",
            "POST /api/v1/conversions/postback HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + large, "\r\n\r\n", "hello\r\n\r\n",
            "\u{0}",
        ]
        var all: [UInt8] = []
        for _ in 1...Int.random(in: 1...6, using: &chance) {
            var bytes = Array(shapes[Int.random(in: 0..<shapes.count, using: &chance)].utf8)
            if Int.random(in: 0..<8, using: &chance) == 0 {
                bytes[Int.random(in: bytes.indices, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
            }
            all += bytes
        }
        return all[...]
    }
}
