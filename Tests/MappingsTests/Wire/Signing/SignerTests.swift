import Testing

@testable import Mappings

struct SignerTests {
    private static let key = "your_secret_key"
    /// The page's payload, whose digests the page's own Python gives.
    private static let payload =
        #"{"clickid": "abc123def456", "event": "ftd", "status": "approved", "amount": "50.00", "currency": "USD", "timestamp": 1717000000}"#
    private static let sortedJSON = "017c2c700cd64ca9cc6f30bbb219bc158d12dfeb6e1695ee4938cb623ff4b71b"
    private static let sortedParameters = "bbf4a924078a7c110139bf24173ff8a038bba91add752b1bee5757d53b258dcd"
    private static let query = "clickid=abc123def456&event=ftd&status=approved&amount=50.00&currency=USD&timestamp=1717000000"

    private func verifies(
        _ request: WireRequest, key: String = key, forms: [SignedForm] = []
    ) throws -> Bool {
        let mapping = try Samples.mapping("rs-traffic")
        return try Signer(#require(mapping.signature), secret: key, forms: forms).verifies(mapping.parse(request))
    }

    private func post(_ body: String, type: String = "application/json", sign: String? = nil, query: String = "") -> WireRequest {
        let headers = [("Content-Type", type)] + (sign.map { [("X-RS-Sign", $0)] } ?? [])
        return WireRequest(method: "POST", path: "/v1/event", query: query, headers: headers, body: Array(body.utf8))
    }

    private func get(_ query: String, sign: String? = nil) -> WireRequest {
        WireRequest(method: "GET", path: "/v1/event", query: query, headers: sign.map { [("X-RS-Sign", $0)] } ?? [])
    }

    private func signed(_ text: String, key: String = key) throws -> String {
        try Signer(#require(Samples.mapping("rs-traffic").signature), secret: key, forms: []).sign(Array(text.utf8))
    }

    @Test func `the page's payload has the published signatures`() throws {
        #expect(try verifies(post(Self.payload, sign: Self.sortedJSON), forms: [.sortedJSON]))
        #expect(try verifies(post(Self.payload, sign: Self.sortedParameters), forms: [.sortedParameters]))
        #expect(try verifies(get(Self.query, sign: Self.sortedParameters), forms: [.sortedParameters]))
        #expect(try !verifies(post(Self.payload, sign: Self.sortedJSON), forms: [.sortedParameters, .rawBody]))
        #expect(try !verifies(post(Self.payload, sign: Self.sortedParameters), forms: [.sortedJSON, .rawBody]))
    }

    @Test func `the signature may be in a header, the body or the query, in either case of hex`() throws {
        let body = Self.payload.dropLast() + #", "sign": "\#(Self.sortedJSON)"}"#
        #expect(try verifies(post(String(body))))
        #expect(try verifies(post(Self.payload, query: "sign=" + Self.sortedJSON)))
        #expect(try verifies(post(Self.payload, sign: Self.sortedJSON.uppercased())))
        #expect(try verifies(get(Self.query + "&sign=" + Self.sortedParameters)))
        #expect(try verifies(get("sign=" + Self.sortedParameters.uppercased() + "&" + Self.query)))
    }

    @Test func `the first place that is used counts, even if it is wrong`() throws {
        #expect(try !verifies(post(Self.payload, sign: "00", query: "sign=" + Self.sortedJSON)))
        #expect(try !verifies(post(Self.payload, sign: "", query: "sign=" + Self.sortedJSON)))
    }

    @Test(arguments: ["", "0", "017c", sortedJSON + "0", String(sortedJSON.dropLast()), sortedParameters, "null"])
    func `another signature is refused`(sign: String) throws {
        #expect(try !verifies(post(Self.payload, sign: sign), forms: [.sortedJSON]))
    }

    @Test func `without a signature or with another key nothing verifies`() throws {
        #expect(try !verifies(post(Self.payload)))
        #expect(try !verifies(get(Self.query)))
        #expect(try !verifies(post(Self.payload, sign: Self.sortedJSON), key: "your_secret_kez"))
        #expect(try !verifies(post(Self.payload.replacing("50.00", with: "50.01"), sign: Self.sortedJSON)))
    }

    @Test func `the raw body counts as it was sent, JSON or form`() throws {
        #expect(try verifies(post(Self.payload, sign: signed(Self.payload)), forms: [.rawBody]))
        #expect(try !verifies(post(Self.payload + " ", sign: signed(Self.payload)), forms: [.rawBody]))
        let form = "status=approved&event=lead&clickid=c-1"
        let type = "application/x-www-form-urlencoded"
        #expect(
            try verifies(
                post(form, type: type, sign: "c0cfd83f1150a8f5b57abc4e26c6e1c291af63ca3cd07431e92593f40d5693b2"), forms: [.rawBody]))
    }

    @Test func `the signature of nothing fits no request`() throws {
        let nothing = try signed("")
        #expect(try !verifies(get(Self.query, sign: nothing)))
        #expect(try !verifies(get("", sign: nothing)))
        #expect(try !verifies(post("", type: "application/x-www-form-urlencoded", sign: nothing)))
        #expect(try !verifies(post("{}", sign: nothing)))
        var request = get(Self.query, sign: try signed("x"))
        request.body = Array("x".utf8)
        #expect(try !verifies(request))
    }

    /// Digests by Python's `json.dumps(…, ensure_ascii=True)` and `ensure_ascii=False`.
    @Test(arguments: [
        "211c661fc3cb1baf78f8488dd88c7ebb60535dd99661cf5bc58fa53b0e5015e4",
        "44f2f4aa23e66fbb58424e510b611e1d30a8727123ccde500608c9901d09ec78",
    ])
    func `other letters than ASCII verify escaped and as they are`(sign: String) throws {
        let body = "{\"status\":\"approved\",\"event\":\"lead\",\"clickid\":\"ж😀/\\\"\"}"
        #expect(try verifies(post(body, sign: sign), forms: [.sortedJSON]))
    }

    @Test func `parameters verify decoded and percent-encoded`() throws {
        let plain = try signed("clickid=c 1&event=lead&status=approved")
        let encoded = try signed("clickid=c%201&event=lead&status=approved")
        for sign in [plain, encoded] {
            #expect(try verifies(get("event=lead&clickid=c+1&status=approved", sign: sign), forms: [.sortedParameters]))
            #expect(try verifies(post(#"{"event":"lead","clickid":"c 1","status":"approved"}"#, sign: sign), forms: [.sortedParameters]))
        }
    }

    @Test func `what is written verifies when it is read`() throws {
        let mapping = try Samples.mapping("rs-traffic")
        let writer = try MappingWriter(mapping, url: "https://t.example", credentials: ["secret": Self.key])
        let request = try writer.write(Samples.sample(from: "rs-traffic"), at: Samples.receivedAt)
        let wire = WireRequest(method: request.method, path: "/v1/event", headers: request.headers, body: request.body)
        for form in SignedForm.all { #expect(try verifies(wire, forms: [form]) == (form != .sortedParameters)) }
        #expect(request.headers.first { $0.name == "X-RS-Sign" }?.value.count == 64)
    }

    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
    ])
    func `Base64 is that of RFC 4648`(text: String, encoded: String) {
        #expect(Array(text.utf8).base64 == encoded)
    }
}
