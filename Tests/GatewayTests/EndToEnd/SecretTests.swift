import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Secrets never reach the store, the log or what a command prints, at whatever place a sender or a tracker puts them.
    struct SecretTests {
        private static let secrets = [
            "rc-key/one+%&x", "pk_secret_two", "refersion-secret-3", "trcker secret&four", "hmac_secret_five", "out secret/six",
            "pk_secret_seven",
            "postback-token-8",
        ]
        private static let configuration = ConfigurationText(
            sources: [
                .shop.with(["credentials": #"{ api_key: "rc-key/one+%&x" }"#]),
                .saas.with(["credentials": "{ publishable_key: pk_secret_two }"]),
                .store.with(["credentials": "{ public_key: public-three, secret_key: refersion-secret-3 }"]),
                ConfigurationText.Entry("network", ["tracker": "trcker", "credentials": #"{ postback_secret: "trcker secret&four" }"#]),
                ConfigurationText.Entry("casino", ["tracker": "rs-traffic", "credentials": "{ secret: hmac_secret_five }"]),
            ],
            to: [
                .tracker(
                    "trcker", "trcker", credentials: #"{ postback_secret: "out secret/six" }"#, ["settings": "{ brand: b, offer: o }"]),
                .tracker("refvenue", "refvenue", credentials: "{ publishable_key: pk_secret_seven }"),
                .postback("postback", "/pb?token=${POSTBACK_TOKEN}&cid={click_id}"),
            ],
            routes: [#"{ from: "*", to: [trcker, refvenue, postback], set: { coupon_code: "'SAVE20'" } }"#],
            ["limits": "{ wrong_keys: off, refused: { stranger_count: 5 } }"])
        private static let environment = ["POSTBACK_TOKEN": "postback-token-8"]

        private static let senders: [Sample] = {
            let secret = "trcker%20secret%26four"
            return [
                Sample(source: "network", method: "GET", target: "/api/postback/b/o?secret=\(secret)&click_id=c-1&txn_id=1&note=\(secret)"),
                Sample(
                    source: "network", method: "GET", target: "/api/postback/b/o?secret=wrong&click_id=c-2&txn_id=2&other=pk_secret_two",
                    headers: [
                        ("X-Postback-Secret", "trcker secret&four"), ("X-Copy", "trcker secret&four"), ("Cookie", "s=trcker secret&four"),
                    ]),
                Sample(source: "network", method: "GET", target: "/api/postback/b/o?secret=\(secret)&amount=\(secret)"),
                Sample(source: "network", method: "GET", target: "/api/postback/b/o?click_id=hmac_secret_five&txn_id=\(secret)"),
                Sample(
                    source: "shop", target: "/api/v1/conversions/postback",
                    headers: [Samples.json, ("Authorization", "Bearer rc-key/one+%&x")],
                    body:
                        #"{"externalId":"e-1","conversionType":"SALE","amount":100,"currency":"EUR","clickId":"c","metadata":{"k":"rc-key\/one+%&x"},"api_key":"rc-key/one+%&x"}"#
                ),
                Sample(
                    source: "shop", target: "/api/v1/conversions/postback?key=rc-key%2Fone%2B%25%26x",
                    headers: [Samples.json, ("Authorization", "Bearer wrong")],
                    body: #"{"externalId":"rc-key\u002fone+%&x"}"#),
                Sample(
                    source: "saas", target: "/v1/track-conversion", headers: [Samples.json],
                    body:
                        #"{"publishable_key":"pk_secret_two","program_id":"p","ref_code":"r","customer_email":"a@example.com","conversion_type":"signup","key":"pk_secret_two"}"#
                ),
                Sample(
                    source: "saas", target: "/v1/track-conversion", headers: [Samples.json],
                    body: #"{"publishable_key":"pk_secret_two","conversion_type":"pk_secret_two""#),
                Sample(
                    source: "store", target: "/tracker/orders/paid",
                    headers: [Samples.json, ("Refersion-Public-Key", "public-three"), ("Refersion-Secret-Key", "refersion-secret-3")],
                    body:
                        #"{"cart_id":"c","order_id":"o","currency_code":"USD","items":[{"price":"refersion-secret-3","quantity":1,"sku":"x"}]}"#
                ),
                Sample(
                    source: "store", target: "/tracker/orders/paid",
                    headers: [Samples.json, ("Refersion-Public-Key", "public-three"), ("Refersion-Secret-Key", "refersion-secret-3")],
                    body:
                        #"{"cart_id":"refersion-secret-3","order_id":"o","currency_code":"USD","items":[{"price":1,"quantity":1,"sku":"refersion-secret-3"}]}"#
                ),
                Sample(
                    source: "casino", target: "/v1/event", headers: [Samples.json],
                    body: #"{"clickid":"c","event":"lead","secret":"hmac_secret_five","sign":"hmac_secret_five"}"#),
            ]
        }()

        @Test func `no secret is stored, logged or shown`() async throws {
            let script: ScriptedTracker.Script = { _, request in
                // A tracker that replies with what it received, as it was written and decoded.
                .reply(400, body: "\(request.uri) \(request.uri.removingPercentEncoding ?? "") \(request.body) \(request.headers)")
            }
            try await Workbench.use(Self.configuration, environment: Self.environment, tracker: script) { bench, tracker in
                let gateway = try bench.start("serve", "--log-level", "trace")
                let port = try await gateway.port()
                for sample in Self.senders { _ = try await sample.post(port) }
                _ = try await bench.settled(3)
                #expect(tracker.received.contains { $0.uri == "/pb?token=postback-token-8&cid=c-1" })
                #expect(tracker.received.contains { $0.headers["X-Postback-Secret"] == ["out secret/six"] })
                try await check(bench, "while it runs")
                for secret in Self.secrets { #expect(!gateway.errors.contains(secret), "\(secret) in the log") }
                var shown = ""
                for command in ["conversions", "deliveries", "refused"] {
                    shown += try await bench.run(command, "--json").output + bench.run(command).output
                }
                for row in try await bench.rows("conversions") {
                    shown += try await bench.run("conversions", "show", row.text("id")).output
                }
                for row in try await bench.rows("refused") { shown += try await bench.run("refused", "show", row.text("id")).output }
                shown += try await bench.run("replay", "--dry-run", "--state", "rejected").output
                for sample in Self.senders {
                    let run = try await bench.run("explain", "--source", sample.source, input: sample.raw)
                    shown += run.output + run.errors
                }
                let known = Self.secrets.flatMap { [$0, $0.percentEncoded] }
                for secret in known {
                    #expect(
                        !shown.contains(secret),
                        "\(secret) is shown in \(shown.split(separator: "\n").first { $0.contains(secret) } ?? "")")
                }
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
                try await check(bench, "after the end")
            }
        }

        private func check(_ bench: Workbench, _ when: String) async throws {
            for secret in Self.secrets {
                let spellings = [secret, secret.percentEncoded, secret.percentEncoded.lowercased(), secret.replacing("/", with: "\\/")]
                for text in Set(spellings) { #expect(try bench.storeFiles(holding: text) == [], "\(text) \(when)") }
            }
        }

        @Test func `a tracker that redirects with the credential in its path leaves it nowhere`() async throws {
            let token = "postback-token/8"
            let all = token.utf8.map { "%" + String($0, radix: 16) }.joined()
            let configuration = ConfigurationText(sources: [.shop], to: [.postback("main", "/pb/${POSTBACK_TOKEN}?cid={click_id}")])
            let script: ScriptedTracker.Script = { _, request in
                let target = "https://new.example\(request.uri.prefix { $0 != "?" })/\(all)/\(token)/\(token.percentEncoded)"
                return .reply(302, headers: [("Location", target)], body: "<a href=\"\(target)\">moved</a>")
            }
            try await Workbench.serve(configuration, environment: ["POSTBACK_TOKEN": token], tracker: script) {
                bench, gateway, port, tracker in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                let row = try #require(try await bench.settled(1).first)
                #expect(tracker.received.first?.uri.contains("postback-token") == true)
                let reason = "tracker answered 302 to https://new.example/pb/***/***/***/***; redirects are not followed, correct the url"
                #expect(row.text("reason") == reason)
                #expect(gateway.errors.contains(reason))
                for spelling in [token, token.percentEncoded, all, all.uppercased()] {
                    #expect(!gateway.errors.contains(spelling))
                    #expect(try bench.storeFiles(holding: spelling) == [], "\(spelling)")
                }
            }
        }

        @Test func `strangers do not push out a sender's refusals`() async throws {
            try await Workbench.use(Self.configuration, environment: Self.environment) { bench, _ in
                let gateway = try bench.start("serve")
                let port = try await gateway.port()
                let mine = Samples.sale("mine", key: "rc-key/one+%&x", more: #","amount":1"#)
                #expect(try await mine.post(port).status == 400)
                for number in 0..<40 {
                    #expect(try await Samples.sale("theirs-\(number)", key: "guess-\(number)").post(port).status == 401)
                }
                let rows = try await bench.rows("refused")
                #expect(rows.filter { $0.text("source") == "shop" }.map { $0.text("code") } == ["malformed"])
                #expect(try await bench.rows("refused", "--strangers").count == 5)
                #expect(rows.allSatisfy { !$0.text("reason").contains("guess") })
                gateway.terminate()
                #expect(try await gateway.ended() == 0)
                for number in 35..<40 { #expect(try bench.storeFiles(holding: "guess-\(number)") == []) }
            }
        }
    }
}
