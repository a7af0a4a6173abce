import Foundation
import Mappings
import Testing

@testable import Gateway

extension EndToEnd {
    /// What a person sees on a terminal of 80 columns.
    struct TerminalTests {
        private static let destinations: [ConfigurationText.Entry] = [
            .tracker(
                "client-a-main-tracker", "trcker", credentials: "{ postback_secret: s3cret-tracker-1 }",
                ["settings": "{ brand: b, offer: o }"]),
            .postback("voluum-of-another-client", "/bad?cid={click_id}&payout={amount}&txid={order_id}"),
            .postback("down-for-days", "/gone?cid={click_id}", ["breaker": "{ failures: 1, pause: 1h, longest: 1h }"]),
            .postback("held-for-audit", "/held?cid={click_id}"), .postback("archive", "/a?cid={click_id}", ["dry_run": "true"]),
        ]

        private static let configuration = ConfigurationText(
            sources: [ConfigurationText.Entry.shop.with(["repeats": "update"]), .saas, .network], to: destinations,
            routes: [
                #"{ from: "*", to: [client-a-main-tracker, voluum-of-another-client, down-for-days, held-for-audit] }"#,
                #"{ from: "*", to: archive, when: 'amount > 1000 and status in ["approved", "pending", "refunded"]' }"#,
            ])

        private static let tracker: ScriptedTracker.Script = { _, request in
            let words = "the click was never seen in this account; check the tracking link of the campaign, or ask your manager"
            if request.uri.hasPrefix("/bad") { return .reply(400, body: #"{"error":"\#(words)"}"#) }
            if request.uri.hasPrefix("/gone") { return .reply(503, body: "<html><h1>503 Service Temporarily Unavailable</h1></html>") }
            return .reply(200, body: #"{"data":{"status":"ok","conversionId":"01M8F97HVX0000000000000000"}}"#)
        }

        /// Sales of many shapes, a correction, a refund that waits, and refusals.
        private func fill(_ bench: Workbench, _ port: Int) async throws {
            #expect(try await bench.run("pause", "held-for-audit", "--reason", "audit of November, asked for by accounting").status == 0)
            for number in 1...3 { #expect(try await Samples.sale("ord_\(number)", cents: number * 1990).post(port).status == 200) }
            #expect(try await Samples.sale("ORDER-\(String(repeating: "0", count: 60))-北京", cents: 987_654_321).post(port).status == 200)
            #expect(try await Samples.sale("ord_1", cents: 2500).post(port).status == 200)
            for sample in [Samples.refVenue, Samples.trcker] { #expect(try await sample.post(port).status == 200) }
            #expect(try await CorrectionFixture.refund("ord_2", #","amount":10"#).post(port).status == 200)
            #expect(try await CorrectionFixture.refund("never-came").post(port).status == 200)
            #expect(try await Samples.sale("", cents: 1).post(port).status == 400)
            #expect(try await Samples.sale("x", key: "wrong").post(port).status == 401)
            #expect(
                await RawConnection.exchange(port, "GET /a/path/that/nobody/serves?x=1 HTTP/1.1\r\nHost: g\r\n\r\n").first.status == 404)
            try await until {
                let rows = try await bench.rows("deliveries")
                return rows.count >= 20
                    && rows.filter { $0.text("destination").hasPrefix("v") }.allSatisfy { $0.text("state") != "pending" }
            }
        }

        private static let lists = [
            ["conversions"], ["conversions", "--waiting"], ["deliveries"], ["deliveries", "--failed"],
            ["deliveries", "--not-routed", "--destination", "archive"], ["conversions", "--repeated"], ["refused"],
            ["refused", "--unrouted"],
            ["destinations"], ["status"], ["sums"],
            ["sums", "--by", "day,source,destination,type"], ["find", "ord_1"], ["find", "nobody-knows-this"], ["doctor"],
            ["replay", "--dry-run", "--order-id", "nobody-knows-this"], ["replay", "--dry-run", "--waiting"],
        ]

        @Test func `no list is wider than a terminal of 80 columns`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { (bench, _, port, _) async throws in
                try await fill(bench, port)
                for command in Self.lists {
                    for columns in [80, 120] {
                        let (lines, _) = try await bench.show(command, columns: columns)
                        #expect(!lines.isEmpty, "\(command)")
                        for line in lines { #expect(line.places <= columns, "\(command): \(line)") }
                    }
                }
                try await showTexts(bench)
                // Elsewhere everything is in full.
                #expect(try await bench.run("deliveries").lines.contains { $0.count > 120 })
            }
        }

        /// Requests, and the texts of senders and trackers, are as long as they are, so that they can be copied.
        private func showTexts(_ bench: Workbench) async throws {
            try bench.write(Samples.sale("ord_9").body, to: "order.json")
            for command in [
                ["conversions", "show", "ord_2"], ["explain", "--source", "shop", "order.json"], ["replay", "--dry-run", "--failed"],
                ["replay", "--dry-run", "--refused"], ["refused", "show", "1"],
            ] {
                let (lines, _) = try await bench.show(command, columns: 80)
                #expect(!lines.isEmpty, "\(command)")
                for line in lines where line.places > 80 {
                    #expect(line.split(separator: " ").contains { $0.count > 50 }, "\(command): \(line)")
                }
            }
        }

        @Test func `states have colours on a terminal, unless somebody wants none`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { (bench, _, port, _) async throws in
                #expect(try await Samples.sale("ord_1").post(port).status == 200)
                // Whoever runs the tests may have set it.
                bench.set("NO_COLOR", "")
                for command in [["deliveries"], ["destinations"], ["status"]] {
                    #expect(try await bench.show(command, columns: 80).hasColours, "\(command)")
                }
                bench.set("NO_COLOR", "1")
                #expect(try await !bench.show(["deliveries"], columns: 80).hasColours)
            }
        }
    }
}
