import Mappings
import Testing

extension EndToEnd {
    /// What routes make of conversions that really came.
    struct RouteLifeTests {
        @Test func `a date that cannot be read is warned of, or stops the delivery if the route says so`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop], to: [.postback("kept", "/k?cid={click_id}&at={occurred_at}"), .postback("strict", "/s?cid={click_id}")],
                routes: [
                    "{ from: shop, to: kept, set: { occurred_at: extra.created_at } }",
                    "{ from: shop, to: strict, set: { occurred_at: extra.created_at }, on_error: skip }",
                ])
            try await Workbench.serve(configuration) { bench, _, port, tracker in
                #expect(try await Samples.sale("odd", more: #","created_at":"24.12.2026""#).post(port).status == 200)
                let odd = try await bench.settled(2)
                let reason = "'24.12.2026' is not an ISO 8601 time; write it as 2026-11-20T09:30:00Z"
                #expect(
                    odd.map { "\($0.text("destination")) \($0.text("state")) \($0.text("reason"))" }.sorted() == [
                        "kept delivered ", "strict skipped route 2 cannot set occurred_at: \(reason)",
                    ])
                #expect(tracker.received.map(\.uri) == ["/k?cid=click-odd"])
                let shown = try await bench.run("conversions", "show", odd[0].text("conversion"))
                #expect(shown.output.contains("\"route 1 did not set occurred_at: \(reason)\""))

                #expect(try await Samples.sale("fine", more: #","created_at":"2026-12-24T00:00:00+01:00""#).post(port).status == 200)
                let fine = try await bench.settled(4)
                #expect(fine.filter { $0.text("state") == "delivered" }.count == 3)
                #expect(tracker.received.map(\.uri).contains("/k?cid=click-fine&at=1798066800"))
                let explained = try await bench.run(
                    "explain", "--source", "shop", input: Samples.sale("other", more: #","created_at":"24.12.2026""#).body)
                #expect(explained.lines.contains("  warning: route 1 did not set occurred_at: \(reason)"))
                #expect(explained.lines.contains("  route 2 cannot set occurred_at: \(reason)"))
            }
        }

        @Test func `a switch at a moment is part of a route's condition`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop], to: [.postback("old", "/old?cid={click_id}"), .postback("new", "/new?cid={click_id}")],
                routes: [
                    #"{ from: shop, to: old, when: received_at < time("2020-01-01T00:00:00+01:00") }"#,
                    #"{ from: shop, to: new, when: received_at >= time("2020-01-01T00:00:00+01:00") }"#,
                ])
            try await Workbench.serve(configuration) { (bench, _, port, tracker) async throws in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                #expect(try await bench.settled(1).map { $0.text("destination") } == ["new"])
                #expect(tracker.received.map(\.uri) == ["/new?cid=click-o-1"])
            }
        }
    }
}
