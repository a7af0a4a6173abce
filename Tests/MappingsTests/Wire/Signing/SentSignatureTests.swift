import Testing

@testable import Mappings

/// What a sender signed is what it sent, spelled as its own serialiser spells it.
struct SentSignatureTests {
    private static let key = "your_secret_key"

    private static func sign(_ text: String) throws -> String {
        try Signer(#require(Samples.mapping("rs-traffic").signature), secret: key, forms: []).sign(Array(text.utf8))
    }

    private static func received(_ request: WireRequest) throws -> (isRight: Bool, signature: ReceivedSignature) {
        let mapping = try Samples.mapping("rs-traffic")
        let signature = try ReceivedSignature(of: mapping.parse(request), by: #require(mapping.signature))
        return (try Signer(#require(mapping.signature), secret: key, forms: []).verifies(signature), signature)
    }

    private static func verifies(_ request: WireRequest) throws -> Bool { try received(request).isRight }

    private static func json(_ body: String, query: String = "", headers: [(String, String)] = []) -> WireRequest {
        WireRequest(
            method: "POST", path: "/v1/event", query: query, headers: [("Content-Type", "application/json")] + headers,
            body: Array(body.utf8))
    }

    private static func form(_ body: String) -> WireRequest {
        WireRequest(
            method: "POST", path: "/v1/event", headers: [("Content-Type", "application/x-www-form-urlencoded")], body: Array(body.utf8))
    }

    private static func get(_ query: String) -> WireRequest { WireRequest(method: "GET", path: "/v1/event", query: query) }

    // MARK: JSON, its own bytes

    @Test(arguments: [
        // In front, between, behind, and among blanks; SIGN is put in.
        (
            #"{"clickid":"c-1","event":"lead","status":"approved","sub_id_1":"a\u0026b","timestamp":1717000000}"#,
            #"{"clickid":"c-1","event":"lead","sign":"SIGN","status":"approved","sub_id_1":"a\u0026b","timestamp":1717000000}"#
        ),
        (
            #"{"event":"lead","clickid":"c\/1","status":"approved"}"#,
            #"{"sign":"SIGN","event":"lead","clickid":"c\/1","status":"approved"}"#
        ),
        (
            #"{"event":"lead","clickid":"c\/1","status":"approved"}"#,
            #"{"event":"lead","clickid":"c\/1","status":"approved","sign":"SIGN"}"#
        ),
        (
            #"{"event":"lead","clickid":"c\/1","status":"approved"}"#,
            #"{"sign":"SIGN", "event":"lead","clickid":"c\/1","status":"approved"}"#
        ),
        (
            #"{"event": "lead", "clickid": "c", "status": "approved"}"#,
            #"{"event": "lead", "sign": "SIGN", "clickid": "c", "status": "approved"}"#
        ),
        (
            #"{"event": "lead", "clickid": "c", "status": "approved"}"#,
            #"{"event": "lead", "clickid": "c", "status": "approved", "sign": "SIGN"}"#
        ),
        (
            "{\n  \"event\": \"lead\",\n  \"clickid\": \"é\",\n  \"status\": \"approved\"\n}",
            "{\n  \"event\": \"lead\",\n  \"clickid\": \"é\",\n  \"status\": \"approved\",\n  \"sign\": \"SIGN\"\n}"
        ),
        (
            "{\n  \"event\": \"lead\",\n  \"clickid\": \"é\",\n  \"status\": \"approved\"\n}",
            "{\n  \"sign\": \"SIGN\",\n  \"event\": \"lead\",\n  \"clickid\": \"é\",\n  \"status\": \"approved\"\n}"
        ),
        ("{\n \"event\": \"lead\"\n}", "{\n \"event\": \"lead\"\n,\"sign\":\"SIGN\"}"),
    ])
    func `a JSON body verifies as it was sent, with the signature cut out wherever it is`(text: String, body: String) throws {
        #expect(try Self.verifies(Self.json(body.replacing("SIGN", with: Self.sign(text)))))
    }

    @Test(arguments: [
        #"{"clickid": "c-1", "event": "lead", "status": "approved", "timestamp": 1717000000}"#,
        #"{"clickid":"c-1","event":"lead","status":"approved","timestamp":1717000000}"#,
        #"{"status": "approved", "event": "lead", "timestamp": 1717000000, "clickid": "c-1"}"#,
        #"{"status":"approved","event":"lead","timestamp":1717000000,"clickid":"c-1"}"#,
    ])
    func `members verify sorted and in the order sent, compact and with spaces`(text: String) throws {
        let sign = try Self.sign(text)
        for body in [
            #"{"status":"approved","event":"lead","timestamp":1717000000,"clickid":"c-1","sign":"SIGN"}"#,
            #"{"status": "approved", "event": "lead", "timestamp": 1717000000, "clickid": "c-1", "sign": "SIGN"}"#,
        ] { #expect(try Self.verifies(Self.json(body.replacing("SIGN", with: sign)))) }
        let bare = Self.json(#"{"status" :"approved","event":"lead","timestamp":1717000000,"clickid":"c-1"}"#, query: "sign=" + sign)
        #expect(try Self.verifies(bare))
    }

    @Test(arguments: [
        // Python sorts objects within, PHP only the outermost.
        #"{"a":{"x":[1,{"k":2,"l":3}],"y":1},"clickid":"c"}"#, #"{"a":{"y":1,"x":[1,{"l":3,"k":2}]},"clickid":"c"}"#,
        #"{"a": {"x": [1, {"k": 2, "l": 3}], "y": 1}, "clickid": "c"}"#, #"{"clickid":"c","a":{"y":1,"x":[1,{"l":3,"k":2}]}}"#,
    ])
    func `objects within verify sorted and as they are`(text: String) throws {
        #expect(
            try Self.verifies(
                Self.json(#"{"clickid":"c","a":{"y":1,"x":[1,{"l":3,"k":2}]},"sign":"SIGN"}"#.replacing("SIGN", with: Self.sign(text)))))
    }

    @Test(arguments: [
        #"{"clickid":"a\/b&é","event":"lead"}"#, #"{"clickid":"a\/b&\u00e9","event":"lead"}"#, #"{"clickid":"a/b\u0026é","event":"lead"}"#,
        #"{"clickid":"a/b&é","event":"lead"}"#, #"{"clickid":"a/b&\u00e9","event":"lead"}"#, #"{"clickid": "a/b&\u00e9", "event": "lead"}"#,
        #"{"event":"lead","clickid":"a\/b&\u00e9"}"#, #"{"event": "lead", "clickid": "a/b&é"}"#,
    ])
    func `another serialiser than the one that sent may have signed`(text: String) throws {
        let sign = try Self.sign(text)
        for value in [#"a/b&é"#, #"a\/b\u0026\u00E9"#, #"\u0061\/b&\u00e9"#] {
            #expect(try Self.verifies(Self.json(#"{"event":"lead","clickid":"\#(value)","sign":"\#(sign)"}"#)))
        }
    }

    @Test(arguments: [
        // JavaScript, Python, PHP, Go and jq.
        "{\n  \"event\": \"lead\",\n  \"clickid\": \"c/1\",\n  \"list\": [\n    1,\n    {}\n  ]\n}",
        "{\n    \"event\": \"lead\",\n    \"clickid\": \"c/1\",\n    \"list\": [\n        1,\n        {}\n    ]\n}",
        "{\n    \"event\": \"lead\",\n    \"clickid\": \"c\\/1\",\n    \"list\": [\n        1,\n        {}\n    ]\n}",
        "{\n  \"clickid\": \"c/1\",\n  \"event\": \"lead\",\n  \"list\": [\n    1,\n    {}\n  ]\n}\n",
    ])
    func `JSON that is signed indented verifies if it is sent in another way, and the reverse`(text: String) throws {
        let sign = try Self.sign(text)
        for body in [
            #"{"event":"lead","clickid":"c/1","list":[1,{}],"sign":"SIGN"}"#,
            #"{"event": "lead", "clickid": "c\/1", "list": [1, {}], "sign": "SIGN"}"#,
        ] {
            #expect(try Self.verifies(Self.json(body.replacing("SIGN", with: sign))))
            #expect(try !Self.verifies(Self.json(body.replacing("SIGN", with: sign).replacing("lead", with: "sale"))))
        }
        for signed in [#"{"clickid":"c\/1","event":"lead","list":[1,{}]}"#, #"{"clickid": "c/1", "event": "lead", "list": [1, {}]}"#] {
            #expect(try Self.verifies(Self.json(text, headers: [("X-RS-Sign", Self.sign(signed))])))
        }
    }

    @Test(arguments: [
        #"{"clickid":"a\u0026b","event":"\u003ci\u003e"}"#, #"{"clickid":"a&b","event":"<i>"}"#,
        #"{"clickid": "a\u0026b", "event": "\u003ci\u003e"}"#, #"{"event":"\u003Ci\u003E","clickid":"a\u0026b"}"#,
    ])
    func `characters that are escaped for a page verify if they are sent as they are, and the reverse`(text: String) throws {
        let sign = try Self.sign(text)
        for (click, event) in [("a&b", "<i>"), (#"a\u0026b"#, #"\u003ci\u003e"#), (#"a\u0026b"#, #"\u003Ci\u003E"#)] {
            #expect(try Self.verifies(Self.json(#"{"event":"\#(event)","clickid":"\#(click)","sign":"\#(sign)"}"#)))
        }
    }

    @Test(arguments: [
        #"{"clickid":"a\/b","amount":"5.00","timestamp":1717000000}"#, #"{"clickid":"a\/b","amount":5.00,"timestamp":1717000000}"#,
        #"{"amount":"5.00","clickid":"a/b","timestamp":"1717000000"}"#, #"{"clickid": "a/b", "amount": "5.00", "timestamp": "1717000000"}"#,
        "{\n    \"clickid\": \"a\\/b\",\n    \"amount\": \"5.00\",\n    \"timestamp\": \"1717000000\"\n}",
    ])
    func `JSON that is signed verifies if its members are sent as parameters`(text: String) throws {
        let sent = "clickid=a%2Fb&amount=5.00&timestamp=1717000000&sign=" + (try Self.sign(text))
        #expect(try Self.verifies(Self.form(sent)) && Self.verifies(Self.get(sent)))
        #expect(try !Self.verifies(Self.form(sent.replacing("5.00", with: "50.0"))))
    }

    @Test func `the last character of ASCII verifies as Python and .NET escape it, and as it is`() throws {
        for (text, sent) in [
            (#"{"clickid":"a\u007fb"}"#, "a\u{7F}b"), (#"{"clickid":"a\u007Fb"}"#, "a\u{7F}b"),
            ("{\"clickid\":\"a\u{7F}b\"}", #"a\u007fb"#),
        ] {
            #expect(try Self.verifies(Self.json(#"{"clickid":"\#(sent)","sign":"\#(Self.sign(text))"}"#)))
        }
    }

    // MARK: Parameters, their own bytes

    @Test(arguments: [
        "clickid=c-1&event=lead&status=approved&sub_id_2=x+y&timestamp=1717000000",
        "timestamp=1717000000&event=lead&status=approved&sub_id_2=x%20y&clickid=c%2D1",
        "event=lead&clickid=a%2fb%7e*&status=approved&empty=&flag",
    ])
    func `a query or form verifies as it was sent, wherever the signature is`(text: String) throws {
        let pair = "sign=" + (try Self.sign(text))
        let first = text.firstIndex(of: "&").map { text[..<$0] + "&\(pair)" + text[$0...] } ?? text[...]
        for sent in ["\(text)&\(pair)", "\(pair)&\(text)", String(first)] {
            #expect(try Self.verifies(Self.get(sent)))
            #expect(try Self.verifies(Self.form(sent)))
        }
    }

    @Test func `pairs verify sorted by their names, and by all that is in them`() throws {
        let query = "sub_id_1=x+y&status=approved&a10=2&a1=1&event=lead"
        let texts = ["a1=1&a10=2&event=lead&status=approved&sub_id_1=x+y", "a10=2&a1=1&event=lead&status=approved&sub_id_1=x+y"]
        for text in texts {
            let pair = "&sign=" + (try Self.sign(text))
            #expect(try Self.verifies(Self.get(query + pair)))
            #expect(try Self.verifies(Self.form(query + pair)))
        }
    }

    @Test func `a query that an HTML page changed verifies as it was before`() throws {
        let text = "amount=5%2e00&currency=USD&sub_id_1=x+y"
        let pair = "&sign=" + (try Self.sign(text))
        for sent in [
            "amount=5%2e00¤cy=USD&sub_id_1=x+y", "amount=5%2e00%C2%A4cy=USD&sub_id_1=x+y",
            "amount=5%2e00&amp;currency=USD&amp;sub_id_1=x+y",
        ] {
            #expect(try Self.verifies(Self.get(sent + pair)), "\(sent)")
        }
    }

    /// An address may hold ASCII only, so the gateway encodes what else was sent before it reads it.
    @Test func `letters beyond ASCII verify as they were sent in an address`() throws {
        let pair = "&sign=" + (try Self.sign("sub_id_1=é%20a&clickid=c"))
        #expect(try Self.verifies(Self.get("sub_id_1=%C3%A9%20a&clickid=c" + pair)))
    }

    // MARK: Parameter strings

    /// What urllib, http_build_query, URLSearchParams, encodeURIComponent, URLEncoder, url.Values, quote and .NET make of `é a~b*'/(c)`.
    @Test(arguments: [
        "%C3%A9+a~b%2A%27%2F%28c%29", "%C3%A9+a%7Eb%2A%27%2F%28c%29", "%C3%A9+a%7Eb*%27%2F%28c%29", "%C3%A9%20a~b*'%2F(c)",
        "%C3%A9%20a~b%2A%27%2F%28c%29", "%C3%A9%20a~b%2A%27/%28c%29", "%C3%A9%20a%7Eb%2A%27%2F%28c%29", "%C3%A9%20a%7Eb*%27%2F%28c%29",
        "%C3%A9+a%7Eb*%27%2F(c)", "%c3%a9+a%7eb*%27%2f(c)", "%C3%A9%20a~b*%27%2F%28c%29", "%C3%A9+a~b*%27%2F%28c%29", "é a~b*'/(c)",
    ])
    func `a parameter string verifies as the common encoders spell it, sorted or not`(value: String) throws {
        for text in ["clickid=\(value)&event=lead&status=approved", "event=lead&status=approved&clickid=\(value)"] {
            let sign = try Self.sign(text)
            #expect(try Self.verifies(Self.json(#"{"event":"lead","status":"approved","clickid":"é a~b*'\/(c)","sign":"\#(sign)"}"#)))
            #expect(try Self.verifies(Self.get("event=lead&status=approved&clickid=%C3%A9%20a~b*'/%28c)&sign=\(sign)")))
        }
    }

    @Test(arguments: [[0xE9], [0xC3], [0xED, 0xA0, 0x80]] as [[UInt8]])
    func `a body with a character in a wrong encoding verifies by its own bytes alone`(character: [UInt8]) throws {
        func body(_ text: String, sign: String? = nil) -> [UInt8] {
            let end = sign.map { #"","sign":"\#($0)"}"# } ?? #""}"#
            return Array(#"{"event":"lead","clickid":"c","sub_id_1":""#.utf8) + character + Array(text.utf8) + Array(end.utf8)
        }
        let signer = try Signer(#require(Samples.mapping("rs-traffic").signature), secret: Self.key, forms: [])
        let sign = signer.sign(body("x"))
        var request = Self.json("")
        request.body = body("x", sign: sign)
        #expect(try Self.verifies(request))
        request.body = body("y", sign: sign)
        #expect(try !Self.verifies(request))
        request.body = Array(String(decoding: body("x", sign: sign), as: UTF8.self).utf8)
        #expect(try !Self.verifies(request))
    }

    @Test func `a member that is null is signed like every other`() throws {
        let sign = try Self.sign("clickid=c&event=lead")
        #expect(try !Self.verifies(Self.json(#"{"event":"lead","reason":null,"clickid":"c","sign":"\#(sign)"}"#)))
        #expect(try !Self.verifies(Self.json(#"{"event":"lead","reason":"","clickid":"c","sign":"\#(sign)"}"#)))
    }

    // MARK: Around the text

    @Test(arguments: [
        "clickid=c&event=lead&reason=a+b", "event=lead&clickid=c&reason=a+b", #"{"clickid":"c","event":"lead"}"#,
        #"{"event":"lead","clickid":"c"}"#,
    ])
    func `each text may have one line feed behind it`(text: String) throws {
        let (one, two) = (try Self.sign(text + "\n"), try Self.sign(text + "\n\n"))
        func request(_ sign: String) -> WireRequest {
            text.hasPrefix("{")
                ? Self.json(#"{"event":"lead","clickid":"c","sign":"\#(sign)"}"#) : Self.get("event=lead&clickid=c&reason=a+b&sign=" + sign)
        }
        #expect(try Self.verifies(request(one)))
        #expect(try !Self.verifies(request(two)))
        let raw = Self.json(
            #"{"event":"lead","clickid":"c"}"#, headers: [("X-RS-Sign", try Self.sign("{\"event\":\"lead\",\"clickid\":\"c\"}\n"))])
        #expect(try Self.verifies(raw))
    }

    @Test func `a body that ends with a line feed verifies with it and without it`() throws {
        for text in ["{\"clickid\":\"c\"}", "{\"clickid\":\"c\"}\n"] {
            let sign = try Self.sign(text)
            #expect(try Self.verifies(Self.json("{\"clickid\":\"c\",\"sign\":\"\(sign)\"}\n")))
            #expect(try Self.verifies(Self.json("{\"clickid\":\"c\"}\n", headers: [("X-RS-Sign", sign)])))
        }
    }

    @Test func `sha256= may stand before the signature, and counts as the same one`() throws {
        let sign = try Self.sign("clickid=c&event=lead")
        let mapping = try Samples.mapping("rs-traffic")
        let plan = try #require(mapping.signature)
        for spelling in [sign, sign.uppercased(), "sha256=" + sign, "SHA256=" + sign.uppercased()] {
            let request = Self.json(#"{"event":"lead","clickid":"c"}"#, headers: [("X-RS-Sign", spelling)])
            #expect(try Self.verifies(request))
            #expect(try plan.presented(in: mapping.parse(request)) == sign)
        }
        #expect(try !Self.verifies(Self.json(#"{"event":"lead","clickid":"c"}"#, headers: [("X-RS-Sign", "sha1=" + sign)])))
    }

    // MARK: The signature's own place

    @Test func `a member of the signature's name deeper inside is content`() throws {
        let text = #"{"clickid":"c","data":{"sign":"x"}}"#
        let sign = try Self.sign(text)
        #expect(try Self.verifies(Self.json(#"{"clickid":"c","sign":"\#(sign)","data":{"sign":"x"}}"#)))
        #expect(try !Self.verifies(Self.json(#"{"clickid":"c","sign":"\#(sign)","data":{"sign":"y"}}"#)))
        #expect(try !Self.verifies(Self.json(#"{"clickid":"c","sign":"\#(sign)","data":{}}"#)))
        #expect(try !Self.verifies(Self.json(#"{"clickid":"c","data":{"sign":"\#(Self.sign(#"{"clickid":"c","data":{}}"#))"}}"#)))
    }

    @Test func `two signatures are refused, also two that are equal`() throws {
        let text = "clickid=c&event=lead"
        let pair = "sign=" + (try Self.sign(text))
        #expect(try Self.verifies(Self.form("\(text)&\(pair)")))
        for request in [
            Self.form("\(text)&\(pair)&\(pair)"), Self.get("\(pair)&\(text)&\(pair)"),
            Self.get("\(text)&\(pair)&s%69gn=\(pair.dropFirst(5))"),
        ] {
            let (isRight, signature) = try Self.received(request)
            #expect(!isRight)
            #expect(signature.problem == "the signature was sent twice; send it once")
        }
        let sign = try Self.sign(#"{"clickid":"c"}"#)
        let twice = Self.json(#"{"clickid":"c","sign":"\#(sign)","s\u0069gn":"\#(sign)"}"#)
        #expect(throws: Refusal.self) { try Samples.mapping("rs-traffic").parse(twice) }
    }

    @Test func `two places may hold the same signature, and no two signatures`() throws {
        let body = #"{"clickid":"c"}"#
        let sign = try Self.sign(body)
        let other = try Self.sign(#"{"clickid":"c","sign":"\#(sign)"}"#)
        #expect(try Self.verifies(Self.json(#"{"clickid":"c","sign":"\#(sign)"}"#, headers: [("X-RS-Sign", "sha256=" + sign)])))
        #expect(try Self.verifies(Self.json(body, query: "sign=\(sign.uppercased())", headers: [("X-RS-Sign", sign)])))
        #expect(try Self.verifies(Self.json(body, query: "sign=%7Bsign%7D", headers: [("X-RS-Sign", sign)])))
        for request in [
            Self.json(#"{"clickid":"c","sign":"\#(sign)"}"#, headers: [("X-RS-Sign", other)]),
            Self.json(body, query: "sign=\(other)", headers: [("X-RS-Sign", sign)]),
            Self.json(body, query: "sign=\(other)&sign=\(sign)", headers: [("X-RS-Sign", sign)]),
            Self.json(body, headers: [("X-RS-Sign", sign), ("x-rs-sign", other)]),
        ] {
            let (isRight, signature) = try Self.received(request)
            #expect(!isRight)
            #expect(signature.problem == "the signature was sent twice; send it once")
        }
    }

    @Test(arguments: ["", "\u{FEFF}"])
    func `parameters that begin as JSON does are not taken for a body that was signed`(mark: String) throws {
        let body = mark + #"{"clickid":"c","sub_id_1":"&clickid=c-9&event=ftd&status=approved&amount=9&currency=USD&x="}"#
        let sign = try Self.sign(body)
        #expect(try Self.verifies(Self.json(body, headers: [("X-RS-Sign", sign)])))
        for query in [body, body.replacing("\u{FEFF}", with: "%EF%BB%BF")] {
            #expect(try !Self.verifies(Self.get(query + "&sign=" + sign)))
            #expect(try !Self.verifies(Self.get("sign=" + sign + "&" + query)))
        }
    }

    // MARK: Sentences

    @Test func `a sentence says what was tried, as lengths and the first difference`() throws {
        let wrong = String(repeating: "a", count: 64)
        let plain = try Self.received(Self.json(#"{"event": "lead", "clickid": "c", "sign": "\#(wrong)"}"#)).signature
        #expect(
            plain.tried == """
                as_sent of 33 bytes, sorted_json of 30 bytes (at byte 2 'c' instead of 'e'), \
                sorted_params of 20 bytes (at byte 0 'c' instead of '{'), as_sent of 30 bytes (at byte 9 '"' instead of ' '), \
                sorted_json of 33 bytes (at byte 2 'c' instead of 'e'), as_sent of 20 bytes (at byte 0 'e' instead of '{'), \
                as_sent of 39 bytes (at byte 1 '\\n' instead of '"'), as_sent of 43 bytes (at byte 1 '\\n' instead of '"') and 2 more, \
                each also with a line feed behind it
                """)
        let query = try Self.received(Self.get("clickid=c&event=lead&sign=\(wrong)")).signature
        #expect(
            query.tried?.hasPrefix(
                "as_sent and sorted_params of 20 bytes, sorted_json and as_sent of 30 bytes (at byte 0 '{' instead of 'c')") == true)
        let short = try Self.received(Self.get("clickid=c&sign=abc")).signature
        #expect(short.problem == "the signature sent is not the 64 hex digits of hmac-sha256")
        #expect(short.tried == nil)
    }
}
