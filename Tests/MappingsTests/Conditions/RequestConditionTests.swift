import Testing

@testable import Mappings

struct RequestConditionTests {
    private static func condition(_ text: String) throws -> RequestCondition {
        var diagnostics = Diagnostics()
        let node = YAMLNode(.scalar(text, isPlain: true), at: SourceLocation(file: "t.yaml", line: 1, column: 5))
        let condition = RequestCondition.parse(node, settings: nil, into: &diagnostics)
        return try #require(condition, "\(diagnostics.all.map(\.description))")
    }

    private static func mistakes(_ text: String) -> [String] {
        var diagnostics = Diagnostics()
        let node = YAMLNode(.scalar(text, isPlain: true), at: SourceLocation(file: "t.yaml", line: 1, column: 5))
        #expect(RequestCondition.parse(node, settings: nil, into: &diagnostics) == nil)
        return diagnostics.all.map(\.description)
    }

    private static let json = WireRequest(
        method: "POST", path: "/hook", query: "kind=sale&empty=&a%20b=c",
        headers: [("X-Shop-Topic", "order.created"), ("Content-Type", "application/json")],
        body: Array(
            #"""
            {"type":"charge.refunded","live":true,"total":12.50,"none":null,"blank":"","list":[],"data":{"object":{"id":"ch_1"}},
             "lines":[{"sku":"A"},{"sku":"B"}],"with-dash":"x","esc\u0061ped":"y"}
            """#.utf8))

    @Test(arguments: [
        #"method == "POST" and path == "/hook""#, #"headers.x-shop-topic == "order.created""#,
        #"headers.X-Shop-Topic in ["order.updated", "order.created"]"#, #"query.kind == "sale""#, #"not exists(query.empty)"#,
        #"not exists(query.missing)"#, #"body.type == "charge.refunded""#, #"body.live"#, #"body.live == true"#, #"body.total == 12.5"#,
        #"body.total > 12"#, #"not exists(body.none) and not exists(body.blank) and not exists(body.list)"#, #"exists(body.data.object)"#,
        #"body.data.object.id == "ch_1""#, #"body.lines[1].sku == "B""#, #"not exists(body.lines[2].sku)"#, #"body.with-dash == "x""#,
        #"body.escaped == "y""#, #"lower(headers.Content-Type) == "application/json" or false"#, #"not exists(body.data.object.id.deeper)"#,
    ])
    func `a condition sees the parts of a request`(text: String) throws {
        #expect(try Self.condition(text).isTrue(RawRequest(Self.json)), "\(text)")
    }

    @Test func `a form's parameters are its body, and a body that is neither has none`() throws {
        var request = Self.json
        request.body = Array("webhook_id=7&order.id=o-1&empty=".utf8)
        let raw = RawRequest(request)
        #expect(try Self.condition(#"exists(body.webhook_id) and body.webhook_id == "7""#).isTrue(raw))
        #expect(try Self.condition(#"body.order.id == "o-1" and not exists(body.empty)"#).isTrue(raw))
        for text in ["", "{broken", "\u{FEFF}"] {
            request.body = Array(text.utf8)
            #expect(try !Self.condition("exists(body.webhook_id)").isTrue(RawRequest(request)), "\(text)")
        }
        request.body = Array("\u{FEFF}{\"type\":\"a\"}".utf8)
        #expect(try Self.condition(#"body.type == "a""#).isTrue(RawRequest(request)))
    }

    @Test(arguments: [
        (#"root == "order""#, true), (#"body.@kind == "sale""#, true), (#"body.lines.line[1].@sku == "Y""#, true),
        (#"body.lines.line[1].$ == "two""#, true), (#"body.click == "c-1""#, true), ("exists(body.lines)", true),
        ("exists(body.empty)", false), ("exists(body.lines.line[2])", false), (#"body.@missing == "x""#, false),
        (#"body.order == "x""#, false),
    ])
    func `an XML body's parts are below its root`(source: String, isTrue: Bool) throws {
        let body = """
            <?xml version="1.0"?>
            <o:order xmlns:o="u" kind="sale"><click type="s"> c-1 </click><lines><line sku="X"/><line sku="Y">two</line></lines><empty/></o:order>
            """
        let request = WireRequest(method: "POST", path: "/", headers: [], body: Array(body.utf8))
        #expect(try Self.condition(source).isTrue(RawRequest(request)) == isTrue)
    }

    @Test func `a mistake in a condition is one error that says what it knows`() {
        let known = "it knows method, path, headers.NAME, query.NAME, body.NAME and root"
        #expect(Self.mistakes(#"bdy.type == "a""#) == ["t.yaml:1:5: error: unknown name 'bdy.type' in an 'if'; \(known)"])
        #expect(
            Self.mistakes(#"method == "POST" and amount < 0"#) == [
                "t.yaml:1:26: error: unknown name 'amount' in an 'if'; \(known): the request is not read yet, so write where 'amount' is in it"
            ])
        #expect(
            Self.mistakes("count() > 0") == [
                "t.yaml:1:5: error: 'count' is about a conversion, and an 'if' decides before there is one; \(known)"
            ])
        #expect(Self.mistakes("method") == ["t.yaml:1:5: error: this expression must be a flag, but this is a text"])
        #expect(Self.mistakes("method = 'GET'") == ["t.yaml:1:12: error: unexpected '=' in an expression; compare with =="])
        #expect(Self.mistakes("body..a == 1") == ["t.yaml:1:5: error: unknown name 'body..a' in an 'if'; \(known)"])
    }
}
