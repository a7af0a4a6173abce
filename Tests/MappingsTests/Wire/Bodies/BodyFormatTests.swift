import Testing

@testable import Mappings

struct BodyFormatTests {
    private static func name(_ type: String?, _ body: String, among formats: [any BodyFormat] = BodyFormats.all) throws(Refusal) -> String?
    {
        let plan = RequestPlan(methods: ["POST"], paths: [PathPlan(segments: [])], formats: formats, isSorted: false)
        let headers = type.map { [(name: "Content-Type", value: $0)] } ?? []
        return try plan.format(of: WireRequest(method: "POST", path: "/", headers: headers, body: Array(body.utf8)))?.name
    }

    @Test(arguments: [
        ("application/json", "", "json"), ("text/json; charset=utf-8", "", "json"), ("application/problem+json", "", "json"),
        ("Application/JSON;charset=utf-8", "a=1", "json"), ("application/x-www-form-urlencoded", "{}", "form"),
        ("application/x-www-form-urlencoded; charset=UTF-8", "", "form"),
        ("", "a=1", "form"), ("", " \n{", "json"), ("", "[1]", "json"), ("", "", "form"),
    ])
    func `a content type names the format, and without one the bytes do`(type: String, body: String, name: String) throws {
        #expect(try Self.name(type, body) == name)
        if type.isEmpty { #expect(try Self.name(nil, body) == name) }
    }

    @Test func `a mapping's only format takes every body without a content type`() throws {
        #expect(try Self.name(nil, "a=1", among: [BodyFormats.json]) == "json")
        #expect(try Self.name(nil, "{}", among: [BodyFormats.form]) == "form")
    }

    @Test func `another content type is refused with those that are read`() {
        let refusal = Refusal(
            .unsupportedMediaType,
            "Content-Type 'text/csv' is not read here; send application/json or application/xml or application/x-www-form-urlencoded")
        #expect(throws: refusal) { try Self.name("text/csv", "<a/>") }
        #expect(throws: Refusal(.unsupportedMediaType, "Content-Type 'text/xml' is not read here; send application/json")) {
            try Self.name("text/xml", "<a/>", among: [BodyFormats.json])
        }
    }

    @Test func `the fields of a GET request are in the query, whatever its content type`() throws {
        let plan = RequestPlan(methods: ["GET"], paths: [PathPlan(segments: [])], formats: BodyFormats.all, isSorted: false)
        #expect(try plan.format(of: WireRequest(method: "GET", path: "/", headers: [("Content-Type", "text/xml")])) == nil)
        #expect(plan.writtenFormat == nil)
    }

    @Test(arguments: [
        ("json", "", #"{"key":"a\"b"}"#), ("json", "{}", #"{"key":"a\"b"}"#),
        ("json", "{ \"n\": 1.50 }\n", "{ \"n\": 1.50 ,\"key\":\"a\\\"b\"}\n"),
        ("json", #"{"key":"old","n":1}"#, #"{"key":"a\"b","n":1}"#), ("json", #"{"key":17,"n":1}"#, #"{"key":"a\"b","n":1}"#),
        ("json", "[1]", "[1]"), ("json", "{", "{"),
        ("xml", "<!-- c --><a>\n<b>1</b>\n</a>\n", "<!-- c --><a>\n<b>1</b>\n<key>a\"b</key></a>\n"),
        ("xml", "<a/>", #"<?xml version="1.0" encoding="UTF-8"?><a><key>a"b</key></a>"#), ("xml", "<a>", "<a>"),
        ("xml", "<a><x:key>old</x:key></a>", #"<?xml version="1.0" encoding="UTF-8"?><a><key>a"b</key></a>"#),
        ("form", "", "key=a%22b"), ("form", "n=1", "n=1&key=a%22b"), ("form", "key=old&n=1+2", "n=1+2&key=a%22b"),
    ])
    func `a member is added or replaced, and the other bytes stay`(name: String, body: String, wanted: String) throws {
        let format = try #require(BodyFormats.named(name))
        #expect(String(decoding: format.setting("key", to: "a\"b", in: Array(body.utf8)), as: UTF8.self) == wanted)
    }

    @Test(arguments: [
        (#"{"key":"s","n":"s"}"#, #"{"key":"***","n":"s"}"#), (#"{"key":17,"a":{"key":1}}"#, #"{"key":"***","a":{"key":1}}"#),
        (#"{"key": "s","#, #"{"key": "***","#), ("key=s&n=1&k%65y=t", "key=***&n=1&k%65y=***"), ("key", "key"), ("", ""),
        ("<a><key>s</key><n>s</n><x:key a='1'>s</x:key></a>", "<a><key>***</key><n>s</n><x:key a='1'>***</x:key></a>"),
        (
            "<a key='s' keys='t' x:key = \"u\"><key/><keys>u</keys><key>s",
            "<a key='***' keys='t' x:key = \"***\"><key/><keys>u</keys><key>***"
        ),
        ("<key><b>s</b><key>s</key>s</key\n><key a='>'>s</key>", "<key>***</key\n><key a='>'>***</key>"),
        ("<a><![CDATA[<key>s</key>]]><!-- <key>s --></a>", "<a><![CDATA[<key>***</key>]]><!-- <key>***"), ("<key <key", "<key ***"),
        ("<a><key>s</a><b>s</b>", "<a><key>***"), ("<a>&<key=s&key=s", "<a>&<key=s&key=***"), ("<", "<"), ("<a key='s", "<a key='***"),
    ])
    func `a member is hidden in a body of any format`(body: String, masked: String) {
        #expect(String(decoding: BodyFormats.masking(["key"], in: Array(body.utf8), with: "***"), as: UTF8.self) == masked)
        #expect(BodyFormats.masking([], in: Array(body.utf8), with: "***") == Array(body.utf8))
    }

    @Test func `a form has its members' whole names, its own order, and the query's parameters beside it`() throws {
        for (sorted, body) in [("", "b=2&customer.name=Z&a=c-1"), (", sorted: true", "a=c-1&b=2&customer.name=Z")] {
            let mapping = try Samples.compile(
                """
                tracker: Acme
                request: { method: POST, path: /p, body: form\(sorted) }
                fields:
                  b: { out: '"2"' }
                  customer.name: { is: customer.first_name }
                  a: { is: click_id }
                  q: { is: order_id, place: query }
                examples:
                  - name: a form
                    conversion: { click_id: c-1, order_id: o-1, customer.first_name: Z }
                    sends: { query: { q: o-1 }, body: { b: "2", customer.name: Z, a: c-1 } }
                """)
            var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
            conversion[.clickID] = .text("c-1")
            conversion[.orderID] = .text("o-1")
            conversion[.customerFirstName] = .text("Z")
            let request = try MappingWriter(mapping, url: "https://t.example").write(conversion, at: Samples.receivedAt)
            #expect(request.url == "https://t.example/p?q=o-1" && String(decoding: request.body, as: UTF8.self) == body)
            #expect(ExampleRunner(mapping).run().flatMap(\.differences).map(\.description) == [])
        }
    }

    @Test func `a credential in the body is written in every format`() throws {
        for (format, body) in [("json", #"{"key":"k&1","cid":"c-1"}"#), ("form", "key=k%261&cid=c-1")] {
            let mapping = try Samples.compile(
                """
                tracker: Acme
                request: { method: POST, path: /p, body: \(format) }
                credentials: { key: { body: key } }
                fields: { cid: { is: click_id } }
                """)
            var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
            conversion[.clickID] = .text("c-1")
            let request = try MappingWriter(mapping, url: "https://t.example", credentials: ["key": "k&1"])
                .write(conversion, at: Samples.receivedAt)
            #expect(String(decoding: request.body, as: UTF8.self) == body && request.secretMembers == ["key"])
        }
    }
}
