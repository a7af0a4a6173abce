import Mappings
import NIOCore
import Rules
import Testing

@testable import Gateway

/// Deliveries that are one request for each item.
@Suite(.timeLimit(.minutes(15)))
struct LineDeliveryTests {
    /// An order of three items, to a destination that takes one in a request.
    private func run(
        _ script: @escaping @Sendable (Int, ScriptedTracker.Received) -> ScriptedTracker.Answer,
        change: @escaping @Sendable (inout Sending) -> Void = { _ in },
        body: @escaping @Sendable (DeliveryHarness, Conversion, ScriptedTracker) async throws -> Void
    ) async throws {
        try await ScriptedTracker.run(script) { tracker in
            let destination = Destination.local("a", port: tracker.port).with { sending in
                let port = tracker.port
                sending.write = { conversion, _ throws(Skip) in
                    let sku = conversion.items.map { $0[.sku].description }.joined(separator: ",")
                    if sku == "none" { throw Skip("t requires a sku") }
                    return OutboundRequest(
                        method: "GET", url: "http://127.0.0.1:\(port)/?sku=\(sku)", maskedURL: "http://t/?sku=\(sku)", headers: [], body: []
                    )
                }
                sending.lines = { $0.items.count }
                change(&sending)
            }
            try await DeliveryHarness.run([destination]) { harness in
                var conversion = DeliveryHarness.conversion()
                conversion.items = ["A", "B", "C"].map { sku in
                    var item = Item()
                    item[.sku] = .text(sku)
                    return item
                }
                try await body(harness, conversion, tracker)
            }
        }
    }

    private static func sent(_ tracker: ScriptedTracker) -> String { tracker.received.map { String($0.uri.suffix(1)) }.joined() }

    @Test func `each item is a request, and the delivery is delivered when all are`() async throws {
        try await run { _, _ in
            .reply(200)
        } body: { harness, conversion, tracker in
            harness.submit([conversion], to: "a")
            try await harness.letTimePass { harness.store[conversion, "a"]?.state == .delivered }
            #expect(Self.sent(tracker) == "ABC")
            let results = harness.store[conversion, "a"]?.results ?? []
            #expect(results.map(\.state) == [.pending, .pending, .delivered])
            #expect(results.map { $0.attempt?.requestLine } == ["A", "B", "C"].map { "GET http://t/?sku=\($0)" })
            #expect(harness.store[conversion, "a"]?.attempts == 1)
        }
    }

    @Test func `only what failed is sent again`() async throws {
        try await run { number, request in
            request.uri.hasSuffix("B") && number < 5 ? .reply(503, body: "busy") : .reply(200)
        } body: { harness, conversion, tracker in
            harness.submit([conversion], to: "a")
            try await harness.letTimePass { harness.store[conversion, "a"]?.state == .delivered }
            #expect(Self.sent(tracker) == "ABCBB")
            let results = harness.store[conversion, "a"]?.results ?? []
            #expect(results.map { $0.lines?.text.first { $0 == "!" } != nil } == [false, true, false, false, false])
            #expect(results[2].lines?.summary == "2 of 3 lines")
            #expect(results[2].reason == "line 2 of 3 (B): tracker answered 503: busy; attempt 1 of 3, next in 20ms")
            #expect(harness.store[conversion, "a"]?.attempts == 3)
        }
    }

    @Test func `a line that is refused or impossible to write does not stop the others`() async throws {
        try await run { _, request in
            request.uri.hasSuffix("B") ? .reply(422, body: "no such product") : .reply(200)
        } body: { harness, conversion, tracker in
            var conversion = conversion
            conversion.items[0][.sku] = .text("none")
            let order = conversion
            harness.submit([order], to: "a")
            try await harness.letTimePass { harness.store[order, "a"]?.state == .rejected }
            #expect(Self.sent(tracker) == "BC")
            let last = harness.store[order, "a"]?.results.last
            #expect(last?.reason == "line 1 of 3 (none): t requires a sku; line 2 of 3 (B): tracker answered 422: no such product")
            #expect(last?.lines?.text.prefix { $0 != "\n" } == "srd")
        }
    }

    @Test func `a tracker that fails to the end of the schedule has what it took, and the rest is dead`() async throws {
        try await run { _, request in
            request.uri.hasSuffix("C") ? .reply(200) : .reply(500)
        } change: {
            $0.schedule = RetrySchedule(delays: [.milliseconds(20)])
        } body: { harness, conversion, tracker in
            harness.submit([conversion], to: "a")
            try await harness.letTimePass { harness.store[conversion, "a"]?.state == .dead }
            #expect(Self.sent(tracker) == "ABCAB")
            #expect(harness.store[conversion, "a"]?.results.last?.lines?.summary == "1 of 3 lines")
        }
    }

    @Test func `the destination's rate counts lines`() async throws {
        try await run { _, _ in
            .reply(200)
        } change: {
            $0.rate = try? Rate(parsing: "1/s")
        } body: { harness, conversion, tracker in
            harness.submit([conversion], to: "a")
            try await harness.wait { tracker.received.count == 1 }
            try await harness.letTimePass(.milliseconds(900))
            #expect(tracker.received.count == 1)
            try await harness.letTimePass { harness.store[conversion, "a"]?.state == .delivered }
            #expect(Self.sent(tracker) == "ABC")
        }
    }

    @Test func `a dry run keeps each line's request`() async throws {
        try await run { _, _ in
            .reply(200)
        } change: {
            $0.isDryRun = true
        } body: { harness, conversion, tracker in
            harness.submit([conversion], to: "a")
            try await harness.letTimePass { harness.store[conversion, "a"]?.state == .skipped }
            #expect(tracker.received.isEmpty)
            #expect(harness.store[conversion, "a"]?.results.map { $0.attempt?.outcome } == [.dryRun, .dryRun, .dryRun])
        }
    }
}
