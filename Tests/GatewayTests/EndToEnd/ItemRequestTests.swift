import Foundation
import Mappings
import Synchronization
import Testing

extension EndToEnd {
    /// Trackers that take one item in a request, and trackers that take many conversions in one.
    struct ItemRequestTests {
        private static let pixel = """
            tracker: Pixel
            request: { method: GET, path: /pixel, per: item }
            fields:
              order: { is: order_id, required: true }
              sku: { is: "items[].sku", required: true }
              price: { is: "items[].unit_price", as: money(major) }
            replies:
              accepted: { status: 200 }
              duplicate: { status: 409 }
            """
        private static let events = """
            tracker: Events
            request: { method: POST, path: /events, body: json, list: data, most: 3, within: 20s }
            fields: { id: { is: order_id, required: true } }
            replies:
              accepted: { status: 200 }
              duplicate: { status: 409 }
            """

        private func use(
            _ tracker: String, _ keys: KeyValuePairs<String, String> = [:], script: @escaping ScriptedTracker.Script,
            _ body: (Workbench, ScriptedTracker) async throws -> Void
        ) async throws {
            let entry = ConfigurationText.Entry.tracker("t", tracker, credentials: "{}", ["retries": "[200ms, 200ms]"]).with(keys)
            let configuration = ConfigurationText(sources: [.store, .shop], to: [entry], ["mappings": "mappings"])
            try await Workbench.use(configuration, tracker: script) { bench, tracker in
                try bench.write(Self.pixel, to: "mappings/pixel.yaml")
                try bench.write(Self.events, to: "mappings/events.yaml")
                try await body(bench, tracker)
            }
        }

        private static func sent(_ tracker: ScriptedTracker) -> [String] {
            tracker.received.map { $0.uri.split(separator: "PROD_").last.map { String($0.prefix(1)) } ?? "" }
        }

        @Test func `only the line that failed is sent again`() async throws {
            let failures = Mutex(1)
            let script: ScriptedTracker.Script = { _, request in
                guard request.uri.contains("PROD_B"), failures.withLock({ $0 > 0 }) else { return .reply(200) }
                failures.withLock { $0 -= 1 }
                return .reply(503, body: "busy")
            }
            try await use("pixel", script: script) { bench, tracker in
                try await bench.serve { _, port in
                    #expect(try await Samples.refersion.post(port).status == 200)
                    let row = try #require(try await bench.settled(1).first)
                    #expect(row.text("state") == "delivered" && row.text("attempts") == "4")
                    #expect(row["lines"] == ["arrived": .number("3"), "count": .number("3")])
                    #expect(Self.sent(tracker) == ["A", "B", "C", "B"])
                    #expect(tracker.received.first?.uri == "/pixel?order=20150401102883&sku=PROD_A&price=5.50")
                    let outcomes = try await bench.attempts(of: row.text("id")).map { $0.text("outcome") }
                    #expect(outcomes == ["delivered", "retry", "delivered", "delivered"])
                }
            }
        }

        @Test func `a rejected line is named, and a replay sends it alone`() async throws {
            let isWell = Mutex(false)
            let script: ScriptedTracker.Script = { _, request in
                request.uri.contains("PROD_B") && !isWell.withLock { $0 } ? .reply(422, body: "no such product") : .reply(200)
            }
            try await use("pixel", script: script) { bench, tracker in
                try await bench.serve { _, port in
                    #expect(try await Samples.refersion.post(port).status == 200)
                    let row = try #require(try await bench.settled(1).first)
                    #expect(row.text("state") == "rejected")
                    #expect(row.text("reason") == "line 2 of 3 (PROD_B): tracker answered 422: no such product")
                    #expect(try await bench.run("deliveries").output.contains("2 of 3 lines: line 2 of 3 (PROD_B)"))
                    #expect(try await bench.run("deliveries", "show", row.text("id")).output.contains("t: rejected, 2 of 3 lines"))
                    let preview = try await bench.run("replay", "--dry-run", row.text("id")).output
                    #expect(preview.contains("sku=PROD_B") && !preview.contains("sku=PROD_A"))
                    isWell.withLock { $0 = true }
                    #expect(try await bench.run("replay", row.text("id")).status == 0)
                    try await until { try await bench.states() == ["t delivered"] }
                    #expect(Self.sent(tracker) == ["A", "B", "C", "B"])
                }
            }
        }

        @Test func `a process that is killed between two lines sends none again that was answered`() async throws {
            let hangs = Mutex(true)
            let script: ScriptedTracker.Script = { _, request in
                request.uri.contains("PROD_B") && hangs.withLock { $0 } ? .hang : .reply(200)
            }
            try await use("pixel", script: script) { bench, tracker in
                let first = try bench.start("serve")
                #expect(try await Samples.refersion.post(first.port()).status == 200)
                try await until { Self.sent(tracker) == ["A", "B"] }
                first.kill()
                _ = try await first.ended()
                hangs.withLock { $0 = false }
                let row = try await bench.serve { _, _ in try await bench.settled(1).first }
                #expect(row?.text("state") == "delivered")
                #expect(Self.sent(tracker) == ["A", "B", "B", "C"])
            }
        }

        @Test func `explain shows each line's request`() async throws {
            try await use("pixel", script: ScriptedTracker.always(.reply(200))) { bench, tracker in
                let lines = try await bench.run("explain", "--source", "store", input: Samples.refersion.raw).lines
                for (number, sku) in ["PROD_A", "PROD_B", "PROD_C"].enumerated() {
                    #expect(lines.contains("→ t, line \(number + 1) of 3 (\(sku))"))
                }
                #expect(tracker.received.isEmpty)
            }
        }

        @Test func `conversions share a request, and of a refused one only the faulty is rejected`() async throws {
            let script: ScriptedTracker.Script = { _, request in request.body.contains("bad") ? .reply(400, body: "bad") : .reply(200) }
            try await use("events", script: script) { bench, tracker in
                try await bench.serve { _, port in
                    for name in ["one", "bad", "two"] { #expect(try await Samples.sale(name).post(port).status == 200) }
                    let rows = try await bench.settled(3)
                    let states = rows.map { "\($0.text("order_id")) \($0.text("state")) \($0.text("attempts"))" }.sorted()
                    #expect(states == ["bad rejected 1", "one delivered 1", "two delivered 1"])
                    #expect(tracker.received.first?.body == #"{"data":[{"id":"one"},{"id":"bad"},{"id":"two"}]}"#)
                }
            }
        }
    }
}
