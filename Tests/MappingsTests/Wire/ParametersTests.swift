import Testing

@testable import Mappings

struct ParametersTests {
    private static func text(_ parameters: Parameters) -> String {
        parameters.pairs.map { "\($0.name)→\($0.value)" }.joined(separator: " ")
    }
    private static let repaired = "'¤cy' was read as '&currency': the sender's URL went through an HTML page"

    @Test(arguments: [
        ("", ""), ("a=1&b=2", "a→1 b→2"), ("a=x+y%21", "a→x y!"), ("a=x%2By", "a→x+y"), ("a=%", "a→%"), ("a=%4", "a→%4"),
        ("a=%zz", "a→%zz"), ("a=100%&b=%41", "a→100% b→A"),
        ("a", "a→"), ("a=", "a→"), ("=a", "→a"), ("a==b=c", "a→=b=c"), ("&&a=1&", "a→1"), ("a=%e4%F6", "a→äö"), ("a=%C3%A4", "a→ä"),
        ("a=%2541", "a→%41"),
        ("a%5Bb%5D=1", "a[b]→1"), ("a=%00", "a→\0"), ("a=1;b=2", "a→1;b=2"), ("a=ü", "a→ü"), ("a=%F0%9F%98%80", "a→😀"),
    ])
    func `names and values are decoded once`(query: String, pairs: String) {
        #expect(Self.text(Parameters(decoding: query)) == pairs)
        #expect(Parameters(decoding: query).warnings == [])
    }

    @Test(arguments: [
        "amount=5¤cy=EUR", "amount=5%C2%A4cy=EUR", "amount=5%c2%a4cy=EUR", "amount=5%C2%a4cy=EUR", "amount=5%c2%A4cy=EUR",
        "amount=5%A4cy=EUR", "amount=5%a4cy=EUR",
        "amount=5&¤cy=EUR",
    ])
    func `a currency that an HTML page has mangled is put right`(query: String) {
        #expect(Self.text(Parameters(decoding: query)) == "amount→5 currency→EUR")
        #expect(Parameters(decoding: query).warnings == [Self.repaired])
    }

    @Test func `the sign may be a single byte of Latin-1, and may come first`() {
        #expect(Self.text(Parameters(decoding: Array("amount=5".utf8) + [0xA4] + Array("cy=EUR".utf8))) == "amount→5 currency→EUR")
        #expect(Self.text(Parameters(decoding: "¤cy=EUR&amount=5")) == "currency→EUR amount→5")
        #expect(Self.text(Parameters(decoding: "¤cy=EUR¤cy=USD")) == "currency→EUR currency→USD")
    }

    @Test(arguments: ["a=5¤&cy=1", "a=5¤cyan=1", "a=Näcy=1", "a=N%C3%A4cy=1", "a=¤", "currency=EUR", "a=%A4"])
    func `other signs and letters stay what they are`(query: String) {
        #expect(Parameters(decoding: query).warnings == [])
    }

    @Test func `a body of nothing but signs is read in one pass`() {
        let body = Array(repeatElement(Array("\u{A4}cy=".utf8), count: 150_000).joined())
        let clock = ContinuousClock()
        let time = clock.measure { #expect(Parameters(decoding: body).pairs.count == 150_000) }
        #expect(time < .seconds(5))
    }

    @Test func `a value is encoded so that it can be anywhere in a URL`() {
        #expect("a-Z0._~".percentEncoded == "a-Z0._~")
        #expect("a b&c=d/e?f#g+h%41{i}\n\"ü😀".percentEncoded == "a%20b%26c%3Dd%2Fe%3Ff%23g%2Bh%2541%7Bi%7D%0A%22%C3%BC%F0%9F%98%80")
    }

    @Test(arguments: [
        ("plain", "plain"), ("a+b", "a+b"), ("a%20b+c", "a b+c"), ("a&b%20c", "a&b c"), ("x=y%3D", "x=y="), ("%C3%BC", "ü"), ("%FC", "ü"),
        ("50%", "50%"), ("%A4cy=", "¤cy="),
        ("%2F%252F", "/%2F"),
    ])
    func `a path segment is decoded without pluses and parameters`(segment: String, text: String) {
        #expect(segment.percentDecoded == text)
    }

    @Test(arguments: [
        "{click_id}", "{{cid}}", "{}", "%7Bclickid%7D", "%7bclickid%7d", "%5BCLICKID%5D", "[CLICKID]", "#reqid#", "<subid>", "${id}",
        "%click%", "null", "NULL", "undefined", "Undefined",
    ])
    func `a macro that was not filled in is recognised`(text: String) {
        #expect(text.isUnexpandedMacro)
    }

    @Test(arguments: [
        "", "{", "}", "#", "##", "%", "%%", "$}", "a{b}", "{b}a", "#a", "a#", "%41", "nullable", "nul", "undefined1", "click", "$id", "[a",
        "%7Ba",
    ])
    func `what only looks a little like a macro is a value`(text: String) {
        #expect(!text.isUnexpandedMacro)
    }

    @Test func `a header is found in any case, the first of its name, without white space around it`() {
        let request = WireRequest(
            method: "GET", path: "/p", query: "a=1", headers: [("x-rs-sign", " \tabc "), ("X-RS-Sign", "def"), ("X-RS-SigN@", "ghi")])
        #expect(request.header("X-RS-Sign") == "abc")
        #expect(request.header("X-RS-Sign`") == nil)
        #expect(request.header("X-RS") == nil)
        #expect(request.target == "/p?a=1")
    }

    @Test(
        arguments: [
            ("/api/postback/b/o", "brand=b offer=o"), ("/api/postback/b/o/", "brand=b offer=o"),
            ("/api/postback/b%20%26+c/%C3%BC", "brand=b &+c offer=ü"),
            ("/api/postback/b/%2F", "brand=b offer=/"), ("/api/postback/b&c%20d/o", "brand=b&c d offer=o"), ("/api/postback/b//", nil),
            ("/api/postback//o", nil),
            ("/api/postback/b", nil), ("/api/postback/b/o/x", nil), ("/api/postback/b/o//", nil), ("/API/postback/b/o", nil),
            ("//api/postback/b/o", nil), ("/", nil), ("", nil),
            ("/api/%70ostback/b/o", nil),
        ] as [(String, String?)])
    func `a path gives its variable segments, decoded`(path: String, values: String?) throws {
        let found = try Samples.mapping("trcker").request.path.match(path)
        #expect(found?.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ") == values)
    }
}
