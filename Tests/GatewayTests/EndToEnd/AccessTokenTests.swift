import Foundation
import Mappings
import Synchronization
import Testing

extension EndToEnd {
    /// A destination whose tracker wants an OAuth 2 access token.
    struct AccessTokenTests {
        private static let mapping = """
            tracker: Ads
            request: { method: POST, path: /upload, body: json }
            settings: { tenant: {}, login: { default: login } }
            credentials:
              developer_token: { header: developer-token }
              access: { oauth2: refresh_token, token_url: "https://{login}.example/{tenant}/token", client: body, scope: ads }
            fields: { order: { is: order_id, required: true } }
            replies:
              accepted: { status: 200 }
              duplicate: { status: 409 }
            """
        private static let secrets = ["dev-token-secret", "my-client-secret", "my-refresh-secret", "fresh-token"]
        private static let ads = ConfigurationText.Entry.tracker(
            "ads", "ads",
            credentials:
                "{ developer_token: dev-token-secret, client_id: my-client, client_secret: my-client-secret, refresh_token: my-refresh-secret }",
            [
                "token_url": "\"http://127.0.0.1:${TRACKER}/token\"", "settings": "{ tenant: t }",
                "retries": ConfigurationText.Entry.patientRetries,
            ])

        private func configuration(_ keys: KeyValuePairs<String, String> = [:]) -> ConfigurationText {
            ConfigurationText(sources: [.shop], to: [Self.ads.with(keys)], ["mappings": "mappings"])
        }

        private func use(
            _ configuration: ConfigurationText, script: @escaping ScriptedTracker.Script = ScriptedTracker.always(.reply(200)),
            _ body: (Workbench, ScriptedTracker) async throws -> Void
        ) async throws {
            try await Workbench.use(configuration, tracker: script) { bench, tracker in
                try bench.write(Self.mapping, to: "mappings/ads.yaml")
                try await body(bench, tracker)
            }
        }

        @Test func `sales arrive with a token that no store, list or log holds`() async throws {
            let isWell = Mutex(false)
            let script: ScriptedTracker.Script = { number, request in
                if request.uri != "/token" { return .reply(200, body: "{}") }
                return isWell.withLock { $0 }
                    ? .reply(200, body: #"{"access_token":"fresh-token","expires_in":3600,"token_type":"Bearer"}"#)
                    : .reply(400, body: #"{"error":"invalid_grant","error_description":"my-refresh-secret was revoked"}"#)
            }
            try await use(configuration(), script: script) { bench, tracker in
                try await bench.serve { gateway, port in
                    #expect(try await Samples.sale("o-1").post(port).status == 200)
                    let words = "no access token: 127.0.0.1:\(tracker.port) answered 400: invalid_grant: *** was revoked; attempt 1"
                    try await until { try await bench.rows("deliveries").first?.text("reason").hasPrefix(words) == true }
                    isWell.withLock { $0 = true }
                    let row = try #require(try await bench.settled(1).first)
                    #expect(row.text("state") == "delivered")
                    let attempts = try await bench.attempts(of: row.text("id"))
                    #expect(attempts.first?.text("request") == "POST http://127.0.0.1:\(tracker.port)/token")
                    #expect(
                        attempts.last?["headers"] == [
                            "developer-token: ***", "Authorization: ***", "Content-Type: application/json", "Accept: application/json",
                        ])
                    let last = try #require(tracker.received.last)
                    #expect(last.uri == "/upload")
                    #expect(last.headers["Authorization"] == ["Bearer fresh-token"])
                    #expect(last.headers["developer-token"] == ["dev-token-secret"])
                    #expect(last.body == #"{"order":"o-1"}"#)
                    let token = try #require(tracker.received.first)
                    #expect(
                        token.body
                            == "grant_type=refresh_token&refresh_token=my-refresh-secret&scope=ads&client_id=my-client&client_secret=my-client-secret"
                    )
                    let trace = try await bench.run("deliveries", "show", row.text("id")).output
                    for secret in Self.secrets {
                        #expect(try bench.storeFiles(holding: secret) == [])
                        #expect(!gateway.errors.contains(secret) && !gateway.output.contains(secret))
                        #expect(!trace.contains(secret))
                    }
                }
            }
        }

        @Test func `the sandbox takes any access token, and no other credential than its own`() async throws {
            let script = ScriptedTracker.always(
                .reply(200, body: #"{"access_token":"fresh-token","expires_in":3600,"token_type":"Bearer"}"#))
            try await use(configuration(["url": "\"${SANDBOX}/ads\""]), script: script) { bench, _ in
                bench.set("SANDBOX", "http://127.0.0.1:1")
                let sandbox = try bench.start("sandbox", "--config", "gateway.yaml", "--listen", "127.0.0.1:0")
                let own = try await sandbox.port()
                bench.set("SANDBOX", "http://127.0.0.1:\(own)")
                try await bench.serve { _, port in
                    #expect(try await Samples.sale("o-1").post(port).status == 200)
                    let rows = try await bench.settled(1)
                    #expect(rows.map { "\($0.text("state")) \($0.text("reason"))" } == ["delivered "])
                }
                #expect(sandbox.lines.contains { $0.contains("o-1") }, "\(sandbox.lines)")
                for (key, status) in [("dev-token-secret", 200), ("wrong", 401)] {
                    let request = Sample(
                        source: "ads", target: "/ads/upload",
                        headers: [Samples.json, ("developer-token", key), ("Authorization", "Bearer of-anybody")], body: #"{"order":"o-2"}"#
                    )
                    #expect(try await request.post(own).status == status)
                }
                sandbox.terminate()
                #expect(try await sandbox.ended() == 0)
            }
        }

        @Test func `explain and doctor say that a token is needed, and fetch none`() async throws {
            try await use(configuration()) { bench, tracker in
                let run = try await bench.run("explain", "--source", "shop", input: Samples.sale("o-1").raw)
                let lines = run.lines.map { $0.trimmingCharacters(in: .whitespaces) }
                #expect(lines.contains("Authorization: ***"))
                #expect(
                    lines.joined(separator: " ").contains(
                        "an access token is fetched from 127.0.0.1:\(tracker.port) before it is sent (oauth2: refresh_token); none is fetched to show this"
                    ))
                let doctor = try await bench.run("doctor").output
                #expect(doctor.split(whereSeparator: \.isWhitespace).joined(separator: " ").contains("no access token was fetched"))
                #expect(tracker.received.isEmpty)
            }
        }

        @Test func `the token's server is guarded as the tracker is`() async throws {
            let url = "\"http://127.0.0.1:${TRACKER}\""
            let networks = ["127.0.0.9/32", "127.0.0.1/32"]
            try await use(configuration(["url": url, "allow_networks": "[\(networks[0])]"])) { bench, tracker in
                let check = try await bench.run("check")
                #expect(check.status == 1)
                #expect(
                    check.errors.contains(
                        "error: 'token_url' of destination 'ads' begins with https://, since the request carries its secrets; http:// is for an address or localhost in 'allow_networks'"
                    ), "\(check.errors)")
                try bench.configure(configuration(["allow_networks": "[\(networks[1])]"]))
                #expect(try await bench.run("check").status == 0)
                #expect(tracker.received.isEmpty)
            }
        }

        @Test func `what the request for a token lacks is said where it is configured`() async throws {
            var entry = Self.ads.with(["credentials": "{ developer_token: x, access: y }", "settings": "{}"])
            entry["token_url"] = nil
            try await use(ConfigurationText(sources: [.shop], to: [entry], ["mappings": "mappings"])) { bench, _ in
                let errors = try await bench.run("check").errors
                #expect(errors.contains("error: unknown credential 'access' of tracker 'ads'"))
                for name in ["client_id", "client_secret", "refresh_token"] {
                    #expect(errors.contains("error: destination 'ads' needs credential '\(name)'"))
                }
                #expect(errors.contains("error: destination 'ads' needs setting 'tenant', which the request for its access token has"))
            }
        }
    }
}
