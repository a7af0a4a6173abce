import Foundation
import Mappings
import Testing

/// A gateway between two senders that correct what they sent and four trackers that must hear of it.
enum CorrectionFixture {
    /// - Parameter repeats: of the source `shop`, nothing for the mapping's own.
    static func configuration(to destinations: String = "[rs, rc, tk, pb]", repeats: String = "", when: String = "") -> String {
        """
        listen: 127.0.0.1:0
        store: sqlite:gateway.db
        sources:
          casino: { tracker: rs-traffic, credentials: { secret: your_secret_key } }
          shop: { tracker: refcampaign, credentials: { api_key: rc_test_demo }\(repeats.isEmpty ? "" : ", repeats: \(repeats)") }
        destinations:
          rs:
            tracker: rs-traffic
            url: http://127.0.0.1:${TRACKER}/rs
            allow_networks: [127.0.0.0/8]
            credentials: { secret: rs-out }
            retries: [200ms, 200ms, 200ms, 200ms, 200ms, 200ms]
          rc:
            tracker: refcampaign
            url: http://127.0.0.1:${TRACKER}/rc
            allow_networks: [127.0.0.0/8]
            credentials: { api_key: rc-out }
            retries: [200ms, 200ms, 200ms, 200ms, 200ms, 200ms]
          tk:
            tracker: trcker
            url: http://127.0.0.1:${TRACKER}/tk
            allow_networks: [127.0.0.0/8]
            credentials: { postback_secret: tk-out }
            settings: { brand: b, offer: o }
          pb:
            postback_url: "http://127.0.0.1:${TRACKER}/pb?cid={click_id}&sum={amount}&st={status}&back={refund}"
            allow_networks: [127.0.0.0/8]
            retries: [200ms, 200ms, 200ms, 200ms, 200ms, 200ms, 200ms, 200ms, 200ms, 200ms]
        routes:
          - { from: "*", to: \(destinations)\(when) }
        """
    }

    /// What a tracker that takes everything was sent.
    static func run(
        _ configuration: String, script: @escaping ScriptedTracker.Script = ScriptedTracker.always(.reply(200, body: #"{"success":true}"#)),
        _ body: (Workbench, Int, ScriptedTracker) async throws -> Void
    ) async throws {
        try await ScriptedTracker.run(script) { tracker in
            try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                try bench.write(configuration, to: "gateway.yaml")
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                try await body(bench, port, tracker)
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
            }
        }
    }

    /// An event of RS-Traffic about one deposit.
    static func event(_ status: String, amount: String = "50.00", event: String = "ftd", more: String = "") -> Sample {
        let body = """
            {"clickid":"c-1","event":"\(event)","status":"\(status)","amount":"\(amount)","currency":"EUR","timestamp":1717000000\(more)}
            """
        return Sample(
            source: "casino", target: "/v1/event", headers: [Samples.json, ("X-RS-Sign", hmac(body, "your_secret_key"))], body: body)
    }

    /// A call of RefCampaign's refund.
    static func refund(_ id: String, _ more: String = "", key: String? = nil) -> Sample {
        Sample(
            source: "shop", target: "/api/v1/conversions/refund",
            headers: [Samples.json, ("Authorization", "Bearer rc_test_demo")] + (key.map { [("Idempotency-Key", $0)] } ?? []),
            body: #"{"externalId":"\#(id)"\#(more)}"#)
    }
}

extension ScriptedTracker {
    /// The requests below `/name`, as `path body`; without the signature, which the mapping's own tests prove.
    func told(_ name: String) -> [String] {
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
