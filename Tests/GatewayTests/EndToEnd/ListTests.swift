import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Lists and their filters, on a store that the gateway has written.
    struct ListTests {
        @Test func `lists can be filtered and parsed`() async throws {
            let dead = ConfigurationText.Entry.postback("main", "/pb?cid={click_id}", ["retries": "[]"])
            try await Workbench.use(ConfigurationText(to: [dead]), environment: ["TRACKER": "1"]) { bench, _ in
                try await bench.serve { _, port in
                    for sample in Samples.all { #expect(try await sample.post(port).status == 200) }
                    for _ in 0..<2 { #expect(try await Samples.sale("", cents: 1).post(port).status == 400) }
                    #expect(try await Samples.sale("x", key: "wrong").post(port).status == 401)
                    _ = try await bench.settled(5)

                    let newest = ["casino", "network", "store", "saas", "shop"]
                    #expect(try await bench.rows("conversions").map { $0.text("source") } == newest)
                    #expect(try await bench.rows("conversions", "--order-id", "ord_42").map { $0.text("source") } == ["shop"])
                    #expect(try await bench.rows("conversions", "--click-id", "abc123def456").map { $0.text("amount") } == ["50.00"])
                    #expect(try await bench.rows("conversions", "--type", "deposit").map { $0.text("source") } == ["casino"])
                    #expect(try await bench.rows("conversions", "--status", "approved").map { $0.text("source") } == ["casino"])
                    #expect(try await bench.rows("conversions", "--tracker", "refersion").map { $0.text("source") } == ["store"])
                    #expect(
                        try await bench.rows("conversions", "--state", "skipped").map { $0.text("source") } == ["store", "saas", "shop"])
                    #expect(try await bench.rows("conversions", "--state", "dead", "--source", "network").count == 1)
                    #expect(try await bench.rows("conversions", "--since", "1h").count == 5)
                    #expect(try await bench.rows("conversions", "--until", "2020-01-01").isEmpty)
                    try await mistypedNames(bench)
                    #expect(try await bench.rows("deliveries", "--state", "dead").map { $0.text("source") } == ["casino", "network"])
                    #expect(try await bench.rows("deliveries", "--order-id", "order-12345").map { $0.text("state") } == ["dead"])
                    #expect(
                        try await bench.rows("deliveries", "--source", "shop", "--destination", "main").map { $0.text("state") } == [
                            "skipped"
                        ])
                    #expect(try await bench.rows("refused").map { $0.text("status") } == ["401", "400", "400"])
                    #expect(try await bench.rows("refused", "--source", "shop").count == 2)
                    #expect(try await bench.rows("refused", "--strangers").map { $0.text("code") } == ["unauthorized"])
                    #expect(try await bench.rows("refused", "--code", "missing_field", "--tracker", "refcampaign").count == 2)

                    #expect(
                        try await bench.rows("deliveries", "--failed").map { "\($0.text("source")) \($0.text("state"))" }
                            == ["casino dead", "network dead", "store skipped", "saas skipped", "shop skipped"])
                    let failed = try await bench.run("deliveries", "--failed", "--source", "network")
                    #expect(
                        failed.lines[0].split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) } == [
                            "conversion", "destination", "state", "tries", "order", "amount", "ended", "reason", "last reply",
                        ])
                    #expect(
                        failed.lines[1].hasSuffix(
                            "connection to 127.0.0.1:1 refused; attempt 1 of 1, no more tries  connection to 127.0.0.1:1 refused"))

                    let page = try await bench.run("conversions", "--limit", "2", "--offset", "1", "--json")
                    #expect(page.lines.count == 2)
                    #expect(page.output.contains("order-12345") && page.output.contains("20150401102883"))
                    let table = try await bench.run("conversions")
                    #expect(table.lines.count == 6)
                    #expect(
                        table.lines[0].split(separator: " ") == [
                            "id", "received", "source", "type", "status", "order", "click", "amount", "refunded", "deliveries",
                        ])
                    let none = try await bench.run("conversions", "--order-id", "nope")
                    #expect(none.status == 0)
                    #expect(
                        none.errors
                            == "none of 5 conversions matches; `gateway conversions` lists the last of them; a refused request is under `gateway refused`\n"
                    )
                    let byStore = try await bench.run(
                        "conversions", "--json", "--store", "\(bench.folder)/gateway.db", "--config", "nope.yaml")
                    #expect(byStore.status == 0)
                    let refused = try await bench.run("refused", "show", "1")
                    #expect(refused.lines.first == "refused 1: 400 missing_field")
                    #expect(refused.lines.dropFirst().first == "  externalId is required")
                }
                let file = "\(bench.folder)/gateway.db"
                let id = try await bench.rows("conversions").first?.text("id") ?? ""
                let shown = try await bench.run("conversions", "show", id, "--store", file)
                #expect(shown.lines.first == "conversion \(id)")
                #expect(shown.output.contains("→ main: dead\n  connection to 127.0.0.1:1 refused; attempt 1 of 1, no more tries"))
            }
        }

        /// A name that is stored nowhere is a mistake; a filter that nothing matches is none.
        private func mistypedNames(_ bench: Workbench) async throws {
            let unknown = "the configuration has no source 'shopp', and nothing is stored under that name; did you mean 'shop'?\n"
            for command in [["conversions"], ["deliveries"], ["refused"], ["replay"]] {
                let run = try await bench.run(command + ["--source", "shopp"])
                #expect(run.status == 64)
                #expect(run.errors == unknown)
                #expect(run.output == "")
            }
            let destination = try await bench.run("deliveries", "--destination", "mian")
            #expect(
                destination.errors
                    == "the configuration has no destination 'mian', and nothing is stored under that name; did you mean 'main'?\n")
            let type = try await bench.run("conversions", "--type", "sael")
            #expect(type.status == 64)
            #expect(type.errors.hasPrefix("Error: --type cannot be 'sael'; did you mean 'sale'?\n"))
            let status = try await bench.run("conversions", "--status", "aproved")
            #expect(status.errors.hasPrefix("Error: --status cannot be 'aproved'; did you mean 'approved'?\n"))
            let odd = try await bench.run("deliveries", "--failed", "--state", "delivered")
            #expect(odd.status == 64)
            #expect(
                odd.errors.hasPrefix("Error: --failed takes skipped, rejected, dead and unconfirmed, so --state delivered finds nothing"))
        }
    }
}
