import Mappings
import Rules
import Testing

@testable import Gateway

/// Two secrets are good while a sender changes from one to the other, and neither is ever kept.
struct RotationTests {
    @Test func `either secret proves a request, and no third`() async throws {
        let bench = IntakeBench([
            try .sample("one", "trcker", ["postback_secret": "new-secret-1"], retiring: ["postback_secret": "old-secret-1"])
        ])
        func send(_ secret: String) async -> Int {
            await bench.send(.get("/api/postback/b/o", "secret=\(secret)&click_id=c&note=new-secret-1+old-secret-1")).status
        }
        #expect(await send("new-secret-1") == 200)
        #expect(await send("old-secret-1") == 200)
        #expect(await send("old-secret-2") == 401)
        #expect(await send("") == 401)
        for submission in bench.store.submissions {
            #expect(submission.request.target == "/api/postback/b/o?secret=***&click_id=c&note=***+***")
            #expect(!String(decoding: submission.conversion.document, as: UTF8.self).contains("-secret-"))
        }
        #expect(bench.store.refused.allSatisfy { !$0.request.target.contains("-secret-1") })
    }

    @Test func `either key signs`() async throws {
        let bench = IntakeBench([try .sample("casino", "rs-traffic", ["secret": "new-key"], retiring: ["secret": "old-key"])])
        let event = "clickid=c&event=lead&status=approved"
        for (key, status) in [("new-key", 200), ("old-key", 200), ("other-key", 401)] {
            #expect(await bench.send(.get("/v1/event", "\(event)&sign=\(hmac(event, key))")).status == status)
        }
    }

    @Test func `of two credentials each may be the new or the old one`() async throws {
        let bench = IntakeBench([
            try .sample(
                "store", "refersion", ["public_key": "pub-2", "secret_key": "sec-2"],
                retiring: ["public_key": "pub-1", "secret_key": "sec-1"])
        ])
        let order = #"{"cart_id":"c","order_id":"o-1","currency_code":"USD","items":[{"price":5.50,"quantity":2}]}"#
        func send(_ publicKey: String, _ secretKey: String) async -> Int {
            await bench.send(
                .post("/tracker/orders/paid", order, ["Refersion-Public-Key": publicKey, "Refersion-Secret-Key": secretKey])
            ).status
        }
        for (publicKey, secretKey) in [("pub-1", "sec-1"), ("pub-2", "sec-2"), ("pub-2", "sec-1")] {
            #expect(await send(publicKey, secretKey) == 200)
        }
        #expect(await send("pub-3", "sec-2") == 401)
        #expect(await send("pub-2", "pub-2") == 401)
    }

    @Test func `uses of the second secret are counted and reported once a minute`() {
        let counters = SenderCounters()
        let start = Timestamp(seconds: 1000)
        #expect(counters.usedSecondSecret(at: start) == 1)
        #expect(counters.usedSecondSecret(at: start) == nil)
        #expect(counters.usedSecondSecret(at: start.advanced(by: .seconds(59))) == nil)
        #expect(counters.usedSecondSecret(at: start.advanced(by: .seconds(60))) == 3)
        #expect(counters.usedSecondSecret(at: start) == 1)
    }

    @Test func `sources that share any secret cannot be distinguished`() throws {
        let one = try SourceConfiguration.sample("one", "trcker", ["postback_secret": "b"], retiring: ["postback_secret": "a"])
        #expect(one.isTwin(of: try .sample("two", "trcker", ["postback_secret": "a"])))
        #expect(!one.isTwin(of: try .sample("two", "trcker", ["postback_secret": "c"])))
        #expect(!one.isTwin(of: try .sample("two", "trcker", ["postback_secret": nil])))
    }
}
