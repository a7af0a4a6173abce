import Testing

@testable import Mappings

/// Where a tracker's requests go: settings, credentials and what a conversion says in the path; another host; the root.
struct AddressWriterTests {
    private static func compile(_ request: String, _ rest: String = "") throws -> Mapping {
        try Samples.compile(
            """
            tracker: Acme
            request: \(request)
            settings: { brand: {}, region: {} }
            credentials: { key: { path: key }, secret: { query: s } }
            \(rest)
            """)
    }

    private static func sent(
        _ mapping: Mapping, url: String = "https://t.example", order: String? = "A 1", there: String? = nil,
        settings: [String: String] = ["brand": "b/c", "region": "eu"]
    ) throws -> String {
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        conversion[.orderID] = order.map { .text($0) } ?? .absent
        conversion[.there] = there.map { .text($0) } ?? .absent
        let writer = try MappingWriter(
            mapping, url: url, settings: settings.mapValues { .text($0) }, credentials: ["key": "k/1", "secret": "hush"])
        do throws(Skip) {
            let request = try writer.write(conversion, at: Samples.receivedAt)
            return "\(request.method) \(request.url) | \(request.maskedURL)"
        } catch {
            return error.reason
        }
    }

    @Test func `settings, credentials and fields are percent-encoded into their segments, and credentials are masked`() throws {
        let mapping = try Self.compile("{ method: DELETE, path: \"/{key}/{brand}/orders/{order_id}\" }")
        #expect(
            try Self.sent(mapping)
                == "DELETE https://t.example/k%2F1/b%2Fc/orders/A%201?s=hush | https://t.example/***/b%2Fc/orders/A%201?s=***")
        let writer = try MappingWriter(
            mapping, url: "https://t.example/x/", settings: ["brand": .text("b")], credentials: ["key": "k", "secret": "hush"])
        #expect(writer.url == "https://t.example/x/***/b/orders/{order_id}")
    }

    @Test func `a value never changes the shape of the path`() throws {
        let mapping = try Self.compile("{ method: GET, path: \"/orders/{order_id}/void\" }")
        #expect(try Self.sent(mapping, order: "?x=1#&é%2F").hasPrefix("GET https://t.example/orders/%3Fx%3D1%23%26%C3%A9%252F/void?"))
        #expect(try Self.sent(mapping, order: nil) == "order_id is a part of the path, and this conversion has none")
        #expect(try Self.sent(mapping, order: " ") == "order_id is a part of the path, and this conversion has none")
        #expect(try Self.sent(mapping, order: "..") == "order_id is a part of the path, and '..' there would lead to another one")
        #expect(try Self.sent(mapping, order: ".") == "order_id is a part of the path, and '.' there would lead to another one")
        #expect(try Self.sent(mapping, order: "a/../b") == "order_id is a part of the path, and 'a/../b' with its slash would be several")
        #expect(try Self.sent(mapping, order: "a\\b") == "order_id is a part of the path, and 'a\\b' with its slash would be several")
        #expect(try Self.sent(mapping, order: "1:go").hasPrefix("GET https://t.example/orders/1:go/void"))
        #expect(try Self.sent(mapping, order: "...").hasPrefix("GET https://t.example/orders/.../void"))
    }

    @Test func `text around a variable stays, and what is read is between`() throws {
        let mapping = try Self.compile("{ method: GET, path: \"/v1/x-{key}/c-{brand}:send/{order_id}.json\" }")
        #expect(mapping.request.path.description == "/v1/x-{key}/c-{brand}:send/{order_id}.json")
        #expect(
            try Self.sent(mapping)
                == "GET https://t.example/v1/x-k%2F1/c-b%2Fc:send/A%201.json?s=hush | https://t.example/v1/x-***/c-b%2Fc:send/A%201.json?s=***"
        )
        #expect(
            mapping.request.path.match("/v1/x-secret/c-b%2Fc:send/A%201.json") == ["key": "secret", "brand": "b/c", "order_id": "A 1"])
        for other in ["/v1/secret/c-b:send/A.json", "/v1/x-s/c-b/A.json", "/v1/x-s/c-:send/A.json", "/v1/x-s/c-b:send/.json"] {
            #expect(mapping.request.path.match(other) == nil, "\(other)")
        }
        #expect(mapping.request.path.masked("/gateway/v1/x-secret/c-b:send/A.json") == "/gateway/v1/x-***/c-b:send/A.json")
    }

    @Test func `a parameter in the path is read and written, with its words and its converter`() throws {
        let mapping = try Self.compile(
            "{ method: PUT, path: \"/{key}/orders/{ref}/{kind}\" }",
            """
            fields:
              ref: { is: order_id, place: path, required: true, length: 1..10 }
              kind: { is: type, place: path, default: sale, values: { purchase: [sale, deposit], contact: lead } }
            """)
        let path = try #require(mapping.request.path.match("/k%2F1/orders/A%201/contact"))
        let parsed = try mapping.parse(WireRequest(method: "PUT", path: "/k%2F1/orders/A%201/contact"), pathValues: path)
        let conversion = try MappingReader(mapping).read(parsed, as: Samples.identity)
        #expect(conversion.text(.orderID) == "A 1")
        #expect(conversion.text(.type) == "lead")
        #expect(parsed.value(at: .path("key")) == "k/1")
        let writer = try MappingWriter(mapping, url: "https://t.example", credentials: ["key": "k", "secret": "s"])
        #expect(try writer.write(conversion, at: Samples.receivedAt).url == "https://t.example/k/orders/A%201/contact?s=s")
    }

    @Test func `a canonical field in the path needs no further word, in both directions`() throws {
        let mapping = try Self.compile("{ method: GET, path: \"/orders/{order_id}\" }")
        let values = try #require(mapping.request.path.match("/orders/A-1/"))
        let read = try MappingReader(mapping).read(
            mapping.parse(WireRequest(method: "GET", path: "/orders/A-1/"), pathValues: values), as: Samples.identity)
        #expect(read.text(.orderID) == "A-1")
        #expect(read.extra.members.isEmpty)
    }

    @Test func `the tracker's own id goes into the path, or the delivery is skipped`() throws {
        let mapping = try Self.compile("{ method: DELETE, path: \"/conversions/{there}\" }")
        #expect(try Self.sent(mapping, there: "T/7") == "there is a part of the path, and 'T/7' with its slash would be several")
        #expect(try Self.sent(mapping, there: "T 7").hasPrefix("DELETE https://t.example/conversions/T%207?"))
        #expect(
            try Self.sent(mapping)
                == "the path holds {there}, the tracker's own id of the conversion, and no answer of the tracker said one")
    }

    @Test func `a path is the root, or ends with a slash`() throws {
        let root = try Self.compile("{ method: GET, path: / }")
        #expect(try Self.sent(root).hasPrefix("GET https://t.example/?s=hush"))
        #expect(try Self.sent(root, url: "https://t.example/postback.php").hasPrefix("GET https://t.example/postback.php?s=hush"))
        #expect(root.request.path.match("/") != nil)
        #expect(root.request.path.match("/x") == nil)
        let slash = try Self.compile("{ method: GET, path: /1.6/orders/ }")
        #expect(try Self.sent(slash).hasPrefix("GET https://t.example/1.6/orders/?s=hush"))
        #expect(try Self.sent(slash, url: "https://t.example/1.6/orders").hasPrefix("GET https://t.example/1.6/orders/?s=hush"))
        #expect(slash.request.path.match("/1.6/orders") != nil)
        #expect(slash.request.path.match("/1.6/orders/") != nil)
    }

    @Test func `a call may have a host of its own, unless the destination stands in for all of the tracker`() throws {
        let mapping = try Self.compile("{ method: GET, path: /p, host: \"refunds.{region}.acme.example:8443\" }")
        #expect(try Self.sent(mapping, url: "https://acme.example/base").hasPrefix("GET https://refunds.eu.acme.example:8443/p?"))
        #expect(try Self.sent(mapping, url: "http://127.0.0.1:9/base").hasPrefix("GET http://127.0.0.1:9/base/p?"))
        #expect(try Self.sent(mapping, url: "http://localhost:9").hasPrefix("GET http://localhost:9/p?"))
        #expect(
            try Self.sent(mapping, url: "https://acme.example", settings: ["region": "eu.evil.example/#"])
                .hasPrefix("GET https://acme.example/p?"))
    }

    @Test func `a secret in a path is masked wherever the path is, and put in again`() throws {
        let plan = try Self.compile("{ method: GET, path: \"/{key}/postback\" }").request.path
        #expect(plan.masked("/hush/postback") == "/***/postback")
        #expect(plan.masked("/shop//front/hush/postback/") == "/shop//front/***/postback/")
        #expect(plan.masked("/hush/other") == "/hush/other")
        #expect(plan.masked("/postback") == "/postback")
        #expect(plan.replacingSecrets(in: "/{key}/postback") { $0 == "key" ? "k%2F" : nil } == "/k%2F/postback")
    }
}
