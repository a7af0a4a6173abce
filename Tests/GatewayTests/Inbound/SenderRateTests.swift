import Mappings
import Rules
import Testing

@testable import Gateway

/// Senders that send too much are refused in their own dialect, and cost the others nothing.
struct SenderRateTests {
    private let rates = SenderRates(source: Rate(permits: 2, interval: .seconds(1)))

    @Test func `one too many is a 429 with Retry-After, and is kept but not stored`() async throws {
        let bench = IntakeBench([try .sample("one", "refcampaign", ["api_key": "rc_1"], rates: rates)])
        func sale(_ id: Int) -> WireRequest {
            .post(
                "/api/v1/conversions/postback",
                #"{"externalId":"o-\#(id)","conversionType":"SALE","amount":100,"currency":"EUR","clickId":"c"}"#,
                ["Authorization": "Bearer rc_1"])
        }
        for id in 1...2 { #expect(await bench.send(sale(id)).status == 200) }
        #expect(
            await bench.send(sale(3))
                == Answer(
                    429,
                    #"{"success":false,"error":{"code":"RATE_LIMIT_EXCEEDED","message":"this source may send 2/s, which is used up; try again in 1s"}}"#,
                    headers: ["Retry-After": "1"]))
        #expect(bench.store.submissions.count == 2)
        #expect(bench.store.refused.map(\.code) == ["rate_limited"])
        #expect(bench.store.refused.map(\.source) == ["one"])
        bench.time.pass(.seconds(2))
        #expect(await bench.send(sale(3)).status == 200)
        #expect(bench.store.submissions.count == 3)
    }

    @Test func `each tracker's dialect has its own words for it`() async throws {
        let one = SenderRates(source: Rate(permits: 1, interval: .seconds(3600)))
        let bench = IntakeBench([
            try .sample("saas", "refvenue", ["publishable_key": "pk_1"], rates: one),
            try .sample("net", "trcker", ["postback_secret": "s-1"], rates: one),
            try .sample("open", "trcker", ["postback_secret": nil], settings: ["brand": .text("legacy")], rates: one),
            try .sample("casino", "rs-traffic", ["secret": "k-1"], rates: one),
        ])
        let venue = WireRequest.post(
            "/v1/track-conversion",
            #"{"program_id":"p","coupon_code":"C","publishable_key":"pk_1","conversion_type":"signup"}"#)
        let event = "clickid=c&event=lead&status=approved"
        let traffic = WireRequest.get("/v1/event", "\(event)&sign=\(hmac("clickid=c&event=lead&status=approved", "k-1"))")
        let trcker = WireRequest.get("/api/postback/b/o", "secret=s-1&click_id=c")
        let open = WireRequest.get("/open/api/postback/legacy/o", "click_id=c")
        for request in [venue, trcker, traffic, open] { #expect(await bench.send(request).status == 200) }
        let retry = ["Retry-After": "3600"]
        #expect(
            await bench.send(venue)
                == Answer(
                    429,
                    #"{"error":"Conversion rate limit exceeded","message":"Daily conversion limit exceeded","retry_after":3600}"#,
                    headers: retry))
        let sentence = "this source may send 1/h, which is used up; try again in 1h"
        #expect(await bench.send(trcker) == Answer(429, #"{"error":"\#(sentence)"}"#, headers: retry))
        #expect(await bench.send(open) == Answer(429, #"{"error":"\#(sentence)"}"#, headers: retry))
        #expect(await bench.send(traffic) == Answer(429, #"{"status":"error","error":"\#(sentence)"}"#, headers: retry))
    }

    @Test func `strangers and addresses that are not let in use up nothing`() async throws {
        let bench = IntakeBench([
            try .sample("one", "trcker", ["postback_secret": "s-1"], allowIPs: ["203.0.113.1"], rates: rates)
        ])
        let right = WireRequest.get("/api/postback/b/o", "secret=s-1&click_id=c")
        for _ in 0..<9 {
            #expect(await bench.send(.get("/api/postback/b/o", "secret=x&click_id=c"), from: "203.0.113.1").status == 401)
            #expect(await bench.send(right, from: "203.0.113.2").status == 403)
        }
        #expect(await bench.send(right, from: "203.0.113.1").status == 200)
        #expect(await bench.send(.get("/api/postback/b/o", "secret=s-1"), from: "203.0.113.1").status == 400)
        #expect(await bench.send(right, from: "203.0.113.1").status == 429)
    }

    @Test func `each secret counts by itself, and all of them together`() async throws {
        let rates = SenderRates(
            source: Rate(permits: 3, interval: .seconds(60)), credential: Rate(permits: 2, interval: .seconds(60)))
        let bench = IntakeBench([
            try .sample("one", "trcker", ["postback_secret": "new-1"], retiring: ["postback_secret": "old-1"], rates: rates)
        ])
        func send(_ secret: String) async -> Answer { await bench.send(.get("/api/postback/b/o", "secret=\(secret)&click_id=c")) }
        for _ in 0..<2 { #expect(await send("old-1").status == 200) }
        #expect(await send("old-1").body == #"{"error":"this credential may send 2/m, which is used up; try again in 1m"}"#)
        #expect(await send("new-1").status == 200)
        #expect(await send("new-1").body == #"{"error":"this source may send 3/m, which is used up; try again in 1m"}"#)
    }

    @Test func `a flood of them does not fill the keep of refused requests`() async throws {
        let bench = IntakeBench([
            try .sample("one", "trcker", ["postback_secret": "s-1"], rates: SenderRates(source: Rate(permits: 1, interval: .seconds(3600))))
        ])
        for _ in 0..<1000 { _ = await bench.send(.get("/api/postback/b/o", "secret=s-1&click_id=c")) }
        #expect(bench.store.submissions.count == 1)
        #expect(bench.store.refused.count == 100)
    }
}
