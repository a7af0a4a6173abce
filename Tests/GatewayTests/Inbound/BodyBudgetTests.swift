import NIOCore
import Testing

@testable import Gateway

/// The memory for bodies: who gets how much, who waits, and that it comes back.
struct BodyBudgetTests {
    private let kibibyte = 1024

    private func intake(_ limits: ConnectionLimits) throws -> CurrentIntake {
        let bench = IntakeBench([
            try .sample("one", "refcampaign", ["api_key": "key-one"]), try .sample("two", "refvenue", ["publishable_key": "pk-two"]),
        ])
        return CurrentIntake(bench.intake, limits: limits)
    }

    private func head(_ path: String, _ length: Int, key: String = "key-one") -> String {
        "POST \(path) HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer \(key)\r\nContent-Length: \(length)\r\n\r\n"
    }

    private func bytes(_ count: Int) -> String { String(repeating: "x", count: count) }

    private let proven = "/api/v1/conversions/postback"
    /// Its credential is in the body.
    private let undecided = "/v1/track-conversion"

    @Test func `a stranger's body is kept up to 16 KiB, and none where nothing answers`() throws {
        let current = try intake(ConnectionLimits())
        let connection = try EmbeddedConnection(current, from: "198.51.100.7")
        connection.send(head(proven, 100_000, key: "wrong") + bytes(100_000))
        #expect(connection.requests.last?.body.count == 16 * kibibyte)
        #expect(current.load.bodies.reserved == 0)
        connection.reply(401)
        connection.send(head("/nowhere", 100_000) + bytes(100_000))
        #expect(connection.requests.last?.body.count == 0)
        connection.reply(404)
        connection.send(head(proven, 100_000) + bytes(100_000))
        #expect(connection.requests.last?.body.count == 100_000)
        #expect(current.load.bodies.reserved == 100_000)
        connection.reply()
        #expect(current.load.bodies.reserved == 0)
        // Size is settled first, as for everybody.
        connection.send(head(proven, 2_000_000, key: "wrong") + bytes(2_000_000))
        #expect(connection.fault?.reason == "the body has 2000000 bytes or more; 1048576 are allowed")
        connection.end()
    }

    @Test func `a body without room waits without being read, and is then sent back`() throws {
        let current = try intake(ConnectionLimits(body: 100_000, bodies: 100_000))
        let holder = try EmbeddedConnection(current, from: "198.51.100.7")
        holder.send(head(proven, 100_000) + bytes(90_000))
        let connection = try EmbeddedConnection(current, from: "198.51.100.8")
        let reads = connection.peer.reads
        connection.send(head(proven, 50_000) + bytes(20_000))
        connection.channel.read()
        #expect(connection.peer.reads == reads)
        connection.pass(.milliseconds(1_950))
        #expect(connection.peer.text.isEmpty)
        connection.pass(.milliseconds(100))
        #expect(connection.peer.text.hasPrefix("HTTP/1.1 503 Service Unavailable\r\n"))
        #expect(connection.peer.text.contains("\r\nRetry-After: 5\r\n"))
        #expect(connection.peer.text.contains("\r\nConnection: close\r\n"))
        #expect(connection.peer.text.hasSuffix("{\"error\":\"too many large requests are under way; try again in a moment\"}"))
        #expect(connection.requests.isEmpty)
        // Small ones need no room.
        let small = try EmbeddedConnection(current, from: "198.51.100.9")
        small.send(head(proven, 16 * kibibyte) + bytes(16 * kibibyte))
        #expect(small.requests.count == 1)
        for each in [holder, connection, small] { each.end() }
        #expect(current.load.bodies.reserved == 0)
    }

    @Test func `a body that waited goes on where it stopped`() throws {
        let current = try intake(ConnectionLimits(body: 100_000, bodies: 100_000))
        let holder = try EmbeddedConnection(current, from: "198.51.100.7")
        holder.send(head(proven, 100_000) + bytes(90_000))
        let connection = try EmbeddedConnection(current, from: "198.51.100.8")
        let body = (0..<10_000).map { "\($0 % 10)line" }.joined()
        connection.send(head(proven, body.utf8.count) + body.prefix(30_000))
        connection.pass(.seconds(1))
        holder.end()
        connection.pass(.milliseconds(50))
        connection.send(String(body.dropFirst(30_000)))
        #expect(connection.requests.map { String(decoding: $0.body, as: UTF8.self) } == [body])
        connection.end()
        #expect(current.load.bodies.reserved == 0)
    }

    @Test func `an address has a quarter, and who is not proven yet a half`() throws {
        let current = try intake(ConnectionLimits(body: 50_000, bodies: 400_000))
        func hold(_ path: String, from peer: String) throws -> EmbeddedConnection {
            let connection = try EmbeddedConnection(current, from: peer)
            connection.send(head(path, 50_000) + bytes(49_999))
            connection.pass(.seconds(3))
            return connection
        }
        func isHeld(_ connection: EmbeddedConnection) -> Bool { connection.peer.text.isEmpty }
        let first = try (1...3).map { _ in try hold(undecided, from: "198.51.100.1") }
        #expect(first.map(isHeld) == [true, true, false])
        let second = try (1...3).map { _ in try hold(undecided, from: "198.51.100.2") }
        #expect(second.map(isHeld) == [true, true, false])
        let third = try hold(undecided, from: "198.51.100.3")
        #expect(!isHeld(third))
        let known = try (1...5).map { try hold(proven, from: "198.51.100.\(10 + $0)") }
        #expect(known.map(isHeld) == [true, true, true, true, false])
        #expect(current.load.bodies.reserved == 8 * 49_999)
        for each in first + second + [third] + known { each.end() }
        #expect(current.load.bodies.reserved == 0)
    }
}
