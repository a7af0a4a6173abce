import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// A sale that comes through the old platform's webhook and a refund that comes through the new one's.
    struct SharedOrdersTests {
        private static func configuration(_ shares: Bool) -> ConfigurationText {
            var shop = ConfigurationText.Entry.shop
            if shares { shop["shares_orders_with"] = "[store]" }
            return ConfigurationText(
                sources: [.store, shop],
                to: [
                    .tracker("rc", "refcampaign", at: "/rc", credentials: "{ api_key: rc-out }"),
                    .postback("pb", "/pb?o={order_id}&sum={amount}&st={status}&back={refund}"),
                ],
                routes: [
                    "{ from: store, to: [rc, pb], set: { session_id: cart_id } }", "{ from: shop, to: [rc, pb] }",
                ])
        }

        /// An order of the old platform.
        private static func order(_ id: String) -> Sample {
            Sample(
                source: "store", target: "/tracker/orders/paid",
                headers: [Samples.json, ("Refersion-Public-Key", "demo-public"), ("Refersion-Secret-Key", "demo-secret-key-01")],
                body: #"{"cart_id":"c-\#(id)","order_id":"\#(id)","currency_code":"EUR","items":[{"price":50,"quantity":1,"sku":"A"}]}"#)
        }

        @Test func `trackers get the refund of a sale that came through a source that shares orders`() async throws {
            try await CorrectionFixture.run(Self.configuration(true)) { bench, port, tracker in
                #expect(try await Self.order("o-1").post(port).status == 200)
                _ = try await bench.settled(2)
                #expect(try await CorrectionFixture.refund("o-1", #","amount":1000"#).post(port).status == 200)
                _ = try await bench.settled(4)
                #expect(
                    tracker.requests(below: "rc") == [
                        #"/api/v1/conversions/postback {"externalId":"o-1","conversionType":"SALE","amount":5000,"currency":"EUR","sessionId":"c-o-1"}"#,
                        #"/api/v1/conversions/refund {"externalId":"o-1","amount":1000}"#,
                    ])
                #expect(tracker.requests(below: "pb") == ["?o=o-1&sum=50.00", "?o=o-1&sum=50.00&back=10.00"])
                // More than is left: as for one source.
                #expect(try await CorrectionFixture.refund("o-1", #","amount":4001"#).post(port).status == 422)
                // A refund may come first, and the same order through both sources is one conversion.
                #expect(try await CorrectionFixture.refund("o-2").post(port).status == 200)
                #expect(try await Self.order("o-2").post(port).status == 200)
                #expect(try await Samples.sale("o-2").post(port).status == 200)
                _ = try await bench.settled(8)
                let rows = try await bench.rows("conversions", "--order-id", "o-2")
                #expect(rows.map { "\($0.text("source")) \($0.text("status"))" } == ["store refunded"])
                #expect(try await bench.rows("conversions", "--waiting").isEmpty)
            }
        }

        @Test func `without sharing every place warns of the refund, and once they share it is applied`() async throws {
            let sentence =
                "order_id 'o-1' came through source 'store', the correction through 'shop', and they share no orders; if it is the same order, "
                + "add shares_orders_with: [store] to source 'shop', then run `gateway replay --waiting`"
            try await Workbench.serve(Self.configuration(false)) { (bench, gateway, port, tracker) async throws in
                #expect(try await Self.order("o-1").post(port).status == 200)
                _ = try await bench.settled(2)
                let refund = CorrectionFixture.refund("o-1", #","amount":1000"#)
                let explained = try await bench.run("explain", "--source", "shop", input: refund.raw)
                #expect(explained.lines.contains("warning: \(sentence)"))
                #expect(try await refund.post(port).status == 200)
                let line = try await eventually { gateway.errors.split(separator: "\n").first { $0.contains(sentence) } }
                #expect(try #require(line).contains(" warning "))
                let listed = try await bench.run("conversions", "--waiting")
                #expect(listed.errors == "warning: \(sentence)\n")
                let row = try #require(try await bench.rows("conversions", "--waiting").first)
                #expect(row["order_is_with"] == ["store"])
                let status = try await bench.run("status")
                #expect(
                    status.lines.last
                        == "1 correction waits for its conversion, 1 for an order of another source; see `gateway conversions --waiting`")
                let idle = try await bench.run("replay", "--waiting")
                #expect(idle.output == "0 of 1 found their conversions, 1 still wait\n")

                try bench.configure(Self.configuration(true))
                let shared = try await bench.run("conversions", "--waiting")
                #expect(shared.errors.contains("they share orders now, so `gateway replay --waiting` applies it"))
                let foreseen = try await bench.run("replay", "--waiting", "--dry-run")
                #expect(foreseen.output.hasSuffix("\n1 of 1 would find their conversions\n"))
                let id = row.text("id")
                let replayed = try await bench.run("replay", "--waiting")
                #expect(replayed.lines.first?.hasPrefix("correction \(id) is applied to conversion ") ?? false, "\(replayed.output)")
                #expect(replayed.lines.last == "1 of 1 found their conversions")
                _ = try await bench.settled(4)
                #expect(tracker.requests(below: "pb") == ["?o=o-1&sum=50.00", "?o=o-1&sum=50.00&back=10.00"])
                #expect(try await bench.rows("conversions", "--waiting").isEmpty)
                #expect(try await bench.rows("conversions").map { $0.text("refunded") } == ["10.00"])
            }
        }
    }
}
