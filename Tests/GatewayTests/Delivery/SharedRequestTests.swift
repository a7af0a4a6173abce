import Mappings
import NIOCore
import Rules
import Testing

@testable import Gateway

/// A destination that takes several conversions in one request.
@Suite(.timeLimit(.minutes(15)))
struct SharedRequestTests {
    private func run(
        most: Int = 8, within: Duration = .seconds(1),
        _ script: @escaping @Sendable (Int, ScriptedTracker.Received) -> ScriptedTracker.Answer,
        change: @escaping @Sendable (inout Sending) -> Void = { _ in },
        body: @escaping @Sendable (DeliveryHarness, ScriptedTracker) async throws -> Void
    ) async throws {
        try await ScriptedTracker.run(script) { tracker in
            let destination = Destination.local("a", port: tracker.port).with { sending in
                let port = tracker.port
                sending.batch = BatchLimits(most: most, within: within)
                sending.write = { conversion, _ throws(Skip) in
                    if conversion[.orderID].description == "none" { throw Skip("no order") }
                    let (before, element, after) = (#"{"key":"k","data":["#, #"{"id":"\#(conversion[.orderID].description)"}"#, "]}")
                    var request = OutboundRequest(
                        method: "POST", url: "http://127.0.0.1:\(port)/", maskedURL: "http://t/", headers: [],
                        body: Array((before + element + after).utf8))
                    request.element = before.utf8.count..<before.utf8.count + element.utf8.count
                    return request
                }
                change(&sending)
            }
            try await DeliveryHarness.run([destination]) { harness in try await body(harness, tracker) }
        }
    }

    private static func orders(_ names: String...) -> [Conversion] {
        names.map { name in
            var conversion = DeliveryHarness.conversion()
            conversion[.orderID] = .text(name)
            return conversion
        }
    }

    /// `a,b,c` for each request.
    private static func sent(_ tracker: ScriptedTracker) -> [String] {
        tracker.received.map { request in
            guard case .array(let elements)? = (try? JSONValue(parsing: request.body))?["data"] else { return request.body }
            return elements.map { $0["id"]?.plainText ?? "" }.joined(separator: ",")
        }
    }

    @Test func `a full request goes at once, and what is left waits for others for a while`() async throws {
        try await run(most: 3) { _, _ in
            .reply(200)
        } body: { harness, tracker in
            let orders = Self.orders("a", "b", "c", "d")
            harness.submit(orders, to: "a")
            try await harness.wait { harness.store.count(.delivered, at: "a") == 3 }
            try await harness.letTimePass(.milliseconds(900))
            #expect(Self.sent(tracker) == ["a,b,c"])
            try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 4 }
            #expect(Self.sent(tracker) == ["a,b,c", "d"])
            #expect(tracker.received.first?.body == #"{"key":"k","data":[{"id":"a"},{"id":"b"},{"id":"c"}]}"#)
            let row = try #require(harness.store[orders[1], "a"]?.results.first?.attempt)
            #expect(row.request == "\n" + #"{"key":"k","data":[{"id":"b"}]}"#)
            #expect(row.reply == "(answer to 3 in one request) ")
            #expect(harness.dispatcher.activity["a"]?.unrecorded == 0)
        }
    }

    @Test func `what is refused as a whole is halved until only the faulty one is rejected`() async throws {
        try await run(most: 8) { _, request in
            request.body.contains("bad") ? .reply(400, body: "one is bad") : .reply(200)
        } body: { harness, tracker in
            let orders = Self.orders("a", "b", "c", "d", "e", "bad", "g", "h")
            harness.submit(orders, to: "a")
            try await harness.letTimePass { harness.store.count(.pending, at: "a") == 0 }
            #expect(harness.store.count(.delivered, at: "a") == 7)
            let bad = harness.store[orders[5], "a"]
            #expect(bad?.state == .rejected && bad?.results.count == 1)
            #expect(bad?.results.first?.reason == "tracker answered 400: one is bad")
            #expect(Set(Self.sent(tracker)) == ["a,b,c,d,e,bad,g,h", "a,b,c,d", "e,bad,g,h", "e,bad", "g,h", "e", "bad"])
            #expect(harness.store[orders[0], "a"]?.attempts == 1)
        }
    }

    @Test func `a refusal of who sends is not halved`() async throws {
        try await run(most: 4) { _, _ in
            .reply(403, body: "no")
        } body: { harness, tracker in
            harness.submit(Self.orders("a", "b", "c", "d"), to: "a")
            try await harness.letTimePass { harness.store.count(.rejected, at: "a") == 4 }
            #expect(tracker.received.count == 1)
        }
    }

    @Test func `a failed request counts for each delivery in it, and the next one is smaller`() async throws {
        try await run(most: 4) { number, _ in
            number == 1 ? .reply(503) : .reply(200)
        } body: { harness, tracker in
            let orders = Self.orders("a", "b", "c", "d")
            harness.submit(orders, to: "a")
            try await harness.letTimePass { harness.store.count(.delivered, at: "a") == 4 }
            let sent = Self.sent(tracker)
            #expect(sent.first == "a,b,c,d")
            #expect(sent.dropFirst().allSatisfy { $0.split(separator: ",").count == 2 })
            #expect(sent.dropFirst().flatMap { $0.split(separator: ",") }.sorted() == ["a", "b", "c", "d"])
            #expect(harness.store[orders[0], "a"]?.attempts == 2)
        }
    }

    @Test func `a conversion that is impossible to write does not delay the others`() async throws {
        try await run(most: 3) { _, _ in
            .reply(200)
        } body: { harness, tracker in
            harness.submit(Self.orders("a", "none", "c"), to: "a")
            try await harness.letTimePass { harness.store.count(.pending, at: "a") == 0 }
            #expect(harness.store.count(.skipped, at: "a") == 1)
            #expect(Self.sent(tracker) == ["a,c"])
        }
    }

    @Test func `one answer decides each, and one that it does not name is unconfirmed`() async throws {
        try await run(most: 3) { _, _ in
            .reply(200, body: #"{"results":[{"id":"c","ok":false},{"id":"a","ok":true}]}"#)
        } change: { sending in
            sending.readEach = { body, requests in
                guard case .array(let elements)? = (try? JSONValue(parsing: body))?["results"] else { return nil }
                return requests.map { request in
                    let own = request.element.map { String(decoding: request.body[$0], as: UTF8.self) } ?? ""
                    return elements.first { own.contains(#""id":"\#($0["id"]?.plainText ?? "?")""#) }.map {
                        Array(($0["ok"] == .bool(true) ? "ok" : "bad").utf8)
                    }
                }
            }
            sending.read = { reply, _ in ReplyReading(outcome: reply.body == Array("ok".utf8) ? .delivered : .rejected) }
        } body: { harness, tracker in
            let orders = Self.orders("a", "b", "c")
            harness.submit(orders, to: "a")
            try await harness.letTimePass { harness.store.count(.pending, at: "a") == 0 }
            #expect(orders.map { harness.store[$0, "a"]?.state } == [.delivered, .unconfirmed, .rejected])
            #expect(tracker.received.count == 1)
            #expect(
                harness.store[orders[1], "a"]?.results.first?.reason?.hasSuffix(
                    "unconfirmed, as the answer does not say what became of this one") == true)
        }
    }
}
