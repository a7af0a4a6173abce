import Mappings
import Rules
import Testing

@testable import Gateway

struct TrckerIntakeTests {
    private let path = "/api/postback/shop/offer-1"

    private func bench(_ settings: [String: SettingValue] = [:]) throws -> IntakeBench {
        IntakeBench([try .sample("one", "trcker", ["postback_secret": "hush-hush"], settings: settings)])
    }

    @Test func `a postback is stored and answered as documented, a repeat too`() async throws {
        let bench = try bench()
        let request = WireRequest.get(path, "secret=hush-hush&click_id=c-1&amount=49.99&txn_id=order-1")
        #expect(await bench.send(request) == Answer(200, #"{"data":{"status":"ok","conversionId":"\#(bench.id(1))"}}"#))
        #expect(await bench.send(request) == Answer(200, #"{"data":{"status":"duplicate"}}"#))
        #expect(bench.store.submissions.first?.conversion.amount == "49.99")
    }

    @Test func `without txn_id every postback is new`() async throws {
        let bench = try bench()
        for _ in 0..<2 { #expect(await bench.send(.get(path, "secret=hush-hush&click_id=c-1")).body.contains(#""ok""#)) }
        #expect(bench.store.submissions.count == 2)
    }

    @Test func `the header wins over the query, even if it is wrong`() async throws {
        let bench = try bench()
        let refused = Answer(401, #"{"error":"invalid postback secret"}"#)
        #expect(await bench.send(.get(path, "click_id=c", ["X-Postback-Secret": "hush-hush"])).status == 200)
        #expect(await bench.send(.get(path, "secret=wrong&click_id=c", ["X-Postback-Secret": "hush-hush"])).status == 200)
        #expect(await bench.send(.get(path, "secret=hush-hush&click_id=c", ["X-Postback-Secret": "wrong"])) == refused)
        #expect(await bench.send(.get(path, "secret=hush-hush&click_id=c", ["X-Postback-Secret": ""])) == refused)
        #expect(await bench.send(.get(path, "secret=&click_id=c")) == refused)
        #expect(await bench.send(.get(path, "secret=wrong&click_id=c")) == refused)
        #expect(await bench.send(.get(path, "click_id=c")) == refused)
    }

    @Test func `a secret that was sent twice is judged by the first, and the postback refused`() async throws {
        let bench = try bench()
        #expect(await bench.send(.get(path, "secret=hush-hush&secret=other&click_id=c")).status == 400)
        #expect(await bench.send(.get(path, "secret=other&secret=hush-hush&click_id=c")).status == 401)
        #expect(await bench.send(.get(path, "click_id=a&click_id=b&secret=hush-hush")).status == 400)
        #expect(bench.store.refused.map(\.source) == ["one", nil, "one"])
        #expect(
            bench.store.refused.map(\.request.target) == [
                "\(path)?secret=***&secret=***&click_id=c", "\(path)?secret=***&secret=***&click_id=c",
                "\(path)?click_id=a&click_id=b&secret=***",
            ])
    }

    @Test func `a source that names its offer answers for that offer alone`() async throws {
        let bench = try bench(["brand": .text("shop"), "offer": .text("offer-1")])
        #expect(await bench.send(.get(path, "secret=hush-hush&click_id=c")).status == 200)
        let (wrong, other) = (
            await bench.send(.get(path, "secret=wrong&click_id=c")),
            await bench.send(.get("/api/postback/shop/offer-2", "secret=hush-hush&click_id=c"))
        )
        // Strangers learn nothing; the operator does.
        #expect(other.status == 401 && other.body == wrong.body)
        #expect(
            bench.store.refused.map(\.reason) == [
                "the postback_secret sent fits no source that is configured here",
                "the postback_secret sent fits no source that is configured here; the secret is that of source 'one', which takes offer 'offer-1' only, and offer 'offer-2' was asked for: correct the URL, or the source's 'settings'",
            ])
        #expect(await bench.send(.get("/one" + path, "secret=hush-hush&click_id=c")).status == 200)
        // No source is called so: the segment counts as one that a proxy put in front.
        #expect(await bench.send(.get("/two" + path, "secret=hush-hush&click_id=c")).status == 200)
        #expect(await bench.send(.get("/two" + path, "secret=wrong&click_id=c")).status == 401)
    }

    @Test func `offers are distinguished by path before secrets are checked`() async throws {
        let bench = IntakeBench([
            try .sample("a", "trcker", ["postback_secret": "same"], settings: ["brand": .text("x"), "offer": .text("1")]),
            try .sample("b", "trcker", ["postback_secret": "same"], settings: ["brand": .text("x"), "offer": .text("2")]),
        ])
        #expect(await bench.send(.get("/api/postback/x/2", "secret=same&click_id=c")).status == 200)
        #expect(await bench.send(.get("/api/postback/x/1", "secret=same&click_id=c")).status == 200)
        #expect(bench.store.submissions.map(\.conversion.source) == ["b", "a"])
    }

    @Test func `a legacy offer without a secret accepts anyone, but a sender that knows a secret comes first`() async throws {
        let bench = IntakeBench([
            try .sample("legacy", "trcker", ["postback_secret": nil]), try .sample("new", "trcker", ["postback_secret": "hush-hush"]),
        ])
        #expect(await bench.send(.get(path, "click_id=c")).status == 200)
        #expect(await bench.send(.get(path, "secret=&click_id=c")).status == 200)
        #expect(await bench.send(.get(path, "secret=whatever&click_id=c")) == Answer(401, #"{"error":"invalid postback secret"}"#))
        #expect(await bench.send(.get(path, "secret=hush-hush&click_id=c")).status == 200)
        #expect(bench.store.submissions.map(\.conversion.source) == ["legacy", "legacy", "new"])
        #expect(await bench.send(.get(path, "txn_id=1")).status == 400)
        #expect(bench.store.refused.map(\.source) == [nil, nil])
        #expect(
            bench.store.refused.first?.reason
                == "the postback_secret sent fits no source that is configured here; a source with 'null' takes requests without one only: set the "
                + "value that is sent under 'credentials:', or send none")
    }

    @Test(arguments: ["{click_id}", "%7Bclick_id%7D", "[CLICKID]", "%23reqid%23", "null", "undefined"])
    func `a macro that nobody filled in is no click id`(macro: String) async throws {
        let bench = try bench()
        let answer = await bench.send(.get(path, "secret=hush-hush&click_id=\(macro)"))
        #expect(answer.status == 400)
        #expect(bench.store.refused.map(\.code) == ["missing_field"])
    }

    @Test(arguments: ["\u{A4}cy=EUR", "%C2%A4cy=EUR", "%A4cy=EUR"])
    func `a mangled currency is repaired with a warning`(mangled: String) async throws {
        let bench = try bench()
        #expect(await bench.send(.get(path, "secret=hush-hush&click_id=c&amount=5\(mangled)")).status == 200)
        let stored = try #require(bench.store.submissions.first).conversion
        #expect(stored.currency == "EUR")
        #expect(stored.amount == "5.00")
        #expect(String(decoding: stored.document, as: UTF8.self).contains("warnings"))
    }

    @Test func `an address that is not on the list is a 403, after the secret`() async throws {
        let source = try SourceConfiguration.sample("one", "trcker", ["postback_secret": "hush-hush"], allowIPs: ["203.0.113.0/24"])
        let request = WireRequest.get(path, "secret=hush-hush&click_id=c", ["X-Forwarded-For": "203.0.113.9"])
        let direct = IntakeBench([source])
        #expect(await direct.send(request, from: "203.0.113.9").status == 200)
        #expect(
            await direct.send(request, from: "10.0.0.1")
                == Answer(403, #"{"error":"requests from 10.0.0.1 are not allowed; add the address to 'allow_ips'"}"#))
        #expect(await direct.send(.get(path, "secret=x&click_id=c"), from: "10.0.0.1").status == 401)
        #expect(direct.store.refused.map(\.source) == ["one", nil])

        let proxied = IntakeBench([source], trustedProxies: [try IPNetwork(parsing: "10.0.0.0/8")])
        #expect(await proxied.send(request, from: "10.0.0.1").status == 200)
        #expect(await proxied.send(request, from: "192.0.2.1").status == 403)
        #expect(await proxied.send(.get(path, "secret=hush-hush&click_id=c"), from: "10.0.0.1").status == 403)
        #expect(proxied.store.submissions.map(\.request.peer) == ["203.0.113.9"])
    }

    @Test func `sources with one secret are distinguished by address`() async throws {
        let bench = IntakeBench([
            try .sample("a", "trcker", ["postback_secret": "same"], allowIPs: ["203.0.113.1"]),
            try .sample("b", "trcker", ["postback_secret": "same"], allowIPs: ["203.0.113.2"]),
        ])
        #expect(await bench.send(.get(path, "secret=same&click_id=c"), from: "203.0.113.2").status == 200)
        #expect(bench.store.submissions.map(\.conversion.source) == ["b"])
        #expect(await bench.send(.get(path, "secret=same&click_id=c"), from: "203.0.113.3").status == 403)
    }

    @Test func `trackers that share a path are distinguished by their credentials`() async throws {
        var other = try SourceConfiguration.sample("two", "trcker", ["postback_secret": "hush-two"])
        other.mapping.name = "other"
        let bench = IntakeBench([try .sample("one", "trcker", ["postback_secret": "hush-hush"]), other])
        #expect(await bench.send(.get(path, "secret=hush-two&click_id=c")).status == 200)
        #expect(await bench.send(.get("/two" + path, "secret=hush-hush&click_id=c")).status == 401)
        #expect(await bench.send(.get(path, "secret=wrong&click_id=c")).status == 401)
        #expect(bench.store.submissions.map(\.conversion.tracker) == ["other"])
        // The name in the path shows nobody which of them has it.
        #expect(bench.store.refused.map(\.tracker) == ["trcker", "trcker"])
    }

    @Test func `another method is a 405 that names the right one, another path a 404`() async throws {
        let bench = try bench()
        for method in ["POST", "HEAD", "OPTIONS", "PUT"] {
            let answer = await bench.send(WireRequest(method: method, path: path))
            #expect(answer == Answer(405, #"{"error":"method '\#(method)' is not answered here; send GET"}"#, headers: ["Allow": "GET"]))
        }
        #expect(await bench.send(.get("/nowhere")) == Answer(404, #"{"error":"nothing answers at '/nowhere'"}"#))
        #expect(await bench.send(.get("/v1/event")).status == 404)
        #expect(bench.store.refused.map(\.status) == [405, 405, 405, 405, 404, 404])
        #expect(bench.store.refused.allSatisfy { $0.tracker == nil && $0.source == nil })
    }
}
