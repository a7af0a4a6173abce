import Crypto
import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Credentials in a path and as Basic, signatures over a text of parts, and the tracker's own id in a correction's path.
    struct PlaceTests {
        private static let keyed = """
            tracker: Keyed
            request: { method: GET, path: "/{key}/postback" }
            credentials: { key: { path: key } }
            fields:
              subid: { is: click_id, required: true }
              payout: { is: amount, as: "money(major)" }
              currency: { is: currency, default: EUR }
              tid: { is: order_id }
            same_conversion: [order_id]
            replies:
              accepted: { text: "success; id={id}" }
              duplicate: { text: "{...}duplicate{...}" }
              refused: { status: 200, text: "error: {reason}" }
              error: { status: 200, text: "error: {reason}" }
            """
        private static let signed = """
            tracker: Signed
            request: { method: POST, path: /webhooks/signed, body: json }
            credentials:
              account: { basic: user, identifies: true }
              password: { basic: password }
              secret: { signs: true }
            signature:
              key: secret
              key_is: base64
              encoding: base64
              header: webhook-signature
              form: "v1,{signature}"
              text: "{id}.{timestamp}.{raw_body}"
              timestamp: { header: webhook-timestamp }
              id: { header: webhook-id }
              tolerance: 5m
            fields:
              click: { is: click_id, required: true }
              total: { is: amount, as: "money(major)" }
              currency: { is: currency, default: EUR }
              order: { is: order_id }
            same_conversion: [order_id]
            updates:
              void:
                request: { method: POST, path: "/conversions/{there}/void", body: json }
                when: status in ["refunded", "rejected"]
                for: out
                fields: { order: { is: order_id } }
            replies:
              accepted: { status: 201, body: { id: "{id}" } }
              duplicate: { status: 200, body: { id: "{id}", again: true } }
            """
        private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        private static let configuration = ConfigurationText(
            sources: [
                .init("clicks", ["tracker": "keyed", "credentials": "{ key: path-key-in-number%01 }"]),
                .init(
                    "hooks",
                    ["tracker": "signed", "credentials": "{ account: shop, password: basic-password-1, secret: \(secret) }"]),
            ],
            to: [
                .tracker("keyed", "keyed", at: "/keyed", credentials: "{ key: path-key-out-22 }"),
                .tracker(
                    "signed", "signed", at: "/signed", credentials: "{ account: me, password: basic-password-2, secret: \(secret) }"),
            ], ["mappings": "maps", "limits": "{ wrong_keys: off }"])

        private static func use(
            _ script: @escaping ScriptedTracker.Script, _ body: (Workbench, GatewayProcess, Int, ScriptedTracker) async throws -> Void
        ) async throws {
            try await Workbench.use(configuration, tracker: script) { bench, tracker in
                try bench.write(keyed, to: "maps/keyed.yaml")
                try bench.write(signed, to: "maps/signed.yaml")
                try await bench.serve("--log-level", "trace") { gateway, port in try await body(bench, gateway, port, tracker) }
            }
        }

        private static let script: ScriptedTracker.Script = { _, request in
            if request.uri.hasPrefix("/signed/webhooks") { return .reply(201, body: #"{"id":"T 7"}"#) }
            if request.uri.hasPrefix("/signed") { return .reply(201, body: #"{"id":"T 7"}"#) }
            return .reply(200, body: "error: click unknown at \(request.uri)")
        }

        @Test func `a key in a path proves its sender, and is shown nowhere`() async throws {
            try await Self.use(Self.script) { bench, gateway, port, tracker in
                func get(_ target: String) async throws -> String {
                    let answer = try await Sample(source: "clicks", method: "GET", target: target).post(port)
                    return "\(answer.status) \(answer.body)"
                }
                let key = "path-key-in-number%2501"
                #expect(try await get("/\(key)/postback?subid=c-1&payout=5&tid=A").hasPrefix("200 success; id="))
                #expect(try await get("/clicks/\(key)/postback?subid=c-1&payout=5&tid=A").hasPrefix("200 duplicate"))
                #expect(
                    try await get("/wrong-path-key/postback?subid=c-2&tid=B")
                        == "200 error: the key sent fits no source that is configured here")
                #expect(try await get("/front//\(key)/postback?subid=c-3&payout=x&tid=C").hasPrefix("200 error: payout 'x'"))
                let rows = try await bench.settled(2)
                let reasons = rows.filter { $0.text("destination") == "keyed" }.map { $0.text("reason") }
                #expect(reasons == ["tracker answered 200: click unknown at /keyed/***/postback?subid=c-1&payout=5.00&currency=EUR&tid=A"])
                #expect(tracker.received.contains { $0.uri == "/keyed/path-key-out-22/postback?subid=c-1&payout=5.00&currency=EUR&tid=A" })
                var shown = gateway.errors
                for command in ["conversions", "deliveries", "refused", "destinations", "status"] {
                    shown += try await bench.run(command).output
                }
                for row in try await bench.rows("conversions") {
                    shown += try await bench.run("conversions", "show", row.text("id")).output
                }
                for row in rows { shown += try await bench.run("deliveries", "show", "--json", row.text("id")).output }
                for row in try await bench.rows("refused") { shown += try await bench.run("refused", "show", row.text("id")).output }
                for secret in ["path-key", "wrong-path-key", "number%01", "basic-password", "bWU6YmFzaWM"] {
                    #expect(
                        !shown.contains(secret), "\(secret) is shown in \(shown.split(separator: "\n").first { $0.contains(secret) } ?? "")"
                    )
                    #expect(try bench.storeFiles(holding: secret) == [], "\(secret)")
                }
                #expect(shown.contains("/***/postback"))
            }
        }

        @Test func `a correction's path has the tracker's own id of the conversion`() async throws {
            let configuration = ConfigurationText(
                sources: [.shop],
                to: [
                    .tracker(
                        "signed", "signed", at: "/signed",
                        credentials: "{ account: me, password: basic-password-2, secret: \(Self.secret) }")
                ], ["mappings": "maps"])
            try await Workbench.use(configuration, tracker: Self.script) { bench, tracker in
                try bench.write(Self.signed, to: "maps/signed.yaml")
                try await bench.serve { _, port in
                    #expect(try await Samples.sale("o-1").post(port).status == 200)
                    _ = try await bench.settled(1)
                    let explained = try await bench.run("explain", "--source", "shop", input: CorrectionFixture.refund("o-1").raw)
                    #expect(explained.output.contains("/signed/conversions/T%207/void"), "\(explained.output) \(explained.errors)")
                    #expect(try await CorrectionFixture.refund("o-1").post(port).status == 200)
                    _ = try await bench.settled(2)
                    #expect(tracker.received.map(\.uri) == ["/signed/webhooks/signed", "/signed/conversions/T%207/void"])
                    let preview = try await bench.run("replay", "--dry-run", "--destination", "signed", "--state", "delivered")
                    #expect(preview.output.contains("/signed/conversions/T%207/void"), "\(preview.output) \(preview.errors)")
                }
            }
        }

        @Test func `what is signed and sent with a user and password is taken while it is recent, and once`() async throws {
            try await Self.use(Self.script) { bench, gateway, port, tracker in
                func hook(_ order: String, at seconds: Int64, id: String = "m-1", extra: String = "") -> Sample {
                    let body = #"{"click":"c","total":5,"order":"\#(order)"}"#
                    let key = Array(Data(base64Encoded: String(Self.secret.dropFirst(6)))!)
                    let sign = hmac64("\(id).\(seconds).\(body)", key)
                    return Sample(
                        source: "hooks", target: "/webhooks/signed",
                        headers: [
                            Samples.json, ("Authorization", "Basic " + Data("shop:basic-password-1".utf8).base64EncodedString()),
                            ("webhook-id", id), ("webhook-timestamp", "\(seconds)"), ("webhook-signature", "\(extra)v1,\(sign)"),
                        ], body: body)
                }
                let now = Int64(Date().timeIntervalSince1970)
                let first = try await hook("A", at: now).post(port)
                #expect(first.status == 201)
                // Other signatures beside the right one do not make it another message.
                let wrong = "v1,\(Data(repeating: 0, count: 32).base64EncodedString()) "
                #expect(try await hook("A", at: now, extra: wrong).post(port).status == 200)
                #expect(try await hook("B", at: now - 3600).post(port).status == 401)
                #expect(try await hook("B", at: now + 3600).post(port).status == 401)
                var changed = hook("B", at: now)
                changed.body = changed.body.replacing("5", with: "6")
                #expect(try await changed.post(port).status == 401)
                let reasons = try await bench.rows("refused").map { $0.text("reason") }
                #expect(reasons.contains { $0.hasPrefix("the signature's timestamp ") && $0.hasSuffix(" behind ours; 5m are allowed") })
                #expect(reasons.contains { $0.contains("tried '{id}.{timestamp}.{raw_body}' of ") })
                _ = try await bench.settled(2)
                let sent = try #require(tracker.received.first { $0.uri == "/signed/webhooks/signed" })
                #expect(sent.headers["Authorization"] == ["Basic " + Data("me:basic-password-2".utf8).base64EncodedString()])
                let stamp = try #require(sent.headers["webhook-timestamp"].first)
                let id = try #require(sent.headers["webhook-id"].first)
                let key = Array(Data(base64Encoded: String(Self.secret.dropFirst(6)))!)
                #expect(sent.headers["webhook-signature"] == ["v1," + hmac64("\(id).\(stamp).\(sent.body)", key)])
                #expect(try JSONValue(parsing: Array(first.body.utf8))["id"]?.plainText == id)
            }
        }
    }
}

/// In Base64.
private func hmac64(_ text: String, _ key: [UInt8]) -> String {
    Data(HMAC<SHA256>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: key))).base64EncodedString()
}
