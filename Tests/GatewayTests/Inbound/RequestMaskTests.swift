import Mappings
import Rules
import Testing

@testable import Gateway

struct RequestMaskTests {
    private func stored(_ tracker: String, _ request: WireRequest, secrets: [String] = ["pk_live_1", "a/b&c d"]) throws -> StoredRequest {
        let mapping = try #require(MappingCatalog.builtIn[tracker])
        return RequestMask(mapping, among: MappingCatalog.builtIn.mappings, secrets: SecretFinder(secrets)).stored(
            request, peer: "192.0.2.1")
    }

    private func body(_ text: String) throws -> String {
        String(decoding: try stored("refvenue", .post("/x", text)).body, as: UTF8.self)
    }

    @Test func `headers that carry credentials are left out`() throws {
        let headers = ["AUTHORIZATION": "Bearer x", "cookie": "a", "Proxy-Authorization": "b", "x-postback-secret": "c", "X-Other": "d"]
        #expect(try stored("trcker", .get("/x", "", headers)).headers.map(\.name) == ["X-Other"])
    }

    @Test func `a parameter is blotted out whatever its value and spelling`() throws {
        #expect(
            try stored("trcker", .get("/x", "a=1&secret=wrong&%73ecret=2&secrets=3&secret")).target
                == "/x?a=1&secret=***&%73ecret=***&secrets=3&secret")
    }

    @Test func `a member is blotted out, escaped or not, string or not`() throws {
        #expect(try body(#"{"a":1,"publishable_key": "wrong","b":2}"#) == #"{"a":1,"publishable_key": "***","b":2}"#)
        #expect(try body(#"{"publishable\u005fkey":"wr\"ong"}"#) == #"{"publishable\u005fkey":"***"}"#)
        #expect(try body(#"{"publishable_key":{"x":"wrong"}}"#) == #"{"publishable_key":"***"}"#)
        #expect(try body("publishable_key=wrong&a=1") == "publishable_key=***&a=1")
    }

    @Test(arguments: [
        (#"{"publishable_key":"wrong","publishable_key":"wr\"ong"}"#, #"{"publishable_key":"***","publishable_key":"***"}"#),
        (#"{"publishable_key" : "wrong"#, #"{"publishable_key" : "***""#),
        (#"{"publishable_key":wrong,"a":1"#, #"{"publishable_key":"***","a":1"#),
        (#"{"publishable_key""#, #"{"publishable_key""#),
        (#"{"a":"pk_live_1"#, #"{"a":"***"#),
    ])
    func `a body that is no JSON keeps no key either`(sent: String, kept: String) throws {
        #expect(try body(sent) == kept)
    }

    @Test func `a configured secret is found at every place and in every spelling`() throws {
        let request = WireRequest.post(
            "/a%2fb%26c%20d/x", #"{"x":"a\/b&c d","y":"pk_live_1pk_live_1"}"#, ["X": "is a/b&c d."], query: "q=a%2Fb%26c%20d")
        let kept = try stored("refcampaign", request)
        #expect(kept.target == "/***/x?q=***")
        #expect(String(decoding: kept.body, as: UTF8.self) == #"{"x":"***","y":"******"}"#)
        #expect(kept.headers.first?.value == "is ***.")
    }

    @Test func `a short secret is covered at its own place only`() throws {
        let kept = try stored("trcker", .get("/x", "secret=abc&click_id=abc"), secrets: ["abc"])
        #expect(kept.target == "/x?secret=***&click_id=abc")
    }

    @Test func `the secret header of an operator's own mapping is left out at another tracker's path`() throws {
        let own = """
            tracker: Acme
            request: { method: POST, path: /api/sales, body: json }
            credentials: { token: { header: X-Acme-Token } }
            fields: { order: { is: order_id } }
            replies: { accepted: {}, duplicate: {} }
            """
        var catalog = MappingCatalog.builtIn
        catalog.add(MappingCatalog.File(path: "acme.yaml", text: own))
        let mapping = try #require(catalog["trcker"])
        let mask = RequestMask(mapping, among: catalog.mappings, secrets: SecretFinder(["unrelated"]))
        let request = WireRequest.get("/api/postback/a/b", "click_id=c", ["X-Acme-Token": "t-live", "X-Other": "d"])
        #expect(mask.stored(request, peer: "").headers.map(\.name) == ["X-Other"])
    }
}
