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

        @Test func `explain and show name the routes that did not take a conversion, and why`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop], to: [.postback("a", "/a?cid={click_id}"), .postback("c", "/c?cid={click_id}")],
                routes: ["{ from: shop, to: a }", #"{ from: shop, to: c, when: type == "sale" and amount > 20 }"#])
            let sentence = "route 2 → c: not sent, wants amount > 20, is 15.00"
            try await Workbench.serve(configuration) { (bench, _, port, _) async throws in
                let explained = try await bench.run("explain", "--source", "shop", input: Samples.sale("o-1", cents: 1500).body)
                #expect(explained.lines.last == sentence)
                #expect(try await Samples.sale("o-1", cents: 1500).post(port).status == 200)
                let row = try #require(try await bench.settled(1).first)
                let shown = try await bench.run("conversions", "show", row.text("conversion"))
                #expect(Array(shown.lines.suffix(2)) == ["not sent, as the routes were when it came", "  \(sentence)"])
                let json = try JSONValue(parsing: try await bench.run("conversions", "show", "--json", row.text("conversion")).output)
                guard case .array(let routes)? = json["not_routed"] else { throw CancellationError() }
                #expect(routes.map { "\($0.text("route")) \($0.text("reason"))" } == ["2 wants amount > 20, is 15.00"])
            }
        }

        @Test func `the reason is that of when a message came, whatever the routes are now`() async throws {
            var shop = ConfigurationText.Entry.shop
            shop["repeats"] = "update"
            func configuration(_ conditions: String...) -> ConfigurationText {
                ConfigurationText(
                    sources: [shop], to: ["a", "b", "c"].map { .postback($0, "/\($0)?cid={click_id}") },
                    routes: ["{ from: shop, to: a }"] + conditions.map { "{ from: shop, to: [a, c], when: \($0) }" }, ["reload": "off"])
            }
            try await Workbench.serve(configuration("amount > 20", "amount > 30")) { (bench, gateway, port, _) async throws in
                func notRouted() async throws -> [String] {
                    try await bench.run("conversions", "show", "o-1").lines.filter {
                        $0.hasPrefix("not sent, as ") || $0.contains(" → c: not sent, ")
                    }
                }
                #expect(try await Samples.sale("o-1", cents: 1500).post(port).status == 200)
                let sale = [
                    "not sent, as the routes were when it came", "  route 2 → c: not sent, wants amount > 20, is 15.00",
                    "  route 3 → c: not sent, wants amount > 30, is 15.00",
                ]
                #expect(try await notRouted() == sale)
                var changed = configuration(#"not exists(order_id) and amount > 1"#)
                changed.routes.append("{ from: shop, to: b }")
                try bench.configure(changed)
                gateway.hangUp()
                #expect(try await gateway.hasLogged("configuration reloaded"))
                #expect(try await notRouted() == sale)
                let rows = try await bench.rows("deliveries", "--not-routed", "--destination", "c")
                #expect(
                    rows.map { $0["not_routed"] } == [
                        ["route 2 wants amount > 20, is 15.00", "route 3 wants amount > 30, is 15.00"]
                    ])
                let later = try await bench.rows("deliveries", "--not-routed", "--destination", "b")
                #expect(later.map { $0["not_routed"] } == [["the routes of now would take it"]])

                let explained = try await bench.run("explain", "--source", "shop", input: Samples.sale("o-1", cents: 2500).body)
                #expect(explained.lines.contains { $0.hasPrefix("it would correct conversion ") }, "\(explained.output)")
                #expect(explained.lines.last == "route 2 → c: not sent, wants not exists(order_id), is 'o-1'")

                // A correction is judged by the routes of its own moment, and its sale's reasons stay.
                #expect(try await Samples.sale("o-1", cents: 2500).post(port).status == 200)
                _ = try await bench.settled(3)
                let both = try await notRouted()
                #expect(
                    both == sale + [
                        "not sent, as the routes were when it came", "  route 2 → c: not sent, wants not exists(order_id), is 'o-1'",
                    ])
                let corrected = try await bench.rows("deliveries", "--not-routed", "--destination", "c")
                #expect(corrected.map { $0["not_routed"] } == [["route 2 wants not exists(order_id), is 'o-1'"]])
            }
        }

        @Test func `a secret in a condition is not kept with what the route did not take`() async throws {
            let secret = "tracker-key-4711"
            let configuration = ConfigurationText(
                sources: [.shop],
                to: [
                    .postback("a", "/a?cid={click_id}"),
                    .tracker("c", "refcampaign", credentials: "{ api_key: \(secret) }"),
                ],
                routes: ["{ from: shop, to: a }", #"{ from: shop, to: c, when: 'metadata.token == "${TOKEN}"' }"#])
            try await Workbench.serve(configuration, environment: ["TOKEN": secret]) { (bench, _, port, _) async throws in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                _ = try await bench.settled(1)
                let shown = try await bench.run("conversions", "show", "o-1")
                #expect(shown.lines.last == #"  route 2 → c: not sent, wants metadata.token == "***", has none"#)
                #expect(try bench.storeFiles(holding: secret).isEmpty)
            }
        }

        @Test func `deliveries --not-routed lists what went nowhere, or not to one destination, and why`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop], to: [.postback("a", "/a?cid={click_id}"), .postback("c", "/c?cid={click_id}")],
                routes: ["{ from: shop, to: a, when: amount > 10 }", "{ from: shop, to: c, when: amount > 20 }"])
            try await Workbench.serve(configuration) { (bench, _, port, _) async throws in
                for (order, cents) in [("o-1", 500), ("o-2", 1500), ("o-3", 2500)] {
                    #expect(try await Samples.sale(order, cents: cents).post(port).status == 200)
                }
                func listed(_ arguments: String...) async throws -> [String] {
                    try await bench.rows(["deliveries", "--not-routed"] + arguments).map { row in
                        guard case .array(let reasons)? = row["not_routed"] else { return "" }
                        return ([row.text("order_id")] + reasons.compactMap(\.plainText)).joined(separator: " | ")
                    }
                }
                let nowhere = "o-1 | route 1 wants amount > 10, is 5.00 | route 2 wants amount > 20, is 5.00"
                #expect(try await listed() == [nowhere])
                #expect(
                    try await listed("--destination", "c") == [
                        "o-2 | route 2 wants amount > 20, is 15.00", "o-1 | route 2 wants amount > 20, is 5.00",
                    ])
                #expect(try await listed("--destination", "c", "--order-id", "o-3").isEmpty)
                let table = try await bench.run("deliveries", "--not-routed", "--destination", "a")
                #expect(table.lines.count == 2 && table.lines[1].hasSuffix("route 1 wants amount > 10, is 5.00"))
                let unknown = try await bench.run("deliveries", "--not-routed", "--destination", "b")
                #expect(unknown.status != 0 && unknown.errors.contains("'b'"))
            }
        }

        @Test func `show takes an order id and the first characters of an id`() async throws {
            let configuration = ConfigurationText(sources: [.shop], to: [.postback("a", "/a?cid={click_id}")])
            try await Workbench.serve(configuration) { (bench, _, port, _) async throws in
                for order in ["o-1", "o-2"] { #expect(try await Samples.sale(order).post(port).status == 200) }
                let rows = try await bench.rows("conversions")
                let ids = rows.map { $0.text("id") }
                let first = try #require(rows.first { $0.text("order_id") == "o-1" }).text("id")
                for text in ["o-1", first, String(first.prefix(20)), first.lowercased()] {
                    let shown = try await bench.run("conversions", "show", text)
                    #expect(shown.status == 0)
                    #expect(shown.lines.first == "conversion \(first)", "\(text)")
                }
                // Both came within the same minutes.
                let both = String(first.prefix(6))
                let unclear = try await bench.run("conversions", "show", both)
                #expect(unclear.status == 1)
                #expect(unclear.errors.split(separator: "\n").first == "'\(both)' may be any of 2 conversions; name one by its id")
                for id in ids { #expect(unclear.errors.contains("  \(id)  ")) }
                let none = try await bench.run("conversions", "show", "o-3")
                #expect(none.errors == "there is no conversion 'o-3'; look everywhere with `gateway find o-3`\n")
            }
        }
    }
}
