import Foundation
import Mappings
import Testing

/// A gateway between two senders that correct what they sent, and four trackers that are sent the corrections.
enum CorrectionFixture {
    /// - Parameter destinations: those that conversions go to, of `rs`, `rc`, `tk` and `pb`.
    static func configuration(to destinations: [String] = ["rs", "rc", "tk", "pb"], repeats: String? = nil) -> ConfigurationText {
        let all: [ConfigurationText.Entry] = [
            .tracker("rs", "rs-traffic", at: "/rs", credentials: "{ secret: rs-out }"),
            .tracker("rc", "refcampaign", at: "/rc", credentials: "{ api_key: rc-out }"),
            .tracker("tk", "trcker", at: "/tk", credentials: "{ postback_secret: tk-out }", ["settings": "{ brand: b, offer: o }"]),
            .postback("pb", "/pb?cid={click_id}&sum={amount}&st={status}&back={refund}"),
        ]
        var shop = ConfigurationText.Entry.shop
        shop["repeats"] = repeats
        return ConfigurationText(
            sources: [.casino, shop],
            to: all.filter { destinations.contains($0.name) }.map { $0.with(["retries": ConfigurationText.Entry.patientRetries]) })
    }

    /// What a tracker that takes everything was sent.
    static func run(
        _ configuration: ConfigurationText,
        script: @escaping ScriptedTracker.Script = ScriptedTracker.always(ScriptedTracker.taken),
        _ body: (Workbench, Int, ScriptedTracker) async throws -> Void
    ) async throws {
        try await Workbench.serve(configuration, tracker: script) { bench, _, port, tracker in try await body(bench, port, tracker) }
    }

    /// An event of RS-Traffic about one deposit.
    static func event(_ status: String, amount: String = "50.00", event: String = "ftd", more: String = "") -> Sample {
        let body = """
            {"clickid":"c-1","event":"\(event)","status":"\(status)","amount":"\(amount)","currency":"EUR","timestamp":1717000000\(more)}
            """
        return Sample(
            source: "casino", target: "/v1/event", headers: [Samples.json, ("X-RS-Sign", hmac(body, "your_secret_key_0001"))], body: body)
    }

    /// A call of RefCampaign's refund.
    static func refund(_ id: String, _ more: String = "", key: String? = nil) -> Sample {
        Sample(
            source: "shop", target: "/api/v1/conversions/refund",
            headers: [Samples.json, ("Authorization", "Bearer rc_test_demo_sender_1")] + (key.map { [("Idempotency-Key", $0)] } ?? []),
            body: #"{"externalId":"\#(id)"\#(more)}"#)
    }
}

extension ScriptedTracker {
    /// The requests below `/name`, as `path body`; without the signature, which the mapping's own tests prove.
    func requests(below name: String) -> [String] {
        received.filter { $0.uri.hasPrefix("/\(name)") }.map { request in
            var words = [String(request.uri.dropFirst(name.utf8.count + 1))]
            if case .object(var object)? = try? JSONValue(parsing: Array(request.body.utf8)) {
                object["sign"] = nil
                var json = JSONWriter()
                json.write(.object(object))
                words.append(String(decoding: json.bytes, as: UTF8.self))
            }
            return words.joined(separator: " ")
        }
    }
}
