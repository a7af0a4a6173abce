import Foundation
import Mappings
import Rules
import Testing

extension EndToEnd {
    /// What becomes of a delivery, by what the tracker answers.
    struct OutcomeTests {
        private static let configuration = """
            listen: 127.0.0.1:0
            store: sqlite:gateway.db
            sources:
              shop: { tracker: refcampaign, credentials: { api_key: rc_test_demo } }
            destinations:
              refcampaign:
                tracker: refcampaign
                url: http://127.0.0.1:${TRACKER}/rc
                allow_networks: [127.0.0.0/8]
                credentials: { api_key: rc-outgoing-key }
                retries: [200ms, 200ms]
                timeout: 500ms
              refvenue:
                tracker: refvenue
                url: http://127.0.0.1:${TRACKER}/rv
                allow_networks: [127.0.0.0/8]
                credentials: { publishable_key: pk-outgoing-key }
                settings: { program_id: p }
                retries: [200ms, 200ms]
              postback:
                postback_url: "http://127.0.0.1:${TRACKER}/pb/{order_id}?cid={click_id}&sum={amount}&s1={sub1}&fixed=a%20b"
                allow_networks: [127.0.0.0/8]
                retries: []
            routes:
              - { from: "*", to: refcampaign, when: 'order_id in ["flaky", "slow", "refused", "gone", "moved", "hanging"]' }
              - { from: "*", to: refvenue, when: 'order_id in ["twice", "quota"]', set: { coupon_code: "'SAVE20'" } }
              - { from: "*", to: postback, when: 'not (order_id in ["flaky", "slow", "refused", "gone", "moved", "hanging", "twice", "quota"])' }
            """

        /// Runs one conversion and gives its delivery, its `show` and what the tracker received.
        private func deliver(
            _ sample: Sample, _ script: @escaping @Sendable (Int, ScriptedTracker.Received) -> ScriptedTracker.Answer
        ) async throws -> (row: JSONValue, attempts: [JSONValue], received: [ScriptedTracker.Received], seconds: Double) {
            try await ScriptedTracker.run(script) { tracker in
                try await Workbench.use(environment: ["TRACKER": "\(tracker.port)"]) { bench in
                    try bench.write(Self.configuration, to: "gateway.yaml")
                    let gateway = try bench.start("serve")
                    let port = try await gateway.port()
                    let start = ContinuousClock.now
                    #expect(try await sample.post(port).status == 200)
                    let row = try #require(try await bench.settled(1).first)
                    let seconds = start.duration(to: .now) / .seconds(1)
                    let shown = try JSONValue(parsing: try await bench.run("deliveries", "show", "--json", row.text("id")).output)
                    for secret in ["rc-outgoing-key", "pk-outgoing-key", "rc_test_demo"] {
                        #expect(try bench.storeFiles(holding: secret) == [], "\(secret)")
                        #expect(!gateway.errors.contains(secret))
                    }
                    gateway.terminate()
                    #expect(try await gateway.ended() == 0)
                    guard case .array(let deliveries)? = shown["deliveries"], case .array(let log)? = deliveries.first?["log"] else {
                        return (row, [], tracker.received, seconds)
                    }
                    return (row, log, tracker.received, seconds)
                }
            }
        }

        @Test func `a 500 is tried again and the second answer counts`() async throws {
            let (row, attempts, received, _) = try await deliver(Samples.sale("flaky")) { number, _ in
                number == 1 ? .reply(500, body: "oops") : .reply(200, body: #"{"success":true,"conversionId":"there-1"}"#)
            }
            #expect(row.text("state") == "delivered")
            #expect(row.text("remote_id") == "there-1")
            #expect(
                attempts.map { "\($0.text("number")) \($0.text("outcome")) \($0.text("status")) \($0.text("reply"))" } == [
                    "1 retry 500 oops", #"2 delivered 200 {"success":true,"conversionId":"there-1"}"#,
                ])
            #expect(
                received.map(\.body)
                    == Array(
                        repeating:
                            #"{"externalId":"flaky","conversionType":"SALE","amount":4990,"currency":"EUR","clickId":"click-flaky"}"#,
                        count: 2))
            #expect(received.first?.headers["Authorization"] == ["Bearer rc-outgoing-key"])
        }

        @Test func `a 429 with Retry-After lengthens the wait`() async throws {
            let (row, attempts, _, seconds) = try await deliver(Samples.sale("slow")) { number, _ in
                number == 1
                    ? .reply(429, headers: [("Retry-After", "2")], body: #"{"success":false,"error":{"code":"RATE_LIMIT_EXCEEDED"}}"#)
                    : .reply(200, body: #"{"success":true,"conversionId":"there-2"}"#)
            }
            #expect(row.text("state") == "delivered")
            #expect(attempts.map { $0.text("outcome") } == ["retry", "delivered"])
            #expect(seconds >= 2)
        }

        @Test func `a 200 that says no is a rejection`() async throws {
            let (row, attempts, received, _) = try await deliver(Samples.sale("refused")) { _, _ in
                .reply(200, body: #"{"success":false,"error":{"message":"campaign is paused"}}"#)
            }
            #expect(row.text("state") == "rejected")
            #expect(row.text("reason") == "tracker answered 200: campaign is paused")
            #expect(attempts.map { $0.text("outcome") } == ["rejected"])
            #expect(received.count == 1)
        }

        @Test func `a 404 and a redirect are rejections, and a redirect is not followed`() async throws {
            let (gone, _, _, _) = try await deliver(Samples.sale("gone")) { _, _ in .reply(404, body: "nothing here") }
            #expect(gone.text("state") == "rejected")
            #expect(gone.text("reason") == "tracker answered 404")
            let (moved, _, received, _) = try await deliver(Samples.sale("moved")) { _, _ in
                .reply(302, headers: [("Location", "/elsewhere?key=rc-outgoing-key")])
            }
            #expect(moved.text("state") == "rejected")
            #expect(moved.text("reason") == "tracker answered 302 to /elsewhere; redirects are not followed, correct the url")
            #expect(received.count == 1)
        }

        @Test func `a tracker that never answers is tried again until the schedule ends`() async throws {
            let (row, attempts, received, _) = try await deliver(Samples.sale("hanging")) { _, _ in .hang }
            #expect(row.text("state") == "dead")
            #expect(row.text("reason") == "no answer within 500ms; attempt 3 of 3, no more tries")
            #expect(
                attempts.map { "\($0.text("outcome")) \($0.text("reply"))" } == Array(repeating: "timeout no answer within 500ms", count: 3)
            )
            #expect(received.count == 3)
        }

        @Test func `RefVenue's 409 means that it knows the conversion`() async throws {
            let (row, _, received, _) = try await deliver(Samples.sale("twice")) { _, _ in
                .reply(
                    409,
                    body: #"{"error":"Duplicate conversion detected","message":"This email has already been tracked for this program"}"#)
            }
            #expect(row.text("state") == "duplicate")
            #expect(row.text("reason") == "This email has already been tracked for this program")
            #expect(received.count == 1)
        }

        @Test func `a body's retry_after lengthens the wait too`() async throws {
            let (row, _, _, seconds) = try await deliver(Samples.sale("quota")) { number, _ in
                number == 1
                    ? .reply(
                        429,
                        body: #"{"error":"Conversion rate limit exceeded","message":"Daily conversion limit exceeded","retry_after":2}"#)
                    : .reply(200, body: #"{"success":true,"conversion_id":"there-3","message":"Conversion tracked successfully"}"#)
            }
            #expect(row.text("state") == "delivered")
            #expect(row.text("remote_id") == "there-3")
            #expect(seconds >= 2)
        }

        @Test func `hostile values are encoded into a postback url once and never expanded`() async throws {
            var sample = Samples.sale("a b&c=%41{order_id}/ü", more: #","customParams":{"s1":"x#y?z+{amount}"}"#)
            sample.body.replace("click-a b&c=%41{order_id}/ü", with: "../{amount}%26&sum=1 ¤\\r\\nX: y")
            let (row, attempts, received, _) = try await deliver(sample) { _, _ in .reply(200, body: "OK") }
            #expect(row.text("state") == "delivered")
            #expect(
                received.map(\.uri) == [
                    "/pb/a%20b%26c%3D%2541%7Border_id%7D%2F%C3%BC?cid=..%2F%7Bamount%7D%2526%26sum%3D1%20%C2%A4%0D%0AX%3A%20y&sum=49.90"
                        + "&s1=x%23y%3Fz%2B%7Bamount%7D&fixed=a%20b"
                ])
            #expect(attempts.first?.text("request").hasPrefix("GET http://127.0.0.1:") == true)
        }
    }
}
