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

    /// Refunds that say less than they seem to.
    struct RefundTests {
        private static let whole = "?cid={click_id}&st=rejected"

        private static func configuration(_ keys: KeyValuePairs<String, String>) -> ConfigurationText {
            let address = "http://127.0.0.1:${TRACKER}"
            var entry = ConfigurationText.Entry.postback("pb", "/pb?cid={click_id}&payout={amount}")
            for (key, path) in keys { entry[key] = "\"\(address)\(path)\"" }
            return ConfigurationText(sources: [.shop], to: [entry])
        }

        @Test func `an empty amount and another currency take nothing back`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["rc"])) { bench, port, tracker in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                for more in [#","amount":"""#, #","amount":" ""#, #","amount":null"#, #","amount":[]"#, #","amount":false"#] {
                    let answer = try await CorrectionFixture.refund("o-1", more).post(port)
                    #expect(answer.status == 422, "\(more): \(answer.body)")
                }
                #expect(try await CorrectionFixture.refund("o-1", #","currency":"USD""#).post(port).status == 400)
                #expect(Set(try await bench.rows("refused").map { $0.text("code") }) == ["invalid_amount", "invalid"])
                _ = try await bench.settled(1)
                #expect(tracker.requests(below: "rc").count == 1)
                #expect(try await bench.rows("conversions").map { $0.text("status") } == [""])
                #expect(try await CorrectionFixture.refund("o-1", #","currency":"EUR""#).post(port).status == 200)
                #expect(try await bench.rows("conversions").map { $0.text("status") } == ["refunded"])
            }
        }

        @Test func `a tracker that knows only rejected keeps a sale of which a part went back`() async throws {
            try await CorrectionFixture.run(Self.configuration(["refund_url": "/gone\(Self.whole)"])) { bench, port, tracker in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                #expect(try await CorrectionFixture.refund("o-1", #","amount":1000"#).post(port).status == 200)
                _ = try await bench.settled(2)
                let reasons = try await bench.rows("deliveries", "--state", "skipped").map { $0.text("reason") }
                #expect(
                    reasons == [
                        "the refund_url takes whole sales back, so the refund of EUR 10.00 was not sent; a partial_refund_url can take it"
                    ])
                #expect(tracker.requests(below: "gone").isEmpty)
                #expect(try await CorrectionFixture.refund("o-1").post(port).status == 200)
                _ = try await bench.settled(3)
                #expect(tracker.requests(below: "gone") == ["?cid=click-o-1&st=rejected"])
            }
        }

        @Test func `a part goes to its own address with what is left`() async throws {
            let keys: KeyValuePairs = [
                "refund_url": "/gone\(Self.whole)",
                "partial_refund_url": "/part?cid={click_id}&payout={remaining}&back={refund}&all={refunded}",
            ]
            try await CorrectionFixture.run(Self.configuration(keys)) { bench, port, tracker in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                for cents in [1000, 990] {
                    #expect(try await CorrectionFixture.refund("o-1", #","amount":\#(cents)"#).post(port).status == 200)
                }
                _ = try await bench.settled(3)
                #expect(
                    tracker.requests(below: "part") == [
                        "?cid=click-o-1&payout=39.90&back=10.00&all=10.00", "?cid=click-o-1&payout=30.00&back=9.90&all=19.90",
                    ])
                #expect(try await CorrectionFixture.refund("o-1").post(port).status == 200)
                _ = try await bench.settled(4)
                #expect(tracker.requests(below: "gone") == ["?cid=click-o-1&st=rejected"])
            }
        }

        @Test func `two equal refunds of a part are listed and named where the first is shown`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["rc"])) { bench, port, tracker in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                let refund = CorrectionFixture.refund("o-1", #","amount":1000"#)
                #expect(try await refund.post(port).status == 200)
                #expect(try await bench.rows("conversions", "--repeated").isEmpty)
                #expect(try await refund.post(port).body.contains("already refunded"))
                #expect(try await refund.post(port).body.contains("already refunded"))
                #expect(try await bench.rows("conversions", "--repeated").map { $0.text("order_id") } == ["o-1"])
                let shown = try await bench.run("conversions", "show", "o-1").lines
                let start = shown.firstIndex { $0.hasPrefix("1. correction") } ?? 0
                let named = shown[start...].contains {
                    $0.hasPrefix("sent again 2 times") && $0.contains("a refund with the same content came before")
                }
                #expect(named, "\(shown)")
                _ = try await bench.settled(2)
                #expect(tracker.requests(below: "rc").count == 2)
            }
        }

        @Test func `answers in an envelope are read like flat ones`() async throws {
            let answers = [
                #"{"success":true,"data":{"success":true,"conversionId":"r-7"},"meta":{"requestId":"q"}}"#,
                #"{"success":true,"data":{"success":true,"alreadyRefunded":true},"meta":{}}"#,
                #"{"success":true,"data":{"success":false,"message":"no such affiliate"},"meta":{}}"#,
            ]
            let script: ScriptedTracker.Script = { _, request in
                .reply(200, body: answers[request.uri.hasSuffix("refund") ? 1 : request.body.contains("o-2") ? 2 : 0])
            }
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["rc"]), script: script) { bench, port, _ in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                #expect(try await CorrectionFixture.refund("o-1").post(port).status == 200)
                #expect(try await Samples.sale("o-2").post(port).status == 200)
                let rows = try await bench.settled(3)
                #expect(
                    Set(rows.map { "\($0.text("order_id")) \($0.text("state")) \($0.text("remote_id"))" }) == [
                        "o-1 delivered r-7", "o-1 duplicate ", "o-2 rejected ",
                    ])
            }
        }

        @Test func `an affiliate's code is enough to take a sale`() async throws {
            let configuration = ConfigurationText(sources: [.shop], to: [.postback("pb", "/pb?ref={ref_code}&sum={amount}")])
            try await Workbench.serve(configuration) { bench, _, port, tracker in
                let sale = Sample(
                    source: "shop", target: "/api/v1/conversions/postback",
                    headers: [Samples.json, ("Authorization", "Bearer rc_test_demo_sender_1")],
                    body: #"{"externalId":"o-1","conversionType":"SALE","amount":4990,"currency":"EUR","affiliateCode":"JOHN123"}"#)
                #expect(try await sale.post(port).status == 200)
                _ = try await bench.settled(1)
                #expect(tracker.requests(below: "pb") == ["?ref=JOHN123&sum=49.90"])
            }
        }
    }
}
