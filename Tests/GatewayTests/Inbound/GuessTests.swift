import Mappings
import Rules
import Testing

@testable import Gateway

/// Strangers and senders who guess: names, keys, and the secrets of others.
struct GuessTests {
    private let path = "/api/v1/conversions/postback"

    private func order(_ id: String, _ more: String = "") -> String {
        #"{"externalId":"\#(id)","conversionType":"SALE","amount":4990,"currency":"EUR","sessionId":"s"\#(more)}"#
    }

    private func bearer(_ key: String) -> [String: String] { ["Authorization": "Bearer \(key)"] }

    private func bench(_ settings: Intake.Settings = Intake.Settings()) throws -> IntakeBench {
        IntakeBench(
            [
                try .sample("shop", "refcampaign", ["api_key": "key-of-shop-000001"]),
                try .sample("mall", "refcampaign", ["api_key": "key-of-mall-000002"]),
                try .sample(
                    "network", "trcker", ["postback_secret": "key-of-network-03"], settings: ["brand": .text("b"), "offer": .text("o")]),
                try .sample("casino", "rs-traffic", ["secret": "key-of-casino-0004"], settings: ["partner": .text("p")]),
            ], settings: settings)
    }

    // MARK: Names

    @Test func `a name that no source has is answered as one with a wrong secret`() async throws {
        var settings = Intake.Settings()
        settings.wrongKeys = nil
        let bench = try bench(settings)
        var number: UInt64 = 0
        func answer(_ request: WireRequest) async -> Answer {
            number += 1
            var answer = await bench.send(request)
            answer.body = answer.body.replacing(bench.id(number), with: "ID")
            return answer
        }
        func answers(_ known: WireRequest, _ unknown: WireRequest, _ title: Comment) async {
            let (one, other) = (await answer(known), await answer(unknown))
            #expect(one == other, title)
            #expect([401, 405].contains(one.status), title)
        }
        for headers in [bearer("wrong"), [:]] {
            await answers(.post("/mall" + path, order("o"), headers), .post("/nobody" + path, order("o"), headers), "a path with its name")
            await answers(.get("/mall/api/v1/conversions", "", headers), .get("/nobody/api/v1/conversions", "", headers), "its list")
            await answers(.get("/mall" + path, "", headers), .get("/nobody" + path, "", headers), "another method")
            await answers(.post("/mall" + path, "{", headers), .post("/nobody" + path, "{", headers), "a broken body")
            await answers(.post("/network" + path, order("o"), headers), .post("/nobody" + path, order("o"), headers), "another tracker's")
        }
        await answers(
            .get("/api/postback/b/o", "secret=wrong&click_id=c"), .get("/api/postback/b/other", "secret=wrong&click_id=c"), "an offer")
        await answers(
            .get("/network/api/postback/b/o", "click_id=c"), .get("/nobody/api/postback/x/y", "click_id=c"), "an offer below a name")
        let event = "clickid=c&event=lead&status=approved&sign=\(hmac("x", "wrong"))"
        await answers(.get("/casino/v1/event", event), .get("/nobody/v1/event", event), "a signed request")
        await answers(
            .get("/v1/event", event, ["X-RS-Source": "p"]), .get("/v1/event", event, ["X-RS-Source": "nobody"]), "the header's name")
        #expect(bench.store.submissions.isEmpty)
    }

    @Test func `what is not below a tracker's path is still nowhere`() async throws {
        let bench = try bench()
        for path in [
            "/nobody", "/v1/event/x", "/api/v1/conversions", "/a/b/c/d/e/f/g/h/i\(self.path)",
            "/\(String(repeating: "/", count: 3000))\(self.path)",
        ] {
            #expect(await bench.send(.post(path, "{}")).status == (path == "/api/v1/conversions" ? 405 : 404), "\(path)")
        }
    }

    @Test func `doubled slashes and segments in front of a path are tolerated with a warning, and prove nothing`() async throws {
        let bench = try bench()
        for (number, base) in ["/", "/gateway", "/a/b", "//a//shop", "/shop/", "/api/v1/conversions/postback"].enumerated() {
            #expect(await bench.send(.post(base + path, order("o-\(number)"), bearer("wrong"))).status == 401, "\(base)")
            #expect(await bench.send(.post(base + path, order("o-\(number)"), bearer("key-of-shop-000001"))).status == 200, "\(base)")
            let stored = try Conversion(document: #require(bench.store.submissions.last).conversion.document)
            let rest = base.hasSuffix("shop") || base.hasSuffix("shop/") ? "/shop" + path : path
            #expect(stored.warnings == ["the request came to '\(base + path)', which was taken for '\(rest)': send to that"])
        }
        #expect(await bench.send(.post("/mall/" + path, order("o-9"), bearer("key-of-shop-000001"))).status == 401)
        #expect(await bench.send(.post("/shop" + path, order("o-10"), bearer("key-of-shop-000001"))).status == 200)
        #expect(try Conversion(document: #require(bench.store.submissions.last).conversion.document).warnings == [])
    }

    // MARK: Keys

    @Test func `wrong keys are sent back after twenty in a minute, and right ones pass`() async throws {
        let bench = try bench()
        let wrong = WireRequest.post(path, order("o"), bearer("wrong"))
        for _ in 0..<20 { #expect(await bench.send(wrong).status == 401) }
        let sent = await bench.send(wrong)
        #expect(sent.status == 429)
        #expect(sent.headers["Retry-After"] == "60")
        #expect(
            sent.body.contains(#""code":"RATE_LIMIT_EXCEEDED","message":"requests from this address had wrong credentials too often"#),
            "\(sent)")
        #expect(bench.store.refused.count == 20)
        #expect(await bench.send(.post(path, order("o-1"), bearer("key-of-shop-000001"))).status == 200)
        #expect(await bench.send(wrong, from: "198.51.100.8").status == 401)
        bench.time.pass(.seconds(61))
        #expect(await bench.send(wrong).status == 401)
    }

    @Test func `a request that is unreadable up to its key is answered each time, and kept twenty times in a minute`() async throws {
        let bench = IntakeBench([try .sample("shop", "refvenue", ["publishable_key": "key-of-shop-000001"])])
        let broken = WireRequest.post("/v1/track-conversion", "{")
        let packed = WireRequest.post("/v1/track-conversion", "{}", ["Content-Encoding": "gzip"])
        for _ in 0..<15 {
            #expect(await bench.send(broken).status == 400)
            #expect(await bench.send(packed).status == 415)
        }
        #expect(bench.store.refused.count == 20)
        #expect(await bench.send(broken, from: "198.51.100.8").status == 400)
        #expect(bench.store.refused.count == 21)
        // Wrong keys have a count of their own.
        #expect(await bench.send(.post("/v1/track-conversion", #"{"publishable_key":"wrong"}"#)).status == 401)
        bench.time.pass(.seconds(61))
        #expect(await bench.send(broken).status == 400)
        #expect(bench.store.refused.count == 23)
    }

    @Test func `after that a large request is not even judged, and a small one is`() async throws {
        let bench = try bench()
        let text = "clickid=c&event=lead&note=\(String(repeating: "n", count: StrangerPace.judged))&status=approved"
        let large = WireRequest.get("/v1/event", "\(text)&sign=\(hmac(text, "key-of-casino-0004"))")
        for _ in 0..<21 { _ = await bench.send(.get("/v1/event", "clickid=c&sign=\(hmac("x", "wrong"))")) }
        #expect(await bench.send(large).status == 429)
        let small = "clickid=d&event=lead&status=approved"
        #expect(await bench.send(.get("/v1/event", "\(small)&sign=\(hmac(small, "key-of-casino-0004"))")).status == 200)
        bench.time.pass(.seconds(61))
        #expect(await bench.send(large).status == 200)
    }

    @Test func `without a limit every wrong key is a 401`() async throws {
        var settings = Intake.Settings()
        settings.wrongKeys = nil
        let bench = IntakeBench([try .sample("shop", "refcampaign", ["api_key": "key-of-shop-000001"])], settings: settings)
        for _ in 0..<50 { #expect(await bench.send(.post(path, order("o"), bearer("wrong"))).status == 401) }
    }

    // MARK: The secrets of others

    @Test func `a sender's list shows a right guess of another's secret as it shows a wrong one`() async throws {
        let bench = try bench()
        let mine = bearer("key-of-shop-000001")
        for guess in ["key-of-mall-000002", "key-of-casino-0004", "key-of-mall-000003"] {
            #expect(await bench.send(.post(path, order(guess, #","metadata":{"note":"\#(guess)"}"#), mine)).status == 200)
        }
        let list = await bench.send(.get("/api/v1/conversions", "", mine)).body
        for guess in ["key-of-mall-000002", "key-of-casino-0004", "key-of-mall-000003"] {
            #expect(list.contains(#""externalId":"\#(guess)""#))
        }
        #expect(!list.contains("***"))
        // What is not given back to senders is without the secrets of others, and the raw request is, too.
        let stored = bench.store.submissions.map { String(decoding: $0.conversion.document, as: UTF8.self) }
        #expect(stored.count { $0.contains(#""note":"***""#) } == 2)
        #expect(bench.store.submissions.allSatisfy { !String(decoding: $0.request.body, as: UTF8.self).contains("-of-casino") })
    }

    @Test func `a sender's own secret is blotted out everywhere`() async throws {
        let bench = try bench()
        let own = "key-of-shop-000001"
        #expect(await bench.send(.post(path, order(own, #","metadata":{"note":"\#(own)"}"#), bearer(own))).status == 200)
        let stored = try #require(bench.store.submissions.first)
        #expect(!String(decoding: stored.conversion.document, as: UTF8.self).contains(own))
        #expect(stored.conversion.orderID == "***")
    }

    @Test func `what counts as the same does not depend on the secrets of others`() async throws {
        var shop = try SourceConfiguration.sample("shop", "refcampaign", ["api_key": "key-of-shop-000001"])
        shop.repeats = .new
        let bench = IntakeBench([shop, try .sample("mall", "refcampaign", ["api_key": "key-of-mall-000002"])])
        for note in ["***", "key-of-mall-000002", "key-of-mall-000003"] {
            let request = WireRequest.post(path, order("o", #","metadata":{"note":"\#(note)"}"#), bearer("key-of-shop-000001"))
            #expect(await bench.send(request).status == 200)
        }
        #expect(bench.store.submissions.count == 3)
    }
}
