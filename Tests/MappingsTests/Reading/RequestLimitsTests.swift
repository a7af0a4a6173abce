import Testing

@testable import Mappings

/// Nobody makes the gateway work out of proportion to what he sends. The inputs with a time limit are so large that work that grows with the
/// square of the size would take hours.
struct RequestLimitsTests {
    private static let acme = """
        tracker: Acme
        request: { method: POST, path: /pb, body: [json, form] }
        credentials: { key: { query: key, body: key } }
        fields:
          cid: { is: click_id }
          "items[].price": { is: unit_price, aliases: [cost] }
        """

    private func read(_ body: String, query: String = "", type: String = "application/json") throws -> Result<Conversion, Refusal> {
        let mapping = try Samples.compile(Self.acme)
        let request = WireRequest(method: "POST", path: "/pb", query: query, headers: [("Content-Type", type)], body: Array(body.utf8))
        return Samples.outcome(of: request, mapping, MappingReader(mapping))
    }

    private func form(_ body: String) throws -> Result<Conversion, Refusal> { try read(body, type: "application/x-www-form-urlencoded") }

    private func repeated(_ text: String, _ count: Int, by separator: String) -> String {
        repeatElement(text, count: count).joined(separator: separator)
    }

    @Test(arguments: [
        ("a&a&a", "a a#2 a#3"), ("a&a%232&a&a", "a a#2 a#3 a#4"), ("a&a&a%232&a", "a a#2 a#2#2 a#3"),
        ("a%233&a&a&a", "a#3 a a#2 a#4"), ("a%232&a%232&a&a", "a#2 a#2#2 a a#3"), ("a%232%232&a%232&a%232&a&a", "a#2#2 a#2 a#2#3 a a#3"),
    ])
    func `a repeated name gets the next number that the sender did not use himself`(query: String, names: String) throws {
        let conversion = try read("{}", query: query).get()
        #expect(conversion.extra.members.map { String($0.key.dropFirst("query.".count)) }.joined(separator: " ") == names)
    }

    private static let sentence = "the request has 1001 parameters and members that no field names; 1000 are allowed"

    @Test func `1,000 parameters are read, and one more is refused`() throws {
        let names = (1...1000).map { "p\($0)=1" }.joined(separator: "&")
        #expect(try read("{}", query: names).get().extra.members.count == 1000)
        #expect(try read("{}", query: names + "&key=k").refusal == Self.sentence)
        #expect(try read(#"{"a":1}"#, query: names).refusal == Self.sentence)
        #expect(try read(#"{"cid":"c","a":{"b":{"c":[1,2]}}}"#, query: repeated("a", 999, by: "&")).refusal == nil)
        #expect(try form("cid=c&" + names).refusal == Self.sentence)
        #expect(try form(repeated("cid=c", 1000, by: "&")).refusal == nil)
        #expect(try form(repeated("cid=c", 1001, by: "&")).refusal == Self.sentence)
        let trcker = try Samples.mapping("trcker")
        let click = WireRequest(method: "GET", path: "/api/postback/b/o", query: "click_id=c&" + names)
        #expect(Samples.outcome(of: click, trcker, MappingReader(trcker)).refusal == Self.sentence)
    }

    @Test func `what proves the sender of too many parameters is found among them`() throws {
        let mapping = try Samples.compile(Self.acme)
        let many = repeated("a%20b", 2000, by: "&")
        for (type, body, query) in [
            ("application/x-www-form-urlencoded", many + "&k%65y=the+key&x", ""), ("application/json", "{}", many + "&amp;key=the%20key"),
        ] {
            let request = WireRequest(method: "POST", path: "/pb", query: query, headers: [("Content-Type", type)], body: Array(body.utf8))
            let parsed = try mapping.parse(request)
            #expect(parsed.value(atFirstOf: [.body("key"), .query("key")]) == "the key")
            #expect(parsed.extra.members.count <= 1000)
            let unread = mapping.parseCredentials(request)
            #expect(unread.value(atFirstOf: [.body("key"), .query("key")]) == "the key")
        }
    }

    @Test func `a large cart is no large request`() throws {
        func order(_ items: Int, _ members: Int) -> String {
            let item = "{\"price\":1,\"quantity\":1,\"sku\":\"s\",\"name\":\"n\"" + (0..<members).map { ",\"m\($0)\":1" }.joined() + "}"
            return #"{"cart_id":"c","order_id":"o","currency_code":"USD","items":["# + repeated(item, items, by: ",") + "]}"
        }
        #expect(try Samples.read("refersion", order(100, 0)).get().items.count == 100)
        #expect(try Samples.read("refersion", order(250, 40)).get().extra.members.count == 10_000)
        #expect(
            try Samples.read("refersion", order(251, 40)).refusal
                == "the request has 10040 members of items that no field names; 10000 are allowed")
        #expect(try Samples.read("refersion", order(10_000, 0)).get().items.count == 10_000)
        #expect(try Samples.read("refersion", order(10_001, 0)).refusal == "the request has 10001 items; 10000 are allowed")
    }

    @Test(.timeLimit(.minutes(15)), arguments: ["a", "a=1", "%61", "a%232", "amp;a", "=", "key=k"])
    func `200,000 parameters are refused in time`(parameter: String) throws {
        let many = repeated(parameter, 200_000, by: "&")
        let sentence = "the request has 200000 parameters and members that no field names; 1000 are allowed"
        #expect(try read("{}", query: many).refusal == sentence)
        #expect(try form(many).refusal == sentence)
        _ = Parameters.masking(["key"], in: Array(many.utf8), with: "***")
    }

    @Test(.timeLimit(.minutes(15))) func `200,000 currencies that an HTML page has mangled are refused in time`() throws {
        #expect(
            try form(repeated("¤cy=", 200_000, by: "")).refusal
                == "the request has 200000 parameters and members that no field names; 1000 are allowed")
    }

    @Test(
        .timeLimit(.minutes(15)),
        arguments: [
            "{}", "5", #"{"a":1}"#, #"{"price":1,"cost":2}"#, #"{"price":[]}"#, "[[]]",
        ])
    func `200,000 items are refused in time`(item: String) throws {
        let body = #"{"items":["# + repeated(item, 200_000, by: ",") + "]}"
        #expect(try read(body).refusal == "the request has 200000 items; 10000 are allowed")
    }

    @Test(.timeLimit(.minutes(15))) func `each item may have its price under two names`() throws {
        let conversion = try read(#"{"items":["# + repeated(#"{"price":1,"cost":2}"#, 10_000, by: ",") + "]}").get()
        #expect(conversion.extra.members.count == 10_000)
        #expect(conversion.extra["items[9999].cost"] == .number("2"))
    }

    @Test(.timeLimit(.minutes(15))) func `100,000 numbers for one name are found in time`() {
        var taken: [String: Int] = [:]
        let sent = (2...100_000).map { "a#\($0)" } + ["a"]
        #expect(sent.allSatisfy { ParsedRequest.free($0, &taken) == $0 })
        #expect((1...100_000).allSatisfy { ParsedRequest.free("a", &taken) == "a#\(100_000 + $0)" })
    }
}
