import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// What real senders do with numbers and times, from their request to the tracker's.
    struct NumberTests {
        private static let accepted = ScriptedTracker.always(.reply(200, body: #"{"success":true,"conversionId":"r-1"}"#))

        private static func postback(_ query: String) -> Sample {
            Sample(
                source: "network", method: "GET", target: "/api/postback/your-brand/offer-slug?secret=demo-postback-secret&\(query)")
        }

        private static func tracker(_ name: String, _ keys: KeyValuePairs<String, String> = [:]) -> ConfigurationText.Entry {
            .tracker(name, "refcampaign", at: "/\(name)", credentials: "{ api_key: rc-out }").with(keys)
        }

        private static func cents(_ tracker: ScriptedTracker, below name: String) throws -> [String] {
            tracker.requests(below: name).map { $0.firstMatch(of: /"amount":(\d+)/).map { String($0.1) } ?? "none" }
        }

        @Test func `a payout with four decimals is kept, and rounded once where the tracker has cents only`() async throws {
            let route = #"{ from: "*", to: [rc, even, strict, pb], set: { amount: payout } }"#
            let configuration = ConfigurationText(
                sources: [.network],
                to: [
                    Self.tracker("rc"), Self.tracker("even", ["rounding": "half_even"]), Self.tracker("strict", ["rounding": "refuse"]),
                    .postback("pb", "/pb?cid={click_id}&payout={payout}"),
                ], routes: [route])
            try await Workbench.serve(configuration, tracker: Self.accepted) { bench, _, port, tracker in
                #expect(try await Self.postback("click_id=c-1&txn_id=o-1&payout=4.1472").post(port).status == 200)
                #expect(try await Self.postback("click_id=c-2&txn_id=o-2&payout=1.005&currency=EUR").post(port).status == 200)
                #expect(try await Self.postback("click_id=c-3&txn_id=o-3&payout=19.989999999999998").post(port).status == 200)
                _ = try await bench.settled(12)
                #expect(try Set(Self.cents(tracker, below: "rc")) == ["415", "101", "1999"])
                #expect(try Set(Self.cents(tracker, below: "even")) == ["415", "100", "1999"])
                #expect(try Self.cents(tracker, below: "strict") == ["1999"])
                #expect(
                    Set(tracker.requests(below: "pb")) == ["?cid=c-1&payout=4.1472", "?cid=c-2&payout=1.005", "?cid=c-3&payout=19.99"])
                let rows = try await bench.rows("deliveries", "--order-id", "o-1")
                let reasons = Dictionary(uniqueKeysWithValues: rows.map { ($0.text("destination"), $0.text("reason")) })
                #expect(reasons["rc"]?.contains("amount: 4.1472 USD sent as 415 cents") == true)
                #expect(reasons["strict"] == "amount '4.1472' has 4 decimals but USD has 2")
                #expect(reasons["pb"]?.contains("sent as") != true)
                let shown = try await bench.run("conversions", "show", "o-1").output
                #expect(shown.contains("payout '4.1472' has 4 decimals and USD has 2; all are kept"))
                #expect(shown.contains("amount: 4.1472 USD sent as 415 cents"))
                let explained = try await bench.run(
                    "explain", "--source", "network", input: Self.postback("click_id=c-9&txn_id=o-9&payout=4.1472").raw)
                #expect(explained.output.contains("warning: payout '4.1472' has 4 decimals and USD has 2; all are kept"))
                #expect(explained.output.contains("warning: amount: 4.1472 USD sent as 415 cents"))
            }
        }

        @Test func `a source may round when it reads`() async throws {
            let configuration = ConfigurationText(sources: [.network.with(["rounding": "half_even"])], to: [Self.tracker("rc")])
            try await Workbench.serve(configuration, tracker: Self.accepted) { bench, _, port, tracker in
                #expect(try await Self.postback("click_id=c-1&txn_id=o-1&amount=1.005&currency=EUR").post(port).status == 200)
                _ = try await bench.settled(1)
                #expect(try Self.cents(tracker, below: "rc") == ["100"])
                let warnings = try await bench.run("conversions", "show", "o-1").output
                #expect(warnings.contains("amount '1.005' was rounded to 1"))
            }
        }

        @Test func `a source that refuses surplus decimals answers with the reason`() async throws {
            let configuration = ConfigurationText(
                sources: [.network.with(["rounding": "refuse"])], to: [.postback("pb", "/pb?c={click_id}")])
            try await Workbench.serve(configuration) { _, _, port, _ in
                let answer = try await Self.postback("click_id=c-1&payout=4.1472").post(port)
                #expect(answer.status == 400 && answer.body.contains("payout '4.1472' has 4 decimals but USD has 2"))
                #expect(try await Self.postback("click_id=c-1&payout=59.699999999999996").post(port).status == 200)
            }
        }

        @Test func `two redeposits without a time are two`() async throws {
            func event(_ amount: String, _ time: String) -> Sample {
                let body =
                    #"{"clickid":"c-1","event":"redeposit","status":"approved","amount":"\#(amount)","currency":"EUR","timestamp":\#(time)}"#
                return Sample(
                    source: "casino", target: "/v1/event", headers: [Samples.json, ("X-RS-Sign", hmac(body, "your_secret_key_0001"))],
                    body: body)
            }
            try await Workbench.serve(ConfigurationText(sources: [.casino], to: [.postback("pb", "/pb?c={click_id}&a={amount}")])) {
                bench, _, port, _ in
                for (amount, time) in [("50", "0"), ("30", "0"), ("20", #""1970-01-01T00:00:00Z""#), ("10", #""0000-00-00 00:00:00""#)] {
                    #expect(try await event(amount, time).post(port).status == 200)
                }
                let rows = try await bench.rows("conversions")
                #expect(rows.map { $0.text("amount") }.sorted() == ["10.00", "20.00", "30.00", "50.00"])
                let shown = try await bench.run("conversions", "show", rows.last?.text("id") ?? "").output
                #expect(shown.contains("timestamp '0' is a program's word for no time; it counts as absent"))
                #expect(try await event("70", "4000000000").post(port).status == 200)
                let ahead = try await bench.run("conversions", "show", try await bench.rows("conversions").first?.text("id") ?? "").output
                #expect(ahead.contains("timestamp 2096-10-02T07:06:40Z is more than a day ahead of the time of receipt"))
            }
        }

        @Test func `without an order id the next rule says what is a duplicate`() async throws {
            let rules = "[{ key: [txn_id] }, { key: [click_id, amount], within: 10m }]"
            let configuration = ConfigurationText(
                sources: [.network.with(["duplicates": rules])], to: [.postback("pb", "/pb?cid={click_id}&sum={amount}")])
            try await Workbench.serve(configuration) { bench, _, port, _ in
                for (query, isDuplicate) in [
                    ("click_id=c-1&amount=5", false), ("click_id=c-1&amount=5", true), ("click_id=c-1&amount=6", false),
                    ("click_id=c-1&amount=5&txn_id=o-1", false), ("click_id=c-2&amount=7&txn_id=o-1", true),
                ] {
                    let answer = try await Self.postback(query).post(port)
                    #expect(answer.body.contains("duplicate") == isDuplicate, "\(query): \(answer.body)")
                }
                #expect(try await bench.rows("conversions").count == 3)
            }
        }
    }
}
