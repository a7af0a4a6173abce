import FuzzProperties
import Testing

@testable import Mappings

/// XML bodies, read and written.
struct XMLBodyTests {
    static func mapping(_ rest: String = "", body: String = "xml") throws -> Mapping {
        try Samples.compile(
            """
            tracker: Acme
            request: { method: POST, path: /p, body: \(body), root: "o:order" }
            credentials: { key: { body: key } }
            fields:
              "@xmlns:o": { in: false, out: "'urn:orders'" }
              "@id": { is: order_id }
              click: { is: click_id }
              "total.@currency": { is: currency }
              total.$: { is: amount, as: "money(major)" }
              customer.mail: { is: customer.email }
              customer.name: { is: customer.first_name }
              "lines.line[].sku": { is: "items[].sku" }
              "lines.line[].@name": { is: "items[].name" }
              "lines.line[].each": { is: "items[].unit_price", as: decimal }
              "lines.line[].count": { is: "items[].quantity" }
              "tag[]": { is: sub_ids.s1, join: "," }
              "param[@name=coupon].$": { is: coupon_code }
              "param[@name=campaign].$": { is: sub_ids.s2 }
            \(rest)
            """)
    }

    private static func request(_ body: String, type: String? = "text/xml") -> WireRequest {
        WireRequest(method: "POST", path: "/p", headers: type.map { [("Content-Type", $0)] } ?? [], body: Array(body.utf8))
    }

    private static func read(_ body: String, type: String? = "text/xml", mapping: Mapping? = nil) throws -> Result<Conversion, Refusal> {
        let mapping = try mapping ?? Self.mapping()
        return Samples.outcome(of: request(body, type: type), mapping, MappingReader(mapping))
    }

    private static let full = """
        <?xml version="1.0" encoding="UTF-8"?>
        <!-- from the shop -->
        <x:order xmlns:x="urn:orders" xmlns:xsi="urn:xsi" id="A&amp;1" xsi:version="2">
          <key>hush</key>
          <click xsi:type="string"> c-<![CDATA[<1>]]> </click>
          <total currency="EUR">
            9.50
          </total>
          <customer><mail>jane@example.com</mail><vip/></customer>
          <lines>
            <line name="A &#34;pear&#34;"><sku>X</sku><each>4</each><count>1</count></line>
            <line><sku>Y</sku><each>5.50</each><count>1</count><gift>yes</gift></line>
          </lines>
          <tag>a</tag><tag>b</tag>
          <param name="campaign">spring</param><param name="coupon">SAVE</param><param name="other">x</param>
          <note lang="de">gerne</note>
        </x:order>
        """

    @Test func `a document is read by paths below its root, and what no field names is kept`() throws {
        let parsed = try Self.mapping().parse(Self.request(Self.full))
        #expect(parsed.value(at: .body("key")) == "hush")
        let conversion = try Self.read(Self.full).get()
        #expect(conversion.warnings == [])
        #expect(conversion.text(.orderID) == "A&1")
        #expect(conversion.text(.clickID) == "c-<1>")
        #expect(conversion[.amount].description == "9.5")
        #expect(conversion.text(.currency) == "EUR")
        #expect(conversion.text(.customerEmail) == "jane@example.com")
        #expect(conversion.items.map { $0[.sku].description } == ["X", "Y"])
        #expect(conversion.items[0][.name].description == "A \"pear\"")
        #expect(conversion.exampleText("sub_ids.s1") == "a,b")
        #expect(conversion.exampleText("sub_ids.s2") == "spring")
        #expect(conversion.text(.couponCode) == "SAVE")
        #expect(conversion.extra["note"] == ["@lang": "de", "$": "gerne"])
        #expect(conversion.extra["@version"] == "2")
        #expect(conversion.extra["click.@type"] == "string")
        #expect(conversion.extra["param[2]"] == ["@name": "other", "$": "x"])
        #expect(conversion.extra["lines.line[1].gift"] == "yes")
    }

    @Test func `one line is a list of one, nothing is absent, and many of what is one are refused`() throws {
        let one = try Self.read("<order id='1'><lines><line><sku>X</sku></line></lines><tag>a</tag></order>").get()
        #expect(one.items.count == 1 && one.warnings == [] && one.exampleText("sub_ids.s1") == "a")
        let none = try Self.read("<order id='1'><lines/><click/><customer>\n</customer><total>9</total></order>").get()
        #expect(none.items.isEmpty && none.warnings == [] && none[.clickID].isAbsent && none.exampleText("amount") == "9")
        #expect(try Self.read("<order><click>a</click><click>b</click></order>").refusal == "click must be a text, found a list")
        #expect(try Self.read("<order><click><id>a</id></click></order>").refusal == "click must be a text, found an object")
        #expect(
            try Self.read("<order><customer><mail>a@b.example</mail></customer><customer/></order>").refusal
                == "customer must be an object, found a list")
        let names = try Self.read("<order a:x='1' x='2' b:x='3'/>").get()
        #expect(
            names.extra.members.map { "\($0.key) \($0.value.plainText ?? "")" }.sorted() == ["@b:x 3", "@x 2"]
                || names.extra.members.count == 3)
    }

    @Test func `what is no XML is refused with line and column, and another root with both names`() throws {
        let invalid = "the body is not valid XML: "
        #expect(try Self.read("<order>\n<click>").refusal == invalid + "line 2, column 8: it ends before '</click>'")
        #expect(
            try Self.read("<!DOCTYPE order SYSTEM 'file:///etc/passwd'><order/>").refusal == invalid
                + "line 1, column 1: it has a document type, which is not read")
        #expect(try Self.read("<order/><order/>").refusal == invalid + "line 1, column 9: it has a second element at its top")
        #expect(try Self.read("<purchase/>").refusal == "the body begins with '<purchase>'; send '<o:order>'")
        #expect(try Self.read(" ").refusal == "the body is empty; send an XML document")
        #expect(
            try Self.read(#"{"@id": "1"}"#, type: "application/json").refusal
                == "Content-Type 'application/json' is not read here; send application/xml")
    }

    @Test(arguments: ["text/xml", "application/xml; charset=utf-8", "application/soap+xml", "Application/XML"])
    func `a content type of XML is known`(type: String) throws {
        #expect(try Self.read("<order id='1'/>", type: type).get().warnings == [])
    }

    @Test(arguments: ["text/plain", "application/x-www-form-urlencoded", "application/json", "", nil] as [String?])
    func `XML under another content type is read, with a warning`(type: String?) throws {
        let conversion = try Self.read("<order id='1'/>", type: type).get()
        let type = type ?? ""
        let warning =
            type.isEmpty
            ? "no Content-Type was sent; the body was read as XML" : "Content-Type '\(type)' does not fit the body; it was read as XML"
        #expect(conversion.text(.orderID) == "1" && conversion.warnings == [warning])
        #expect(try Self.read("<order", type: type).refusal?.hasPrefix("the body is not valid XML: line 1, column 7") == true)
    }

    @Test func `a mapping may read JSON and XML by the same fields`() throws {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: POST, path: /p, body: [json, xml, form], root: order }
            fields:
              id: { is: order_id }
              total: { is: amount, as: "money(major)" }
              "lines[].sku": { is: "items[].sku" }
            """)
        let bodies = [
            (#"{"id": "1", "total": "9.50", "lines": [{"sku": "X"}]}"#, "application/json"),
            ("<order><id>1</id><total>9.50</total><lines><sku>X</sku></lines></order>", "application/xml"),
            ("id=1&total=9.50&lines[0].sku=X", "application/x-www-form-urlencoded"),
        ]
        for (body, type) in bodies {
            let conversion = try Self.read(body, type: type, mapping: mapping).get()
            #expect(conversion.text(.orderID) == "1" && conversion[.amount].description == "9.5" && conversion.items.count == 1)
        }
        #expect(
            try Self.read("<order><id>1</id>", type: "text/xml", mapping: mapping).refusal?.contains("it ends before '</order>'") == true)
        #expect(try Self.read("<order>&id=1", type: "application/x-www-form-urlencoded", mapping: mapping).get().text(.orderID) == "1")
    }

    @Test func `what is written is escaped, in the order of the file, and can be read again`() throws {
        let mapping = try Self.mapping()
        var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
        conversion[.orderID] = .text("A\"<1>")
        conversion[.clickID] = .text("c & d ]]>")
        conversion[.amount] = .number(try ExactDecimal(parsing: "9.5"))
        conversion[.currency] = .text("EUR")
        conversion[.couponCode] = .text("SAVE")
        conversion.setSubID("s1", "a,b")
        conversion.items = ["X", "Y"].map { sku in
            var item = Item()
            item[.sku] = .text(sku)
            return item
        }
        let writer = try MappingWriter(mapping, url: "https://t.example", credentials: ["key": "h&sh"])
        let request = try writer.write(conversion, at: Samples.receivedAt)
        #expect(
            String(decoding: request.body, as: UTF8.self)
                == #"<?xml version="1.0" encoding="UTF-8"?><o:order xmlns:o="urn:orders" id="A&quot;&lt;1&gt;"><key>h&amp;sh</key>"#
                + #"<click>c &amp; d ]]&gt;</click><total currency="EUR">9.50</total><lines><line><sku>X</sku></line><line><sku>Y</sku></line>"#
                + #"</lines><tag>a</tag><tag>b</tag><param name="coupon">SAVE</param></o:order>"#)
        #expect(request.headers.contains { $0 == ("Content-Type", "application/xml") })
        #expect(request.secretMembers == ["key"])
        let parsed = try mapping.parse(WireRequest(method: "POST", path: "/p", headers: request.headers, body: request.body))
        #expect(parsed.value(at: .body("key")) == "h&sh")
        #expect(try MappingReader(mapping).read(parsed, as: Samples.identity).text(.orderID) == "A\"<1>")
        conversion[.clickID] = .text("c\u{1}")
        #expect(throws: Skip("click 'c\\u{1}' holds U+0001, which XML cannot have")) {
            try writer.write(conversion, at: Samples.receivedAt)
        }
    }

    @Test func `a free-form object is elements, if its names can be`() throws {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: POST, path: /p, body: xml, root: order }
            fields: { notes: { is: metadata, as: object } }
            """)
        let read = try Self.read("<order><notes><gift>true</gift><tag a='1'>x</tag><tag/></notes></order>", mapping: mapping).get()
        #expect(read.metadata == ["gift": "true", "tag": [["@a": "1", "$": "x"], .null]])
        let writer = try MappingWriter(mapping, url: "https://t.example")
        let written = try writer.write(read, at: Samples.receivedAt)
        #expect(
            String(decoding: written.body, as: UTF8.self).hasSuffix(
                #"<order><notes><gift>true</gift><tag a="1">x</tag><tag/></notes></order>"#))
        var other = read
        other.metadata = ["a b": "1"]
        #expect(throws: Skip("notes has the member 'a b', which is no name of an XML element")) {
            try writer.write(other, at: Samples.receivedAt)
        }
    }

    @Test func `any conversion comes back as it was written`() throws {
        let mapping = try Self.mapping()
        let writer = try MappingWriter(mapping, url: "https://t.example", credentials: ["key": "h&sh"])
        var random = SeededGenerator(seed: 7)
        let letters =
            Array("abcXYZ019-_ .&=+%?/#{}\"\\\n\r\t\u{85}\u{2028}üß日😀'<>[]|^`¤\u{FFFD};").map(String.init) + [
                "]]>", "<![CDATA[", "&amp;", "<!--",
            ]
        func text() -> String {
            "v" + (0..<Int.random(in: 0...20, using: &random)).map { _ in letters.randomElement(using: &random) ?? "" }.joined() + "e"
        }
        for _ in 0..<500 {
            var conversion = Conversion(id: Samples.id, source: "s", tracker: "acme", receivedAt: Samples.receivedAt)
            conversion[.orderID] = .text(text())
            conversion[.clickID] = .text(text())
            conversion[.customerFirstName] = .text(text())
            conversion[.couponCode] = .text(text())
            conversion[.currency] = .text("KWD")
            conversion[.amount] = .number(
                try #require(ExactDecimal(Int64.random(in: 0...999_999_999_999_999, using: &random)).scaled(byPowerOfTen: -3)))
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                var item = Item()
                item[.sku] = .text(text())
                item[.name] = .text(text())
                item[.quantity] = .number(ExactDecimal(Int64.random(in: 1...9, using: &random)))
                conversion.items.append(item)
            }
            let request = try writer.write(conversion, at: Samples.receivedAt)
            let wire = WireRequest(method: "POST", path: "/p", headers: request.headers, body: request.body)
            let back = try Samples.outcome(of: wire, mapping, MappingReader(mapping)).get()
            for field in [Field.orderID, .clickID, .customerFirstName, .couponCode, .amount, .currency] {
                #expect(back[field] == conversion[field], "\(field)")
            }
            #expect(back.items == conversion.items)
            #expect(try writer.write(back, at: Samples.receivedAt).body == request.body)
        }
    }
}
