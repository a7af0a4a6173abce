import Mappings
import Rules
import Testing

@testable import Gateway

struct RSTrafficIntakeTests {
    private let secret = "s3cret-key"
    private let path = "/v1/event"
    private let event = #"{"amount":"50.00","clickid":"abc","currency":"USD","event":"ftd","status":"approved","timestamp":1717000000}"#
    private let invalid = Answer(401, #"{"status":"error","error":"invalid signature"}"#)

    private func bench(_ settings: [String: SettingValue] = [:]) throws -> IntakeBench {
        IntakeBench([try .sample("casino", "rs-traffic", ["secret": secret], settings: settings)])
    }

    private func ok(_ bench: IntakeBench, _ number: UInt64 = 1) -> Answer { Answer(200, #"{"status":"ok","id":"\#(bench.id(number))"}"#) }

    @Test func `the raw body signed in the header is accepted in either case`() async throws {
        for sign in [hmac(event, secret), hmac(event, secret).uppercased()] {
            let bench = try bench()
            #expect(await bench.send(.post(path, event, ["X-RS-Sign": sign])) == ok(bench))
        }
    }

    @Test func `sorted JSON signed inside the body is accepted, escaped as Python does or as UTF-8`() async throws {
        let ascii = #"{"amount":"50.00","clickid":"abc","currency":"USD","event":"ftd","reason":"\u00fc","status":"approved"}"#
        for text in [ascii, ascii.replacing(#"\u00fc"#, with: "ü")] {
            for sign in [hmac(text, secret), hmac(text, secret).uppercased()] {
                let bench = try bench()
                let sent =
                    #"{"sign":"\#(sign)","event":"ftd","status":"approved","clickid":"abc","amount":"50.00","reason":"ü","currency":"USD"}"#
                #expect(await bench.send(.post(path, sent)) == ok(bench))
            }
        }
    }

    @Test func `sorted parameters are accepted in a query, a form and for a JSON body`() async throws {
        let text = "amount=50.00&clickid=abc&currency=USD&event=ftd&status=approved"
        let sign = hmac(text, secret).uppercased()
        let query = "clickid=abc&event=ftd&status=approved&amount=50.00&currency=USD&sign=\(sign)"
        let get = try bench()
        #expect(await get.send(.get(path, query)) == ok(get))
        let form = try bench()
        #expect(await form.send(.post(path, query, type: "application/x-www-form-urlencoded")) == ok(form))
        let json = try bench()
        let body = #"{"clickid":"abc","event":"ftd","status":"approved","amount":"50.00","currency":"USD","sign":"\#(sign)"}"#
        #expect(await json.send(.post(path, body)) == ok(json))
    }

    @Test func `a missing, wrong or empty signature is a 401`() async throws {
        let bench = try bench()
        #expect(await bench.send(.post(path, event)) == invalid)
        #expect(await bench.send(.post(path, event, ["X-RS-Sign": ""])) == invalid)
        #expect(await bench.send(.post(path, event, ["X-RS-Sign": hmac(event, "other")])) == invalid)
        #expect(await bench.send(.post(path, event.replacing("50.00", with: "51.00"), ["X-RS-Sign": hmac(event, secret)])) == invalid)
        #expect(await bench.send(.get(path, "clickid=abc&event=ftd&status=approved")) == invalid)
    }

    @Test func `the reason of a refusal says what was tried, and neither the key nor a signature`() async throws {
        let bench = try bench()
        let wrong = hmac(event, "other")
        #expect(await bench.send(.post(path, event, ["X-RS-Sign": wrong])) == invalid)
        let reason = try #require(bench.store.refused.first).reason
        #expect(
            reason.hasPrefix(
                "the signature sent fits no source that is configured here; tried raw_body and as_sent and sorted_json of 108 bytes, "))
        #expect(reason.contains("sorted_params and as_sent of 84 bytes (at byte 0 'a' instead of '{')"))
        for hidden in [secret, wrong, hmac(event, secret)] { #expect(!reason.contains(hidden)) }
        #expect(await bench.send(.get(path, "clickid=abc&sign=12")) == invalid)
        #expect(bench.store.refused.last?.reason == "the signature sent is not the 64 hex digits of hmac-sha256")
    }

    @Test func `the source's setting says which forms count`() async throws {
        let bench = try bench(["signed": .list(["sorted_params"])])
        #expect(await bench.send(.post(path, event, ["X-RS-Sign": hmac(event, secret)])) == invalid)
    }

    @Test func `a body that cannot be read is a 400, unless the header's signature is wrong`() async throws {
        let bench = try bench()
        #expect(await bench.send(.post(path, "{")).status == 400)
        #expect(await bench.send(.post(path, "{", ["X-RS-Sign": "00"])).status == 401)
        #expect(await bench.send(.post(path, "{", ["X-RS-Sign": hmac("{", secret)])).status == 400)
        #expect(bench.store.refused.map(\.source) == [nil, nil, "casino"])
    }

    @Test func `X-RS-Source names the source, and only that one counts`() async throws {
        let bench = IntakeBench([
            try .sample("first", "rs-traffic", ["secret": secret], settings: ["partner": .text("partner_a")]),
            try .sample("second", "rs-traffic", ["secret": secret], settings: ["partner": .text("partner_b")]),
            try .sample("third", "rs-traffic", ["secret": "other"], settings: ["partner": .text("partner_c")]),
        ])
        // A signature counts once among sources with the same secret, so the second source's event is written otherwise.
        func send(_ name: String?) async -> Int {
            let event = name?.contains("second") ?? false || name == "partner_b" ? event : event + " "
            let sign = hmac(event, secret)
            return await bench.send(.post(path, event, ["X-RS-Sign": sign].merging(name.map { ["X-RS-Source": $0] } ?? [:]) { $1 })).status
        }
        #expect(await send("partner_b") == 200)
        #expect(await send("second") == 200)
        #expect(await send("partner_c") == 401)
        #expect(await send(nil) == 200)
        #expect(await send("unknown") == 200)
        #expect(bench.store.submissions.map(\.conversion.source) == ["second", "first"])
    }

    @Test func `without a timestamp the same event counts as new after ten minutes, if it is signed again`() async throws {
        let bench = try bench()
        let text = "amount=50.00&clickid=abc&currency=USD&event=ftd&status=approved"
        let request = WireRequest.get(path, text + "&sign=" + hmac(text, secret))
        let json = #"{"amount":"50.00","clickid":"abc","currency":"USD","event":"ftd","status":"approved"}"#
        let again = WireRequest.post(path, json, ["X-RS-Sign": hmac(json, secret)])
        #expect(await bench.send(request).body.contains(#""ok""#))
        bench.time.pass(.seconds(599))
        for request in [request, again] {
            #expect(await bench.send(request) == Answer(200, #"{"status":"duplicate","id":"\#(bench.id(1))"}"#))
        }
        bench.time.pass(.seconds(1))
        #expect(await bench.send(request) == Answer(200, #"{"status":"duplicate","id":"\#(bench.id(1))"}"#))
        #expect(await bench.send(again).body.contains(#""ok""#))
    }

    @Test func `the signature stays in what is kept, the secret does not`() async throws {
        let bench = try bench()
        let sign = hmac(event, secret)
        _ = await bench.send(.post(path, event, ["X-RS-Sign": sign, "X-Debug": "key is s3cret-key", "Cookie": "a=b"]))
        let request = try #require(bench.store.submissions.first).request
        #expect(
            request.headers.map { "\($0.name): \($0.value)" } == [
                "X-Debug: key is ***", "X-RS-Sign: \(sign)", "Content-Type: application/json",
            ])
    }
}
