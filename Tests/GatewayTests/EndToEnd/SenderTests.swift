import Foundation
import Mappings
import Testing

extension EndToEnd {
    /// Limits of senders: how much, with which secret, how old, and what is checked first.
    struct SenderTests {
        private static let configuration = ConfigurationText(
            sources: [
                .shop.with(["credentials": #"{ api_key: ["rc_new_secret", "rc_test_demo_sender_1"] }"#, "rate": "3/m"]),
                ConfigurationText.Entry(
                    "saas",
                    [
                        "tracker": "refvenue", "credentials": "{ publishable_key: pk_test_demo_sender_1 }",
                        "review": "[plus_address, suspicious_email, disposable_email]",
                    ]),
                .casino.with(["timestamp_tolerance": "5m", "replay_window": "1h"]),
                ConfigurationText.Entry("legacy", ["tracker": "trcker", "credentials": "{ postback_secret: null }"]),
            ],
            to: [.postback("reviewed", "/?c={coupon_code}&e={email}")],
            routes: [#"{ from: saas, to: reviewed, when: 'not (status == "pending_review")' }"#])

        @Test func `a source is held to its rate, and a rotation ends when its old secret is out of use`() async throws {
            try await Workbench.serve(Self.configuration) { bench, gateway, port, _ in
                #expect(try await Samples.sale("o-1").post(port).status == 200)
                for id in 2...3 { #expect(try await Samples.sale("o-\(id)", key: "rc_new_secret").post(port).status == 200) }
                let answer = try await Samples.sale("o-4").post(port)
                #expect(answer.status == 429)
                let wait = try #require(answer.headers["retry-after"].flatMap { Int($0) })
                #expect((1...60).contains(wait))
                #expect(
                    answer.body.hasPrefix(#"{"success":false,"error":{"code":"RATE_LIMIT_EXCEEDED","message":"this source may send 3/m"#))
                #expect(try await bench.rows("conversions").count == 3)
                #expect(try await bench.rows("refused").map { "\($0.text("code")) \($0.text("source"))" } == ["rate_limited shop"])
                #expect(try await gateway.hasLogged("the second secret of a source is still in use"))
                #expect(try await gateway.hasLogged("a source sends more than its rate"))
                #expect(gateway.errors.contains("a source takes requests from anybody, since its postback_secret is null"))
                #expect(!gateway.errors.contains("rc_new_secret") && !gateway.errors.contains("rc_test_demo_sender_1"))
                for secret in ["rc_new_secret", "rc_test_demo_sender_1"] { #expect(try bench.storeFiles(holding: secret) == []) }
                let check = try await bench.run("check")
                #expect(check.status == 0)
                #expect(
                    check.errors.contains(
                        "warning: credential 'postback_secret' of source 'legacy' is null, so requests are not checked; this is deprecated, set a secret"
                    ))
            }
        }

        @Test func `a long body that is no JSON is kept in part, and not run again by half`() async throws {
            try await Workbench.serve(Self.configuration) { bench, _, port, _ in
                var broken = Samples.sale("o-1")
                broken.body = #"{"externalId":"o-1","note":"\#(String(repeating: "x", count: 100_000))"#
                #expect(try await broken.post(port).status == 400)
                let refused = try await bench.rows("refused")
                #expect(refused.map { $0["body_cut"] } == [.bool(true)])
                #expect(refused.first?.text("reason").hasSuffix("(body kept up to 65536 of \(broken.body.utf8.count) bytes)") == true)
                let run = try await bench.run("replay", "--refused", refused.first?.text("id") ?? "")
                #expect(run.status == 1)
                #expect(
                    run.errors.contains(
                        "only the first 65536 bytes of its body were kept, so it cannot be run again; let its sender repeat it"))
                #expect(try await bench.rows("conversions").isEmpty)
            }
        }

        @Test func `doubts about an address hold a conversion back, and are shown`() async throws {
            try await Workbench.serve(Self.configuration) { bench, _, port, _ in
                for (email, status) in [
                    ("customer@example.com", "pending"), ("user+1@example.com", "pending_review"),
                    ("test123@example.com", "pending_review"),
                    ("jane@mailinator.com", "pending_review"),
                ] {
                    var sample = Samples.refVenue
                    sample.body = sample.body.replacing("customer@example.com", with: email)
                    let answer = try await sample.post(port)
                    #expect(answer.status == 200)
                    #expect(try JSONValue(parsing: Array(answer.body.utf8)).text("status") == status, "\(email)")
                }
                let rows = try await bench.rows("conversions")
                #expect(rows.map { $0.text("status") }.filter { $0 == "pending_review" }.count == 3)
                #expect(try await bench.rows("deliveries").count == 1)
                let shown = try await bench.run("conversions", "show", try #require(rows.first).text("id"))
                #expect(shown.output.contains("the customer's address is at mailinator.com, which gives out disposable addresses"))
            }
        }

        @Test func `a signed event must be recent, and counts once`() async throws {
            try await Workbench.serve(Self.configuration) { bench, _, port, _ in
                // The page's own event is from 2024.
                let old = try await Samples.rsTraffic.post(port)
                #expect("\(old.status) \(old.body)" == #"401 {"status":"error","error":"invalid signature"}"#)
                let reason = try #require(try await bench.rows("refused").first).text("reason")
                #expect(reason.hasPrefix("the request's time 2024-05-29T16:26:40Z is ") && reason.hasSuffix(" behind ours; 5m are allowed"))
                let body =
                    #"{"clickid":"c","event":"lead","status":"approved","timestamp":\#(Int(Date().timeIntervalSince1970))}"#
                func event(_ headers: [(String, String)]) -> Sample {
                    Sample(
                        source: "casino", target: "/v1/event",
                        headers: [Samples.json, ("X-RS-Sign", hmac(body, "your_secret_key_0001"))] + headers, body: body)
                }
                #expect(try await event([]).post(port).body.hasPrefix(#"{"status":"ok""#))
                #expect(try await event([]).post(port).body.hasPrefix(#"{"status":"duplicate""#))
                #expect(try await event([("Idempotency-Key", "another")]).post(port).body.hasPrefix(#"{"status":"duplicate""#))
                #expect(try await bench.rows("conversions").count == 1)
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
