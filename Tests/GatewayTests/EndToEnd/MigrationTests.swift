import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// `examples/migration.yaml`, on this machine, with the steps of `docs/migration.md`.
    struct MigrationTests {
        /// - Parameter date: of the switch.
        private static func configuration(switch date: String) throws -> String {
            let file = try #require(FileManager.default.contents(atPath: "\(Workbench.repository)/examples/migration.yaml"))
            var text = String(decoding: file, as: UTF8.self)
            for (old, new) in [
                ("127.0.0.1:8080", "127.0.0.1:0"), ("2027-01-01", date),
                ("https://inbound-webhooks.refersion.com", "http://127.0.0.1:${TRACKER}/old\n    allow_networks: [127.0.0.0/8]"),
                ("https://app.refcampaign.com", "http://127.0.0.1:${TRACKER}/new\n    allow_networks: [127.0.0.0/8]"),
            ] {
                #expect(text.contains(old))
                text = text.replacingOccurrences(of: old, with: new)
            }
            return text
        }

        private static let environment = [
            "PLUGIN_PUBLIC": "demo-public", "PLUGIN_SECRET": "demo-secret-key-01", "SHOP_KEY": "rc_test_demo_sender_1",
            "REFERSION_PUBLIC": "out-public", "REFERSION_SECRET": "out-secret-key-001", "REFCAMPAIGN_KEY": "rc-out-key-0000001",
        ]

        private static func order(_ id: String) -> Sample {
            Sample(
                source: "plugin", target: "/tracker/orders/paid",
                headers: [Samples.json, ("Refersion-Public-Key", "demo-public"), ("Refersion-Secret-Key", "demo-secret-key-01")],
                body: #"{"cart_id":"c-\#(id)","order_id":"\#(id)","currency_code":"EUR","items":[{"price":49.90,"quantity":1,"sku":"A"}]}"#)
        }

        /// As the shop's new code reports it.
        private static func sale(_ id: String) -> Sample {
            var sample = Samples.sale(id)
            sample.body = sample.body.replacingOccurrences(of: #""clickId":"click-"#, with: #""sessionId":"s-"#)
            return sample
        }

        @Test func `both platforms get every order, refunds cross, and a date switches`() async throws {
            try await ScriptedTracker.run(ScriptedTracker.always(ScriptedTracker.taken)) { tracker in
                try await Workbench.use(environment: Self.environment.merging(["TRACKER": "\(tracker.port)"]) { own, _ in own }) { bench in
                    try bench.write(Self.configuration(switch: "2999-01-01"), to: "gateway.yaml")
                    try await bench.serve { (_, port) async throws in
                        #expect(try await Self.order("o-1").post(port).status == 200)
                        #expect(try await Self.sale("o-1").post(port).status == 200)
                        #expect(try await Self.sale("o-2").post(port).status == 200)
                        _ = try await bench.settled(4)
                        #expect(
                            try await bench.states() == [
                                "refcampaign delivered", "refcampaign delivered", "refersion delivered", "refersion delivered",
                            ])
                        #expect(tracker.requests(below: "old").count == 2 && tracker.requests(below: "new").count == 2)
                        let sums = try await bench.run("sums", "--csv")
                        let rows = sums.lines.dropFirst().map { $0.split(separator: ",", maxSplits: 1).map(String.init) }
                        #expect(rows.map(\.first) == ["refcampaign", "refersion"])
                        #expect(rows.first?.last == rows.last?.last, "\(sums.output)")

                        #expect(try await CorrectionFixture.refund("o-1", #","amount":1000"#).post(port).status == 200)
                        _ = try await bench.settled(6)
                        #expect(tracker.requests(below: "new").last == #"/api/v1/conversions/refund {"externalId":"o-1","amount":1000}"#)
                        let skipped = try await bench.rows("deliveries", "--state", "skipped")
                        #expect(skipped.map { $0.text("destination") } == ["refersion"])
                    }
                    try bench.write(Self.configuration(switch: "2020-01-01"), to: "gateway.yaml")
                    try await bench.serve { (_, port) async throws in
                        #expect(try await Self.order("o-3").post(port).status == 200)
                        #expect(try await CorrectionFixture.refund("o-2").post(port).status == 200)
                        _ = try await bench.settled(9)
                        #expect(tracker.requests(below: "old").count == 2 && tracker.requests(below: "new").count == 5)
                        let left = try await bench.rows("deliveries", "--not-routed", "--destination", "refersion")
                        #expect(left.map { $0.text("order_id") } == ["o-3"])
                    }
                    #expect(try await bench.rows("conversions", "--waiting").isEmpty)
                }
            }
        }
    }
}
