import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Two sources at one address, of which one reads the test mode and the other does not.
    struct KindsBySettingTests {
        private static let mapping = """
            tracker: Till
            request: { method: POST, path: /webhooks/till, body: json, if: 'body.type == "order.paid" and (settings.test or not (body.live == false))' }
            settings: { test: { as: flag, default: false, for: source } }
            credentials: { signing_secret: { signs: true } }
            signature: { key: signing_secret, header: Till-Signature, signs: [raw_body] }
            fields:
              data.order: { is: order_id, required: true }
              data.total: { is: amount, as: money(minor), required: true }
              data.currency: { is: currency }
            same_conversion: [order_id]
            ignores:
              - { if: 'body.live == false and not settings.test', because: it is of the test mode }
              - { else: true, because: it is not about money }
            replies:
              accepted: { status: 200, body: { received: true } }
              duplicate: { status: 200, body: { received: true, again: true } }
              ignored: { status: 202 }
              error: { body: { problem: "{reason}" } }

            """

        private static let sources = [
            ConfigurationText.Entry("live", ["tracker": "till", "credentials": "{ signing_secret: live-secret-0001 }"]),
            ConfigurationText.Entry(
                "trial", ["tracker": "till", "credentials": "{ signing_secret: trial-secret-001 }", "settings": "{ test: true }"]),
        ]

        private static func message(_ body: String, _ secret: String) -> Sample {
            var sample = KindsFixture.till("", "", secret: secret)
            sample.body = body
            sample.headers = [Samples.json, ("Till-Signature", hmac(body, secret))]
            return sample
        }

        @Test func `what a message is depends on the settings of the source that it is from`() async throws {
            let configuration = ConfigurationText(
                sources: Self.sources, to: [.postback("pb", "/pb?id={order_id}")], ["mappings": "trackers"])
            try await Workbench.use(configuration) { bench, _ in
                try bench.write(Self.mapping, to: "trackers/till.yaml")
                try await bench.serve { _, port in
                    let order = #"{"type":"order.paid","live":false,"data":{"order":"t-1","total":100,"currency":"EUR"}}"#
                    for (secret, target, status) in [
                        ("live-secret-0001", "/webhooks/till", 202), ("trial-secret-001", "/webhooks/till", 200),
                        ("live-secret-0001", "/live/webhooks/till", 202), ("trial-secret-001", "/trial/webhooks/till", 200),
                        ("trial-secret-001", "/live/webhooks/till", 401), ("nobodys-secret-1", "/webhooks/till", 401),
                    ] {
                        var sample = Self.message(order, secret)
                        sample.target = target
                        let reply = try await sample.post(port)
                        #expect(reply.status == status, "\(secret) \(target): \(reply.status) \(reply.body)")
                    }
                    let real = order.replacing("false", with: "true").replacing("t-1", with: "o-1")
                    #expect(try await Self.message(real, "live-secret-0001").post(port).status == 200)
                    #expect(try await Self.message(#"{"type":"visit"}"#, "live-secret-0001").post(port).status == 202)
                    let rows = try await bench.rows("conversions").map { "\($0.text("source")) \($0.text("order_id"))" }
                    #expect(rows.sorted() == ["live o-1", "trial t-1"])
                    let explained = try await bench.run("explain", "--source", "live", input: Self.message(order, "live-secret-0001").raw)
                    #expect(explained.output.contains("ignored: it is of the test mode"), "\(explained.output)")
                    let taken = try await bench.run("explain", "--source", "trial", input: Self.message(order, "trial-secret-001").raw)
                    #expect(!taken.output.contains("ignored:"), "\(taken.output)")
                }
            }
        }
    }
}
