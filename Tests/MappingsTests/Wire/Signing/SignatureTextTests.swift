import Testing

@testable import Mappings

/// Signatures over a text of parts, as shops and webhook senders sign: read by examples that they publish, and written so that they verify.
struct SignatureTextTests {
    static func mapping(_ signature: String, request: String = "{ method: POST, path: /p, body: json }", fields: String = "") throws
        -> Mapping
    {
        try Samples.compile(
            """
            tracker: Acme
            request: \(request)
            credentials: { secret: { signs: true } }
            signature: \(signature)
            fields:
              click: { is: click_id }
              total: { is: amount, as: "money(major)" }
              order: { is: order_id }
            \(fields)
            """)
    }

    static func request(_ body: String, _ headers: [(name: String, value: String)]) -> WireRequest {
        WireRequest(
            method: "POST", path: "/p", headers: [("Content-Type", "application/json"), ("Host", "in.example")] + headers,
            body: Array(body.utf8))
    }

    static func verifies(_ request: WireRequest, _ mapping: Mapping, _ secret: String) throws -> Bool {
        try Signer(#require(mapping.signature), secret: secret, forms: []).verifies(mapping.parse(request))
    }

    /// What is wrong with a request's signature, and what was tried.
    static func problem(_ request: WireRequest, _ mapping: Mapping, _ secret: String = "k") throws -> String? {
        let plan = try #require(mapping.signature)
        let received = try ReceivedSignature(of: mapping.parse(request), by: plan)
        #expect(!Signer(plan, secret: secret, forms: []).verifies(received))
        return received.problem ?? received.tried
    }

    static let stripe =
        #"{ key: secret, header: Stripe-Signature, form: "t={timestamp},v1={signature}", text: "{timestamp}.{raw_body}", tolerance: 5m }"#
    static let standard = """
        { key: secret, key_is: base64, encoding: base64, header: webhook-signature, form: "v1,{signature}", \
        text: "{id}.{timestamp}.{raw_body}", timestamp: { header: webhook-timestamp }, id: { header: webhook-id }, tolerance: 5m }
        """
    static let shopify = "{ key: secret, encoding: base64, header: X-Shopify-Hmac-Sha256, text: \"{raw_body}\" }"
    static let gitHub = #"{ key: secret, header: X-Hub-Signature-256, form: "sha256={signature}", text: "{raw_body}" }"#
    static let paddle = #"{ key: secret, header: Paddle-Signature, form: "ts={timestamp};h1={signature}", text: "{timestamp}:{raw_body}" }"#
    static let joined = #"{ key: secret, algorithm: md5, body: sign, text: "{total}|{order}|{key}" }"#

    // MARK: Published examples

    @Test func `the example that the reference library of Standard Webhooks publishes verifies`() throws {
        let mapping = try Self.mapping(Self.standard)
        let request = Self.request(
            #"{"test": 2432232314}"#,
            [
                ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"), ("webhook-timestamp", "1614265330"),
                ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
            ])
        #expect(try Self.verifies(request, mapping, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        #expect(try Self.verifies(request, mapping, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
        #expect(try !Self.verifies(request, mapping, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"))
        let plan = try #require(mapping.signature)
        #expect(try plan.signedAt(in: mapping.parse(request)) == Timestamp(seconds: 1_614_265_330))
    }

    @Test func `an example that a library for Stripe's scheme publishes verifies`() throws {
        let mapping = try Self.mapping(Self.stripe)
        let right = "v1=51835061c251fe1d328ac0fffccebe05e38e198d82ee3c3fdd66973cb9160845"
        let secret = "8e1138dbb41c5726420bd0c909ecb9a70ea01eff"
        let body = "{\n  \"hello\": \"world\"\n}"
        let wrong = "v1=" + String(repeating: "0", count: 64)
        for header in ["t=1632994609,\(right)", "t=1632994609,\(wrong),\(right),v0=abc", "t=1632994609, \(right) ,v1=short"] {
            #expect(try Self.verifies(Self.request(body, [("Stripe-Signature", header)]), mapping, secret), "\(header)")
        }
        for header in ["t=1632994608,\(right)", "t=1632994609,\(wrong)", right, "t=1632994609,v0=\(right.dropFirst(3))"] {
            #expect(try !Self.verifies(Self.request(body, [("Stripe-Signature", header)]), mapping, secret), "\(header)")
        }
    }

    @Test func `an example that a test suite publishes for Shopify's header verifies`() throws {
        let body = #"{"id":1234567890,"email":"customer@example.com","total_price":"123.45"}"#
        let request = Self.request(body, [("X-Shopify-Hmac-Sha256", "QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw=")])
        #expect(try Self.verifies(request, Self.mapping(Self.shopify), "test-webhook-secret"))
        #expect(try !Self.verifies(request, Self.mapping(Self.shopify), "test-webhook-secret "))
    }

    @Test func `the example that GitHub documents verifies`() throws {
        var request = Self.request("Hello, World!", [])
        request.headers.append(("X-Hub-Signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"))
        let mapping = try Self.mapping(Self.gitHub)
        let plan = try #require(mapping.signature)
        var parsed = mapping.parseCredentials(request)
        parsed.hasBody = true
        #expect(Signer(plan, secret: "It's a Secret to Everybody", forms: []).verifies(parsed))
    }

    @Test func `the example that the test suite of Paddle's SDK publishes verifies beside a wrong signature`() throws {
        let mapping = try Self.mapping(Self.paddle)
        let plan = try #require(mapping.signature)
        func verifies(_ body: String, _ secret: String) -> Bool {
            let header = "ts=1696195954;h1=dummy;h1=d96299976a6eb066f484d7fde011ac56fc32b38fc9940bc419d6e537fdc6ef02"
            var parsed = mapping.parseCredentials(Self.request(body, [("Paddle-Signature", header)]))
            parsed.hasBody = true
            return Signer(plan, secret: secret, forms: []).verifies(parsed)
        }
        let secret = "pdl_ntf_01hbpjmytsa32fhr36nqgc3kgb_WvRO0eL4Bj9rgYYIBZY6wZhG4EHy9jzh"
        #expect(verifies("hello-world", secret))
        #expect(!verifies("hello-world ", secret))
        // Keys of the same suite that did not sign it.
        #expect(!verifies("hello-world", "pdl_ntf_01hbpjmytsa32fhr36nqgc3kgb_vB/yIOnTOCWIvpBadM5jzBZPHc7OmdSo"))
        #expect(!verifies("hello-world", "pdl_ntf_01hbpjmytsa32fhr36nqgc3kgb_TjIG2BXbm83HPXqNfziwe506sBEdqL/4"))
    }

    @Test(
        arguments: [
            (paddle, "Paddle-Signature", "ts=1700000000;h1=bc8f35c6e2a7f1f5d33a2ff1e0ee2f2d"), (gitHub, "X-Hub-Signature-256", "sha256=00"),
        ])
    func `what is no signature is complained about in the words of its form`(signature: String, header: String, text: String) throws {
        let mapping = try Self.mapping(signature)
        let sentence = try Self.problem(Self.request("{}", [(header, text)]), mapping)
        #expect(sentence == "no signature sent is the 64 hex digits of hmac-sha256")
        let form = try #require(mapping.signature?.notation?.source)
        let other = try Self.problem(Self.request("{}", [(header, "hello")]), mapping)
        #expect(other == "the signature sent is not written as '\(form)'")
    }

    // MARK: Computed by another implementation

    /// By Python's hmac and hashlib, with the key `k-1` and the body `{"total":12.5,"order":"A-1"}`.
    @Test(
        arguments: [
            ("hmac-sha256", "hex", "64b2780f70adebdaf780837620e173bdc023539a10d4d7f00d3f2792b860cbac"),
            ("hmac-sha256", "base64", "ZLJ4D3Ct69r3gIN2IOFzvcAjU5oQ1NfwDT8nkrhgy6w="),
            ("hmac-sha256", "base64url", "ZLJ4D3Ct69r3gIN2IOFzvcAjU5oQ1NfwDT8nkrhgy6w"),
            ("hmac-sha1", "hex", "7abce50e5f0dc70020f93422fdd1f4c54456f377"),
            ("hmac-sha512", "base64", "3IsJE780tWtl9WBmMyKAjCns5gRJo4ik7bvJWsHEmLo3vglrCkrHGNBFjP2X1o2RDH36S4BEqIiyb3JiBZvjDQ=="),
        ])
    func `signatures that Python computes verify`(algorithm: String, encoding: String, code: String) throws {
        let mapping = try Self.mapping(
            #"{ key: secret, algorithm: \#(algorithm), encoding: \#(encoding), header: S, text: "{timestamp}.{raw_body}", "#
                + "timestamp: { header: T } }")
        let request = Self.request(#"{"total":12.5,"order":"A-1"}"#, [("T", "1700000000"), ("S", code)])
        #expect(try Self.verifies(request, mapping, "k-1"))
        #expect(try !Self.verifies(request, mapping, "k-2"))
    }

    @Test(
        arguments: [
            ("md5", "9ba201d81388a549275952c9e05acc90"), ("sha1", "e26106478281a39cb142b79f9a11555fc07f7333"),
            ("sha256", "9454cf6c7919ad797aa18191f1de313f30daf2cf8901d12c55d9df810ef566db"),
            (
                "sha512",
                "a9e912ea39ed65ae83e88352f015d037adb6a8de84d5f836690a62315ea7e98e84cef9ddee71dd161d42021a0e24b0a1153caf1c1e7cc4fa39f7322794fb948f"
            ),
        ])
    func `plain digests of joined values and the key that Python computes verify`(algorithm: String, code: String) throws {
        let mapping = try Self.mapping(Self.joined.replacing("md5", with: algorithm))
        let body = #"{"total":12.50,"order":"A-1","sign":"\#(code)"}"#
        #expect(try Self.verifies(Self.request(body, []), mapping, "k-1"))
        #expect(try !Self.verifies(Self.request(body, []), mapping, "k-2"))
        #expect(try !Self.verifies(Self.request(body.replacing("A-1", with: "A-2"), []), mapping, "k-1"))
    }

    // MARK: Written and read

    private static func written(_ mapping: Mapping, _ secret: String, at now: Timestamp = Samples.receivedAt) throws -> WireRequest {
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        conversion[.clickID] = .text("c-1")
        conversion[.orderID] = .text("A-1")
        conversion[.amount] = .number(try ExactDecimal(parsing: "12.5"))
        conversion[.currency] = .text("EUR")
        let writer = try MappingWriter(mapping, url: "https://in.example", credentials: ["secret": secret])
        let request = try writer.write(conversion, at: now)
        let target = request.url.dropFirst("https://in.example".count)
        return WireRequest(
            method: request.method, path: String(target.prefix { $0 != "?" }), query: String(target.drop { $0 != "?" }.dropFirst()),
            headers: request.headers + [("Host", "in.example")], body: request.body)
    }

    static let schemes = [
        stripe, standard, shopify, gitHub, paddle, joined,
        #"{ key: secret, encoding: base64url, header: S, text: "{timestamp}{method}{path}{raw_body}", timestamp: { header: T } }"#,
        #"{ key: secret, header: S, text: "{url}|{timestamp}|{raw_body}", timestamp: { header: T, as: iso8601 } }"#,
        #"{ key: secret, header: Authorization, form: 'Sig id="{id}",t="{timestamp}",s="{signature}"', text: "{id}:{timestamp}:{raw_body}" }"#,
        #"{ key: secret, header: S, form: "{timestamp},{signature}", text: "{timestamp}{raw_body}", timestamp: { as: unix_ms } }"#,
        #"{ key: secret, key_is: hex, query: sign, text: "{click}{key}{order}" }"#,
    ]

    @Test(arguments: schemes)
    func `what is written in a scheme verifies in it`(scheme: String) throws {
        let mapping = try Self.mapping(scheme)
        let secret = scheme.contains("key_is: hex") ? "00ff10" : "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let request = try Self.written(mapping, secret)
        #expect(try Self.verifies(request, mapping, secret), "\(request)")
        #expect(try !Self.verifies(request, mapping, scheme.contains("key_is: hex") ? "00ff11" : "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx"))
        let plan = try #require(mapping.signature)
        if plan.timestamp != nil { #expect(try plan.signedAt(in: mapping.parse(request)) == Samples.receivedAt) }
        // As the demo and `explain` sign a request of their own.
        let own = mapping.addingCredentials(
            ["secret": secret], to: Self.request(#"{"click":"c","total":1,"order":"A"}"#, []), at: Samples.receivedAt)
        #expect(try Self.verifies(own, mapping, secret), "\(own)")
    }

    @Test func `a message's id is the same at each try, and a correction has another`() throws {
        let mapping = try Self.mapping(Self.standard)
        func header(_ name: String, at seconds: Int64) throws -> String? {
            try Self.written(mapping, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", at: Timestamp(seconds: seconds)).header(name)
        }
        #expect(try header("webhook-id", at: 1_700_000_000) == Samples.id.description)
        #expect(try header("webhook-id", at: 1_700_000_060) == Samples.id.description)
        #expect(try header("webhook-timestamp", at: 1_700_000_060) == "1700000060")
    }

    // MARK: What is changed

    /// Every byte of the body, the timestamp and the id is changed, dropped and doubled, and bytes are moved between them.
    @Test(arguments: schemes)
    func `whatever is changed in body, timestamp or id verifies in no form`(scheme: String) throws {
        let mapping = try Self.mapping(scheme)
        let secret = scheme.contains("key_is: hex") ? "00ff10" : "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let request = try Self.written(mapping, secret)
        let plan = try #require(mapping.signature)
        guard let text = plan.text else { return }
        let signer = Signer(plan, secret: secret, forms: [])
        func expectRefused(_ changed: WireRequest, _ comment: String) throws {
            guard let parsed = try? mapping.parse(changed) else { return }
            let same = try Self.signed(parsed, plan) == Self.signed(mapping.parse(request), plan)
            #expect(!signer.verifies(parsed) || same, "\(scheme): \(comment)")
        }
        if text.coversBody {
            for (index, byte) in request.body.enumerated() {
                for change in [[byte ^ 1], [], [byte, byte]] as [[UInt8]] {
                    var changed = request
                    changed.body.replaceSubrange(index...index, with: change)
                    if changed.body == request.body { continue }
                    #expect(!((try? mapping.parse(changed)).map { signer.verifies($0) } ?? false), "\(scheme): byte \(index)")
                }
            }
            for end in ["\n", " ", "}"] {
                var changed = request
                changed.body += Array(end.utf8)
                #expect(!((try? mapping.parse(changed)).map { signer.verifies($0) } ?? false))
            }
        }
        for (place, header) in request.headers.enumerated() where header.name != "Host" && header.name != "Content-Type" {
            for index in header.value.indices {
                for letter in ["", "0", "a", ".", ","] {
                    var changed = request
                    var value = header.value
                    value.replaceSubrange(index...index, with: letter)
                    changed.headers[place].value = value
                    try expectRefused(changed, "\(header.name): \(value)")
                }
            }
        }
    }

    /// What a request says of all that is signed, and the signatures beside it.
    private static func signed(_ parsed: ParsedRequest, _ plan: SignaturePlan) -> [String] {
        let stamps = [plan.stampText(plan.timestamp?.place, .timestamp, in: parsed), plan.stampText(plan.id, .id, in: parsed)]
        return stamps.map { $0 ?? "" } + [String(decoding: parsed.request.body, as: UTF8.self)]
    }

    @Test func `characters cannot be moved between the parts of a text`() throws {
        let mapping = try Self.mapping(Self.standard)
        let plan = try #require(mapping.signature)
        let secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        let signer = Signer(plan, secret: secret, forms: [])
        // Signed as the id `a.1`, the timestamp 2 and the body; sent as the id `a`, the timestamp 1 and a body that begins with `2.`.
        let sign = signer.sign(Array(#"a.1.2.{"order":"A"}"#.utf8))
        let request = Self.request(
            #"{"order":"A"}"#, [("webhook-id", "a.1"), ("webhook-timestamp", "2"), ("webhook-signature", "v1,\(sign)")])
        #expect(
            try Self.problem(request, mapping, secret)
                == "'{id}.{timestamp}.{raw_body}' does not count, since the id holds '.', which parts the values and other content would have "
                + "the same text")
    }

    @Test func `a request without a body is not proven by a signature over it`() throws {
        let mapping = try Self.mapping(Self.stripe)
        let plan = try #require(mapping.signature)
        let sign = Signer(plan, secret: "k", forms: []).sign(Array("1700000000.".utf8))
        var request = Self.request("", [("Stripe-Signature", "t=1700000000,v1=\(sign)")])
        #expect(!Signer(plan, secret: "k", forms: []).verifies(mapping.parseCredentials(request)))
        request.method = "GET"
        request.query = "order=A"
        #expect(!Signer(plan, secret: "k", forms: []).verifies(mapping.parseCredentials(request)))
    }

    @Test func `a timestamp or id that is missing or odd is named`() throws {
        let mapping = try Self.mapping(Self.standard)
        let sign = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        #expect(
            try Self.problem(Self.request("{}", [("webhook-signature", sign), ("webhook-id", "m")]), mapping)
                == "no timestamp was sent for the signature; its place is the header webhook-timestamp")
        #expect(
            try Self.problem(Self.request("{}", [("webhook-signature", sign), ("webhook-timestamp", "1")]), mapping)
                == "no id was sent for the signature; its place is the header webhook-id")
        let odd = [("webhook-signature", sign), ("webhook-id", "m"), ("webhook-timestamp", "1e9")]
        #expect(
            try Self.problem(Self.request("{}", odd), mapping) == "the signature's timestamp '1e9' is not in seconds since 1970")
        let stripe = try Self.mapping(Self.stripe)
        #expect(
            try Self.problem(Self.request("{}", [("Stripe-Signature", "v1=" + String(repeating: "0", count: 64))]), stripe)
                == "the signature sent has no timestamp; it is written as 't={timestamp},v1={signature}'")
        let twice = "t=1,t=2,v1=" + String(repeating: "0", count: 64)
        #expect(
            try Self.problem(Self.request("{}", [("Stripe-Signature", twice)]), stripe)
                == "the signature's timestamp or id was sent twice; send it once")
    }

    @Test func `a signature that fits nothing says what was tried, and nothing of the key`() throws {
        let stripe = try Self.mapping(Self.stripe)
        let header = "t=1700000000,v1=" + String(repeating: "0", count: 64)
        #expect(
            try Self.problem(Self.request("{}", [("Stripe-Signature", header)]), stripe) == "'{timestamp}.{raw_body}' of 13 bytes")
    }

    @Test func `many signatures in one header are not compared one by one`() throws {
        let stripe = try Self.mapping(Self.stripe)
        let header = "t=1700000000" + String(repeating: ",v1=" + String(repeating: "0", count: 64), count: 17)
        #expect(
            try Self.problem(Self.request("{}", [("Stripe-Signature", header)]), stripe) == "17 signatures were sent; up to 16 are compared"
        )
    }
}
