import Testing

@testable import Mappings

/// A request that the gateway writes carries a signature that the same mapping verifies.
struct SignedRequestTests {
    private static func mapping(_ request: String, _ signature: String, extra: String = "") throws -> Mapping {
        try Samples.compile(
            """
            tracker: Acme
            request: \(request)
            credentials: { secret: { signs: true }, key: { query: key } }
            signature: \(signature)
            fields:
              click: { is: click_id, required: true }
              customer.name: { is: customer.first_name }
              total: { is: amount, as: "money(major)" }
              cur: { is: currency }
              \(extra)
            """)
    }

    /// Parameters that are joined without escaping are not believed if a value holds the sign between them.
    private static func click(_ form: String) -> String { form == "sorted_params" ? "c 1=/é" : "c 1&/é" }

    private static func conversion(_ click: String) throws -> Conversion {
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        conversion[.clickID] = .text(click)
        conversion[.customerFirstName] = .text("Zoë \"Z\" 😀")
        conversion[.amount] = .number(try ExactDecimal(parsing: "12.5"))
        conversion[.currency] = .text("EUR")
        return conversion
    }

    private static func written(_ mapping: Mapping, click: String = click(""), key: String = "s3cret") throws -> WireRequest {
        let writer = try MappingWriter(mapping, url: "https://t.example", credentials: ["secret": key, "key": "public key"])
        let request = try writer.write(conversion(click), at: Samples.receivedAt)
        let target = request.url.dropFirst("https://t.example".count)
        return WireRequest(
            method: request.method, path: String(target.prefix { $0 != "?" }), query: String(target.drop { $0 != "?" }.dropFirst()),
            headers: request.headers, body: request.body)
    }

    private static func verifies(_ request: WireRequest, _ mapping: Mapping, key: String = "s3cret", forms: [SignedForm] = []) throws
        -> Bool
    {
        try Signer(#require(mapping.signature), secret: key, forms: forms).verifies(mapping.parse(request))
    }

    @Test(arguments: ["raw_body", "sorted_json", "sorted_params"], ["json", "form"])
    func `a signature in a header or the query is of the first form that the mapping lists`(form: String, body: String) throws {
        for place in ["header: X-Sign", "query: sig"] {
            for encoding in ["hex", "base64"] {
                for algorithm in ["hmac-sha256", "hmac-sha1", "hmac-sha512"] {
                    let rest = SignedForm.all.map(\.name).filter { $0 != form }.joined(separator: ", ")
                    let mapping = try Self.mapping(
                        "{ method: POST, path: /p, body: \(body) }",
                        "{ key: secret, \(place), signs: [\(form), \(rest)], encoding: \(encoding), algorithm: \(algorithm) }")
                    let request = try Self.written(mapping, click: Self.click(form))
                    #expect(try Self.verifies(request, mapping, forms: [#require(SignedForm.named(form))]))
                    #expect(try !Self.verifies(request, mapping, key: "another"))
                }
            }
        }
    }

    @Test(arguments: ["sorted_json", "sorted_params"], ["json", "form"])
    func `a signature that only the body can hold is written there`(form: String, body: String) throws {
        let mapping = try Self.mapping(
            "{ method: POST, path: /p, body: \(body) }", "{ key: secret, body: sig, signs: [\(form)] }")
        let request = try Self.written(mapping, click: Self.click(form))
        #expect(try mapping.parse(request).value(at: .body("sig"))?.count == 64)
        #expect(try Self.verifies(request, mapping))
        var changed = request
        changed.body = Array(String(decoding: request.body, as: UTF8.self).replacing("12.50", with: "12.51").utf8)
        #expect(changed.body != request.body)
        #expect(try !Self.verifies(changed, mapping))
    }

    @Test func `the first form with a place is followed`() throws {
        let mapping = try Self.mapping(
            "{ method: POST, path: /p, body: json }", "{ key: secret, body: sig, query: sig, signs: [raw_body, sorted_json] }")
        let request = try Self.written(mapping)
        #expect(request.query.contains("&sig="))
        #expect(try Self.verifies(request, mapping, forms: [.rawBody]))
        let get = try Self.mapping("{ method: GET, path: /p }", "{ key: secret, body: sig, query: sig, signs: [raw_body, sorted_params] }")
        #expect(try Self.verifies(Self.written(get, click: Self.click("sorted_params")), get, forms: [.sortedParameters]))
    }

    @Test func `a query is signed with its credentials, and a header may hold the time that it was signed at`() throws {
        let mapping = try Self.mapping(
            "{ method: GET, path: /p }", "{ key: secret, header: X-Sign, signs: [sorted_params] }",
            extra: "ts: { out: now, as: time(unix) }")
        let request = try Self.written(mapping, click: Self.click("sorted_params"))
        #expect(request.query.hasPrefix("key=public%20key&click=") && request.query.hasSuffix("&ts=1763600000"))
        #expect(try Self.verifies(request, mapping))
        var changed = request
        changed.query = request.query.replacing("public", with: "other")
        #expect(try !Self.verifies(changed, mapping))
    }

    @Test func `a request with nothing to sign is not sent`() throws {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: POST, path: /p, body: json }
            credentials: { secret: { signs: true } }
            signature: { key: secret, body: sig, signs: [sorted_json] }
            fields: { cid: { is: click_id } }
            """)
        let writer = try MappingWriter(mapping, url: "https://t.example", credentials: ["secret": "s"])
        let empty = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        #expect(throws: Skip("Acme wants a signature over sorted_json, and this request has nothing to sign")) {
            try writer.write(empty, at: Samples.receivedAt)
        }
    }

    @Test func `what a sender's sample is signed with verifies, in the body too`() throws {
        for (request, body) in [("{ method: POST, path: /p, body: json }", #"{"click":"c"}"#), ("{ method: GET, path: /p }", "")] {
            let mapping = try Self.mapping(
                request, "{ key: secret, body: sig, query: sig, signs: [sorted_params] }")
            let sample = WireRequest(
                method: body.isEmpty ? "GET" : "POST", path: "/p", query: body.isEmpty ? "click=c" : "", body: Array(body.utf8))
            let signed = mapping.addingCredentials(["secret": "s3cret", "key": "k"], to: sample, at: Samples.receivedAt)
            #expect(try Self.verifies(signed, mapping))
            #expect(signed.query.contains("key=k"))
        }
    }
}
