import Foundation
import Mappings
import Rules
import Synchronization
import Testing

extension EndToEnd {
    /// What becomes of a delivery, by what the tracker answers.
    struct OutcomeTests {
        private static let refCampaign = ConfigurationText.Entry.tracker(
            "refcampaign", "refcampaign", at: "/rc", credentials: "{ api_key: rc-outgoing-key }", ["retries": "[200ms, 200ms]"])
        private static let refVenue = ConfigurationText.Entry.tracker(
            "refvenue", "refvenue", at: "/rv", credentials: "{ publishable_key: pk-outgoing-key }",
            ["settings": "{ program_id: p }", "retries": "[200ms, 200ms]"])
        private static let postback = ConfigurationText.Entry.postback(
            "postback", "/pb/{order_id}?cid={click_id}&sum={amount}&s1={sub1}&fixed=a%20b", ["retries": "[]"])

        private struct Delivered: Sendable {
            var row: JSONValue
            /// Oldest first.
            var attempts: [JSONValue]
            var received: [ScriptedTracker.Received]
        }

        /// Delivers one conversion to one destination.
        private func deliver(
            _ sample: Sample, to destination: ConfigurationText.Entry, set: String = "{}", _ script: @escaping ScriptedTracker.Script
        ) async throws -> Delivered {
            let configuration = ConfigurationText(
                sources: [.shop], to: [destination], routes: ["{ from: shop, to: \(destination.name), set: \(set) }"])
            return try await Workbench.serve(configuration, tracker: script) { bench, gateway, port, tracker in
                #expect(try await sample.post(port).status == 200)
                let row = try #require(try await bench.settled(1).first)
                let attempts = try await bench.attempts(of: row.text("id"))
                for secret in ["rc-outgoing-key", "pk-outgoing-key", "rc_test_demo_sender_1"] {
                    #expect(try bench.storeFiles(holding: secret) == [], "\(secret)")
                    #expect(!gateway.errors.contains(secret))
                }
                return Delivered(row: row, attempts: attempts, received: tracker.received)
            }
        }

        /// How long the second try came after the first.
        private func pause(_ attempts: [JSONValue]) throws -> Duration {
            let times = try attempts.map { try #require(Timestamp(iso8601: $0.text("started_at"))) }
            return try #require(times.first).duration(to: try #require(times.last))
        }

        @Test func `a 500 is tried again and the second answer counts`() async throws {
            let delivered = try await deliver(Samples.sale("flaky"), to: Self.refCampaign) { number, _ in
                number == 1 ? .reply(500, body: "oops") : .reply(200, body: #"{"success":true,"conversionId":"there-1"}"#)
            }
            #expect(delivered.row.text("state") == "delivered")
            #expect(delivered.row.text("remote_id") == "there-1")
            #expect(
                delivered.attempts.map { "\($0.text("number")) \($0.text("outcome")) \($0.text("status")) \($0.text("reply"))" } == [
                    "1 retry 500 oops", #"2 delivered 200 {"success":true,"conversionId":"there-1"}"#,
                ])
            #expect(
                delivered.received.map(\.body)
                    == Array(
                        repeating:
                            #"{"externalId":"flaky","conversionType":"SALE","amount":4990,"currency":"EUR","clickId":"click-flaky"}"#,
                        count: 2))
            #expect(delivered.received.first?.headers["Authorization"] == ["Bearer rc-outgoing-key"])
        }

        @Test func `a 429 with Retry-After lengthens the wait`() async throws {
            let delivered = try await deliver(Samples.sale("slow"), to: Self.refCampaign) { number, _ in
                number == 1
                    ? .reply(429, headers: [("Retry-After", "1")], body: #"{"success":false,"error":{"code":"RATE_LIMIT_EXCEEDED"}}"#)
                    : .reply(200, body: #"{"success":true,"conversionId":"there-2"}"#)
            }
            #expect(delivered.row.text("state") == "delivered")
            #expect(delivered.attempts.map { $0.text("outcome") } == ["retry", "delivered"])
            #expect(try pause(delivered.attempts) >= .seconds(1))
        }

        @Test func `a Retry-After beyond retry_after_max is cut, and the reason says so`() async throws {
            let isWell = Mutex(false)
            let destination = ConfigurationText.Entry.postback(
                "postback", "/pb?oid={order_id}", ["retries": "[200ms\(String(repeating: ", 200ms", count: 99))]", "retry_after_max": "1s"])
            let script: ScriptedTracker.Script = { _, _ in
                isWell.withLock { $0 } ? .reply(200) : .reply(429, headers: [("Retry-After", "7200")])
            }
            let configuration = ConfigurationText(sources: [.shop], to: [destination])
            try await Workbench.serve(configuration, tracker: script) { bench, _, port, _ in
                #expect(try await Samples.sale("patient").post(port).status == 200)
                let words = "next in 1s; the tracker asked for 2h, and retry_after_max is 1s"
                try await until { try await bench.rows("deliveries").first?.text("reason").hasSuffix(words) == true }
                isWell.withLock { $0 = true }
                #expect(try await bench.settled(1).map { $0.text("state") } == ["delivered"])
            }
        }

        @Test func `a 200 that says no is a rejection`() async throws {
            let delivered = try await deliver(Samples.sale("refused"), to: Self.refCampaign) { _, _ in
                .reply(200, body: #"{"success":false,"error":{"message":"campaign is paused"}}"#)
            }
            #expect(delivered.row.text("state") == "rejected")
            #expect(delivered.row.text("reason") == "tracker answered 200: campaign is paused")
            #expect(delivered.attempts.map { $0.text("outcome") } == ["rejected"])
            #expect(delivered.received.count == 1)
        }

        @Test func `a 404 and a redirect are rejections, and a redirect is not followed`() async throws {
            let gone = try await deliver(Samples.sale("gone"), to: Self.refCampaign) { _, _ in .reply(404, body: "nothing here") }
            #expect(gone.row.text("state") == "rejected")
            #expect(gone.row.text("reason") == "tracker answered 404: nothing here")
            let moved = try await deliver(Samples.sale("moved"), to: Self.refCampaign) { _, _ in
                .reply(302, headers: [("Location", "/elsewhere?key=rc-outgoing-key")])
            }
            #expect(moved.row.text("state") == "rejected")
            #expect(moved.row.text("reason") == "tracker answered 302 to /elsewhere; redirects are not followed, correct the url")
            #expect(moved.received.count == 1)
        }

        @Test func `a tracker that never answers is tried again until the schedule ends`() async throws {
            let delivered = try await deliver(Samples.sale("hanging"), to: Self.refCampaign.with(["timeout": "500ms"])) { _, _ in .hang }
            #expect(delivered.row.text("state") == "dead")
            #expect(delivered.row.text("reason") == "no answer within 500ms; attempt 3 of 3, no more tries")
            #expect(
                delivered.attempts.map { "\($0.text("outcome")) \($0.text("reply"))" }
                    == Array(repeating: "timeout no answer within 500ms", count: 3)
            )
            #expect(delivered.received.count == 3)
        }

        @Test func `RefVenue's 409 means that it knows the conversion`() async throws {
            let delivered = try await deliver(Samples.sale("twice"), to: Self.refVenue, set: #"{ coupon_code: "'SAVE20'" }"#) { _, _ in
                .reply(
                    409,
                    body: #"{"error":"Duplicate conversion detected","message":"This email has already been tracked for this program"}"#)
            }
            #expect(delivered.row.text("state") == "duplicate")
            #expect(delivered.row.text("reason") == "This email has already been tracked for this program")
            #expect(delivered.received.count == 1)
        }

        @Test func `a body's retry_after lengthens the wait too`() async throws {
            let delivered = try await deliver(Samples.sale("quota"), to: Self.refVenue, set: #"{ coupon_code: "'SAVE20'" }"#) { number, _ in
                number == 1
                    ? .reply(
                        429,
                        body: #"{"error":"Conversion rate limit exceeded","message":"Daily conversion limit exceeded","retry_after":1}"#)
                    : .reply(200, body: #"{"success":true,"conversion_id":"there-3","message":"Conversion tracked successfully"}"#)
            }
            #expect(delivered.row.text("state") == "delivered")
            #expect(delivered.row.text("remote_id") == "there-3")
            #expect(try pause(delivered.attempts) >= .seconds(1))
        }

        @Test func `hostile values are encoded into a postback url once and never expanded`() async throws {
            var sample = Samples.sale("a b&c=%41{order_id}/ü", more: #","customParams":{"s1":"x#y?z+{amount}"}"#)
            sample.body.replace("click-a b&c=%41{order_id}/ü", with: "../{amount}%26&sum=1 ¤\\r\\nX: y")
            let delivered = try await deliver(sample, to: Self.postback) { _, _ in .reply(200, body: "OK") }
            #expect(delivered.row.text("state") == "delivered")
            #expect(
                delivered.received.map(\.uri) == [
                    "/pb/a%20b%26c%3D%2541%7Border_id%7D%2F%C3%BC?cid=..%2F%7Bamount%7D%2526%26sum%3D1%20%C2%A4%0D%0AX%3A%20y&sum=49.90"
                        + "&s1=x%23y%3Fz%2B%7Bamount%7D&fixed=a%20b"
                ])
            #expect(delivered.attempts.first?.text("request").hasPrefix("GET http://127.0.0.1:") == true)
        }
    }
}
