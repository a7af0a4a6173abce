import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// How much, and how many of how many.
    struct SumsTests {
        private static let configuration = ConfigurationText(
            sources: [.shop],
            to: [
                .postback("main", "/main?cid={click_id}"), .postback("bad", "/bad?cid={click_id}", ["retries": "[]"]),
            ],
            routes: ["{ from: shop, to: [main] }", "{ from: shop, to: [bad], when: amount >= 20 }"])

        private static let tracker: ScriptedTracker.Script = { _, request in .reply(request.uri.hasPrefix("/bad") ? 400 : 200) }

        @Test func `sums say what was received, delivered, failed and taken back`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { bench, _, port, _ in
                bench.set("TZ", "Asia/Kolkata")
                for (id, cents) in [("a", 10), ("b", 20), ("c", 4990)] {
                    #expect(try await Samples.sale(id, cents: cents).post(port).status == 200)
                }
                #expect(try await Samples.sale("y", cents: 500).inYen.post(port).status == 200)
                #expect(try await CorrectionFixture.refund("c", #","amount":1000"#).post(port).status == 200)
                _ = try await bench.settled(8)

                let all = try await bench.run("sums")
                #expect(all.status == 0)
                #expect(
                    all.lines == [
                        "destination  currency  conversions  amount  refunded  net    delivered  pending  failed",
                        "bad          EUR       1            49.90   10.00     39.90                      49.90 (1)",
                        "bad          JPY       1            500     0         500                        500 (1)",
                        "main         EUR       3            50.20   10.00     40.20  50.20 (3)           ",
                        "main         JPY       1            500     0         500    500 (1)             ",
                    ])
                // A correction's delivery has no amount of its own.
                #expect(try await bench.rows("deliveries", "--order-id", "c").count { $0["amount"] != nil } == 2)
                let csv = try await bench.run("sums", "--by", "state", "--destination", "main", "--csv")
                #expect(
                    csv.lines == [
                        "state,currency,conversions,amount,refunded,net", "delivered,EUR,3,50.20,10.00,40.20",
                        "delivered,JPY,1,500,0,500",
                    ])
                let day = try #require(try await bench.rows("conversions").first).text("received_at")
                let local = try #require(Timestamp(iso8601: day)).advanced(by: .seconds(19_800)).day
                let json = try await bench.run("sums", "--by", "day", "--json", "--since", "2 days ago")
                #expect(
                    json.lines.first == """
                        [{"day":"\(local)","currency":"EUR","conversions":3,"amount":"50.20","refunded":"10.00","net":"40.20",\
                        "delivered":2,"delivered_amount":"0.30","pending":0,"pending_amount":"0.00","failed":1,"failed_amount":"49.90",\
                        "not_routed":0,"not_routed_amount":"0.00"},
                        """)
                let kiritimati = try await bench.run("sums", "--by", "day", "--csv", "--zone", "Pacific/Kiritimati")
                let there = try #require(Timestamp(iso8601: day)).advanced(by: .seconds(14 * 3600)).day
                #expect(kiritimati.lines.dropFirst().allSatisfy { $0.hasPrefix("\(there),") })

                #expect(try await bench.run("sums", "--until", "2020-01-01").errors.hasPrefix("no conversions match; "))
                for (arguments, sentence) in [
                    (["--by", "dya"], "Error: --by takes day, source, tracker, destination, type, status, state, currency, with commas"),
                    (["--zone", "Europe/Berlni"], "Error: there is no time zone 'Europe/Berlni'; write one such as Europe/Berlin or UTC"),
                    (["--csv", "--json"], "Error: --csv and --json are two forms; drop one"),
                ] {
                    let run = try await bench.run(["sums"] + arguments)
                    #expect(run.status == 64)
                    #expect(run.errors.hasPrefix(sentence), "\(run.errors)")
                }
            }
        }

        @Test func `a list that is cut says how many match`() async throws {
            try await Workbench.serve(Self.configuration, tracker: Self.tracker) { bench, _, port, _ in
                for number in 0..<5 { #expect(try await Samples.sale("n\(number)", cents: 10).post(port).status == 200) }
                for _ in 0..<3 { #expect(try await Samples.sale("", cents: 1).post(port).status == 400) }
                _ = try await bench.settled(5)
                for (command, count) in [("conversions", 5), ("deliveries", 5), ("refused", 3)] {
                    let cut = try await bench.run(command, "--limit", "2")
                    #expect(cut.lines.count == 3)
                    #expect(cut.errors == "2 of \(count) shown; --all shows every one\n")
                    #expect(try await bench.run(command, "--all").lines.count == count + 1)
                    #expect(try await bench.run(command, "--limit", "\(count)").errors == "")
                    let page = try await bench.run(command, "--limit", "2", "--offset", "1", "--json")
                    #expect(page.errors == "rows 2 to 3 of \(count) shown; --all shows every one\n")
                }
                for id in ["w1", "w2"] { #expect(try await CorrectionFixture.refund(id).post(port).status == 200) }
                #expect(
                    try await bench.run("conversions", "--waiting", "--limit", "1").errors == "1 of 2 shown; --all shows every one\n")
                let filtered = try await bench.run("conversions", "--order-id", "n1", "--limit", "1")
                #expect(filtered.errors == "")
                let both = try await bench.run("conversions", "--all", "--limit", "1")
                #expect(both.errors.hasPrefix("Error: --all and --limit contradict each other; drop one"))
                let deliveries = try await bench.run("deliveries", "--limit", "1")
                #expect(deliveries.lines[0].split(separator: "  ").map { $0.trimmingCharacters(in: .whitespaces) }.contains("amount"))
                #expect(deliveries.lines[1].contains("  EUR 0.10  "))
                #expect(try await bench.rows("deliveries").allSatisfy { $0.text("amount") == "0.10" && $0.text("currency") == "EUR" })
            }
        }
    }
}

extension Sample {
    fileprivate var inYen: Self {
        var sample = self
        sample.body = body.replacing("EUR", with: "JPY")
        return sample
    }
}
