import Foundation
import Mappings
import Synchronization
import Testing

extension EndToEnd {
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

        @Test func `a refund whose amount is called otherwise takes nothing back`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["rc"])) { bench, port, _ in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                for more in [
                    #","Amount":1000"#, #","refund_amount":1000"#, #","ammount":1000"#, #","data":{"amount":1000}"#, #","total":1000"#,
                    #","value":"10.00""#, #","refund":"EUR 10""#, #","items":[{"sku":"A"},{"amount":1000}]"#,
                ] {
                    let answer = try await CorrectionFixture.refund("o-1", more).post(port)
                    #expect(answer.status == 422, "\(more): \(answer.body)")
                }
                var asked = CorrectionFixture.refund("o-1")
                asked.target += "?amount=1000"
                #expect(try await asked.post(port).status == 422)
                let reasons = try await bench.rows("refused").map { $0.text("reason") }
                #expect(
                    reasons.last
                        == "'Amount' is not read here; send the amount that goes back as amount, or leave 'Amount' out to take back all that is left"
                )
                #expect(try await bench.rows("conversions").map { $0.text("status") } == [""])
                let words = #","reason":"no fit","total":0,"value":"none","refund":true,"items":[{"sku":"A","value":5}]"#
                #expect(try await CorrectionFixture.refund("o-1", words).post(port).status == 200)
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

        @Test func `two equal refunds that come before their sale are listed, and named where the first is shown`() async throws {
            try await CorrectionFixture.run(CorrectionFixture.configuration(to: ["rc"])) { bench, port, tracker in
                let refund = CorrectionFixture.refund("o-1", #","amount":1000,"currency":"EUR""#)
                for _ in 1...2 { #expect(try await refund.post(port).status == 200) }
                let waiting = try await bench.run("conversions", "--waiting")
                #expect(waiting.output.contains("a refund of EUR 10.00, sent again once"), "\(waiting.output)")
                #expect(try await bench.run("find", "o-1").output.contains("a refund of EUR 10.00, sent again once"))
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                #expect(try await bench.rows("conversions", "--repeated").map { $0.text("order_id") } == ["o-1"])
                let shown = try await bench.run("conversions", "show", "o-1").lines
                let start = shown.firstIndex { $0.hasPrefix("1. correction") } ?? 0
                let named = shown[start...].contains {
                    $0.hasPrefix("sent again once") && $0.contains("a refund with the same content came before")
                }
                #expect(named, "\(shown)")
                _ = try await bench.settled(2)
                #expect(tracker.requests(below: "rc").count == 2)
            }
        }

        @Test func `the refund of a sale that arrived is sent as one, though a replay of the sale was rejected`() async throws {
            let isStrict = Mutex(false)
            let script: ScriptedTracker.Script = { _, _ in isStrict.withLock(\.self) ? .reply(422, body: "unknown click") : .reply(200) }
            let configuration = Self.configuration(["partial_refund_url": "/part?cid={click_id}&back={refund}"])
            try await CorrectionFixture.run(configuration, script: script) { bench, port, tracker in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                let id = try #require(try await bench.settled(1).first).text("conversion")
                isStrict.withLock { $0 = true }
                #expect(try await bench.run("replay", id).status == 0)
                _ = try await eventually { try await bench.states() == ["pb rejected"] ? true : nil }
                isStrict.withLock { $0 = false }
                #expect(try await CorrectionFixture.refund("o-1", #","amount":1000"#).post(port).status == 200)
                _ = try await bench.settled(2)
                #expect(tracker.requests(below: "part") == ["?cid=click-o-1&back=10.00"])
                #expect(tracker.requests(below: "pb").count == 2, "the sale is not sent once more")
                let listed = try await bench.run("deliveries").output
                #expect(listed.contains("it had arrived before; tracker answered 422: unknown click"), "\(listed)")
                #expect(listed.contains("the refund of EUR 10.00"), "\(listed)")
                let corrections = try await bench.rows("deliveries").map { $0.text("correction") }
                #expect(corrections == ["the refund of EUR 10.00", ""])
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
    }
}
