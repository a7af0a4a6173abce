import Testing

@testable import Mappings

/// Bodies as PHP, curl and tags write them: read with a warning, or refused with a sentence.
struct OddBodyTests {
    private static let form = "application/x-www-form-urlencoded"

    private func read(_ name: String, _ body: [UInt8], type: String? = "application/json") throws -> Result<Conversion, Refusal> {
        try read(Samples.mapping(name), body, type: type)
    }

    private func read(_ mapping: Mapping, _ body: [UInt8], type: String? = "application/json") -> Result<Conversion, Refusal> {
        let headers = type.map { [(name: "Content-Type", value: $0)] } ?? []
        let request = WireRequest(method: "POST", path: mapping.request.path.description, headers: headers, body: body)
        return Samples.outcome(of: request, mapping, MappingReader(mapping))
    }

    // MARK: Lists

    private func order(_ items: String, more: String = "") throws -> Result<Conversion, Refusal> {
        try Samples.read("refersion", #"{"cart_id":"c","order_id":"o","currency_code":"USD","items":\#(items)\#(more)}"#)
    }

    @Test(arguments: [
        (
            #"{"4711":{"price":5,"quantity":2},"4712":{"price":1,"quantity":1}}"#, "USD 11.00", #"{"items[0]":"4711","items[1]":"4712"}"#,
            "items is an object of 2 members instead of a list; its members were read as the list, in their order"
        ),
        (
            #"{"0":{"price":5,"quantity":2},"2":{"price":1,"quantity":1}}"#, "USD 11.00", #"{"items[1]":"2"}"#,
            "items is an object of 2 members instead of a list; its members were read as the list, in their order"
        ),
        (
            #"{"a":{"price":5,"quantity":2,"colour":"red"}}"#, "USD 10.00", #"{"items[0]":"a","items[0].colour":"red"}"#,
            "items is an object of 1 member instead of a list; its members were read as the list, in their order"
        ),
        (
            #"{"price":5,"quantity":2,"colour":{"name":"red"}}"#, "USD 10.00", #"{"items[0].colour":{"name":"red"}}"#,
            "items is one item instead of a list; it was read as a list of one"
        ),
    ])
    func `a list that comes as an object is read in its order`(items: String, amount: String, extra: String, warning: String) throws {
        let conversion = try order(items).get()
        #expect(conversion.exampleText("amount") == amount && conversion.exampleText("extra") == extra)
        #expect(conversion.warnings == [warning])
    }

    @Test(arguments: [
        (#"{"a":{"price":5},"b":7}"#, "items must be a list, found an object"), (#"{"a":1}"#, "items must be a list, found an object"),
        (#"{"data":[{"price":5}]}"#, "items must be a list, found an object"), ("7", "items must be a list, found '7'"),
        ("true", "items must be a list, found true"), (#""a""#, "items must be a list, found 'a'"),
        ("{}", "items is required"), ("[]", "items is required"), (#""""#, "items is required"), ("false", "items is required"),
        ("null", "items is required"), (#"" ""#, "items is required"),
        (#"{"a":{"sku":"x"},"b":{"sku":"y"}}"#, "items[0].price is required; items[1].price is required"),
        (
            #"[{"price":null},{"price":""},{"price":false},{"price":[]},{}]"#,
            (0..<5).map { "items[\($0)].price is required" }.joined(separator: "; ")
        ),
    ])
    func `what could be something else, and an order without any price, stay refused`(items: String, sentence: String) throws {
        #expect(try order(items).refusal == sentence)
    }

    @Test(arguments: [
        ("null", "null"), ("[]", "an empty list"), ("{}", "an empty object"), (#""""#, "an empty text"), (#"" ""#, "an empty text"),
        ("false", "false"), (#"{"sku":"","price":null,"options":[]}"#, "an object without a value"),
    ])
    func `an element that says nothing is left out of a list of lines`(element: String, what: String) throws {
        let line = #"{"price":5,"quantity":2,"sku":"A"}"#
        for items in ["[\(element),\(line)]", "[\(line),\(element)]", "[\(element),\(line),\(element)]"] {
            let conversion = try order(items).get()
            #expect(conversion.items.count == 1 && conversion.exampleText("amount") == "USD 10.00")
            let position = items.hasPrefix("[\(line)") ? 1 : 0
            #expect(conversion.warnings.first == "items[\(position)] is \(what); it counts as absent")
        }
        let conversion = try order(#"{"4711":\#(line),"4712":\#(element),"4713":\#(line)}"#).get()
        #expect(conversion.items.count == 2 && conversion.exampleText("amount") == "USD 20.00")
        #expect(
            conversion.warnings == [
                "items is an object of 3 members instead of a list; its members were read as the list, in their order",
                "items[1] is \(what); it counts as absent",
            ])
        // Without a line that says something, and beside something that is no line, nothing is left out.
        #expect(try order("[\(element),\(element)]").refusal != nil && order("[\(line),\(element),7]").refusal != nil)
    }

    @Test func `the lines that the mapping lists by name may be empty too, and of many empty ones the first are named`() throws {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: POST, path: /x, body: json }
            fields:
              id: { is: order_id, required: true }
              "lines{sku}.price": { is: "items[].unit_price", as: decimal, required: true }
            same_conversion: [order_id]
            """)
        let read = self.read(mapping, Array(#"{"id":"o","lines":{"A":{"price":5},"B":null,"C":[],"D":{},"E":"","F":false}}"#.utf8))
        let conversion = try read.get()
        #expect(conversion.items.count == 1)
        #expect(
            conversion.warnings == [
                "lines[1] is null; it counts as absent", "lines[2] is an empty list; it counts as absent",
                "lines[3] is an empty object; it counts as absent", "2 more elements of lines{sku} say nothing; they count as absent",
            ])
    }

    @Test func `of many items without a part the first are named`() throws {
        func warnings(_ missing: Int) throws -> [String] {
            let items = [#"{"price":1,"quantity":1}"#] + Array(repeating: #"{"quantity":1}"#, count: missing)
            return try order("[\(items.joined(separator: ","))]").get().warnings
        }
        #expect(try warnings(0) == [])
        #expect(try warnings(1) == ["items[1].price was not sent; read as 0, Refersion's default"])
        #expect(try warnings(2) == ["items[1].price and items[2].price were not sent; read as 0, Refersion's default"])
        #expect(
            try warnings(9_999) == [
                "items[1].price, items[2].price, items[3].price and 9996 more of 10000 were not sent; read as 0, Refersion's default"
            ])
    }

    @Test func `an object of too many items is refused like a list`() throws {
        let items = (0...10_000).map { #""k\#($0)":{"price":1}"# }.joined(separator: ",")
        #expect(try order("{\(items)}").refusal == "the request has 10001 items; 10000 are allowed")
    }

    // MARK: Nothing, in another kind's way

    /// Every optional field of every mapping, at its place in the mapping's own sample.
    @Test(arguments: Samples.names.filter { $0 != "trcker" }, ["[]", "{}", "false", "\" \"", "null"])
    func `nothing in an optional field counts as absent`(name: String, nothing: String) throws {
        let mapping = try Samples.mapping(name)
        var sample = try JSONValue(parsing: try #require(mapping.sample?.given).body)
        // More than one identifier, so that each may be missing.
        let others = ["refcampaign": "clickId", "refvenue": "coupon_code"]
        if let other = others[name] { Self.set([other], to: "C-1", in: &sample) }
        for field in mapping.fields where !field.isItem && field.place == .body && field.reading?.required == .never {
            if nothing == "false", field.reading?.converter.converter.reads == .flag { continue }
            var body = sample
            Self.set(field.name.split(separator: ".").map(String.init)[...], to: try JSONValue(parsing: nothing), in: &body)
            var json = JSONWriter()
            json.write(body)
            let conversion = try #require(try? read(name, json.bytes).get(), "\(field.name)")
            if case .path(let path) = field.target, !mapping.computed.contains(where: { $0.path == path }) {
                #expect(conversion[path].isAbsent || conversion[path] == field.reading?.initial, "\(field.name)")
            }
            let isSilent =
                nothing == "null" || nothing == "\" \"" && field.target != .metadata || nothing == "{}" && field.target == .metadata
            let what = ["[]": "an empty list", "{}": "an empty object", "false": "false", "\" \"": "an empty text"][nothing] ?? ""
            #expect(conversion.warnings == (isSilent ? [] : ["\(field.name) is \(what); it counts as absent"]), "\(field.name)")
        }
    }

    private static func set(_ path: ArraySlice<String>, to value: JSONValue, in body: inout JSONValue) {
        guard case .object(var object) = body, let first = path.first else { return }
        var inner = object[first] ?? .object([:])
        if path.count == 1 { inner = value } else { set(path.dropFirst(), to: value, in: &inner) }
        object[first] = inner
        body = .object(object)
    }

    @Test(
        arguments: [
            ("[]", "an empty list"), ("{}", nil), (#""""#, "an empty text"), (#"" ""#, "an empty text"), ("false", "false"), ("null", nil),
        ] as [(String, String?)])
    func `nothing in the place of an object counts as absent`(nothing: String, what: String?) throws {
        let order = try order(#"[{"price":1,"quantity":1}]"#, more: #","customer":\#(nothing)"#).get()
        #expect(order.warnings == (what.map { ["customer is \($0); it counts as absent"] } ?? []))
        let sale = #"{"externalId":"o","conversionType":"SALE","amount":1,"currency":"EUR","clickId":"c","customParams":\#(nothing)}"#
        #expect(try Samples.read("refcampaign", sale).get().warnings == (what.map { ["customParams is \($0); it counts as absent"] } ?? []))
    }

    @Test(arguments: ["7", "true", "[1]", #""x""#, "0"])
    func `something in the place of an object is refused`(value: String) throws {
        #expect(try order("[]", more: #","customer":\#(value)"#).refusal?.hasPrefix("customer must be an object, found ") == true)
    }

    @Test(arguments: [
        (#""externalId":[]"#, "externalId must be a text, found a list"),
        (#""externalId":false"#, "externalId must be a text, found false"),
        (#""externalId":"o","amount":false"#, "amount must be an amount, found false"),
    ])
    func `nothing in a required field is refused`(members: String, sentence: String) throws {
        let amount = members.contains("amount") ? "" : #","amount":1"#
        let body = #"{\#(members)\#(amount),"conversionType":"SALE","currency":"EUR","clickId":"c"}"#
        #expect(try Samples.read("refcampaign", body).refusal == sentence)
    }

    @Test func `a refund without its amount is a refund of all, so an amount of another kind is refused`() throws {
        let update = try #require(Samples.mapping("refcampaign").updates.first { $0.name == "refund" }?.inbound)
        for (nothing, found) in [("[]", "a list"), ("{}", "an object"), ("false", "false")] {
            let request = WireRequest(
                method: "POST", path: "/api/v1/conversions/refund", body: Array(#"{"externalId":"o","amount":\#(nothing)}"#.utf8))
            let refusal = #expect(throws: Refusal.self) {
                try MappingReader(update).readCorrection(update.parse(request), as: Samples.identity)
            }
            #expect(refusal?.reason == "amount must be an amount, found \(found)")
        }
    }

    @Test func `a value of another kind gives way to an alias, and a word may be called false`() throws {
        let mapping = try Samples.compile(
            """
            tracker: Acme
            request: { method: POST, path: /p, body: json }
            fields:
              cid: { is: click_id, aliases: [click] }
              paid: { is: status, values: { "true": approved, "false": pending } }
            """)
        let conversion = try read(mapping, Array(#"{"cid":[],"click":"c-1"}"#.utf8)).get()
        #expect(conversion[.clickID] == .text("c-1") && conversion.warnings == ["cid is an empty list; it counts as absent"])
        #expect(read(mapping, Array(#"{"paid":false}"#.utf8)).refusal == "paid must be a text, found false")
    }

    // MARK: Content types

    private static let lead = #"{"clickid":"c","event":"lead","status":"approved"}"#
    private static let leadForm = "clickid=c&event=lead&status=approved"

    @Test(
        arguments: [
            ("application/json", lead, nil), (form, leadForm, nil),
            (form, lead, "Content-Type 'application/x-www-form-urlencoded' does not fit the body; it was read as JSON"),
            (form, " \n" + lead, "Content-Type 'application/x-www-form-urlencoded' does not fit the body; it was read as JSON"),
            ("text/plain;charset=UTF-8", lead, "Content-Type 'text/plain;charset=UTF-8' does not fit the body; it was read as JSON"),
            ("application/octet-stream", lead, "Content-Type 'application/octet-stream' does not fit the body; it was read as JSON"),
            ("", lead, "no Content-Type was sent; the body was read as JSON"),
            (nil, lead, "no Content-Type was sent; the body was read as JSON"),
            ("application/json", leadForm, "Content-Type 'application/json' does not fit the body; it was read as a form"),
            ("text/plain", leadForm, "Content-Type 'text/plain' does not fit the body; it was read as a form"),
            (nil, leadForm, "no Content-Type was sent; the body was read as a form"),
        ] as [(String?, String, String?)])
    func `the bytes decide if the content type does not fit them`(type: String?, body: String, warning: String?) throws {
        let conversion = try read("rs-traffic", Array(body.utf8), type: type).get()
        #expect(conversion[.clickID] == .text("c") && conversion[.type] == .text("lead"))
        #expect(conversion.warnings == (warning.map { [$0] } ?? []))
    }

    @Test(arguments: ["refcampaign", "refersion", "refvenue"], [form, "text/plain", nil])
    func `a tracker that knows only JSON takes it under another name`(name: String, type: String?) throws {
        let sample = try #require(Samples.mapping(name).sample?.given).body
        let conversion = try read(name, sample, type: type).get()
        #expect(conversion.warnings.count == 1)
        var told = conversion
        told.warnings = []
        #expect(try told.document() == read(name, sample).get().document())
    }

    @Test func `a form for a tracker that knows only JSON is read too`() throws {
        let body = Array("program_id=p&coupon_code=C&conversion_type=purchase&revenue_amount=80.00&publishable_key=k".utf8)
        for type in ["application/json", Self.form] {
            let conversion = try read("refvenue", body, type: type).get()
            #expect(conversion.exampleText("amount") == "80" && conversion[.couponCode] == .text("C"))
            #expect(conversion.warnings == ["Content-Type '\(type)' does not fit the body; it was read as a form"])
        }
    }

    @Test(
        arguments: [
            (
                "text/xml", "<a x=\"1\"/>",
                "Content-Type 'text/xml' is not read here; send application/json or application/x-www-form-urlencoded"
            ),
            (
                "text/plain", "{\"clickid\":",
                "Content-Type 'text/plain' is not read here; send application/json or application/x-www-form-urlencoded"
            ),
            (
                "text/plain", "a=1&b=2",
                "Content-Type 'text/plain' is not read here; send application/json or application/x-www-form-urlencoded"
            ),
            (
                "text/plain", "clickid",
                "Content-Type 'text/plain' is not read here; send application/json or application/x-www-form-urlencoded"
            ),
            (
                "application/json", "a=1",
                "the body is not valid JSON: line 1, column 1: unknown word 'a'; a bare word is true, false or null"
            ),
            (form, "{\"clickid\":", "the body is not valid JSON: line 1, column 12: expected a value, found the end of the input"),
            (form, "[1]", "clickid is required; event is required; status is required"),
            (nil, "{\"clickid\":", "the body is not valid JSON: line 1, column 12: expected a value, found the end of the input"),
            ("text/plain", "", "Content-Type 'text/plain' is not read here; send application/json or application/x-www-form-urlencoded"),
            (
                "multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"clickid\"\r\n\r\nc\r\n--x--",
                "Content-Type 'multipart/form-data; boundary=x' is not read here; send application/json or application/x-www-form-urlencoded"
            ),
        ] as [(String?, String, String)])
    func `a body that is neither stays refused`(type: String?, body: String, sentence: String) throws {
        #expect(try read("rs-traffic", Array(body.utf8), type: type).refusal == sentence)
    }

    @Test func `a form may have members of objects and items, as PHP writes them`() throws {
        let body =
            "cart_id=c&order_id=o&currency_code=USD&customer[email]=a%40b.example&customer%5Bfirst_name%5D=Ann&customer[vip]=1"
            + "&items[7][price]=5.50&items[7][quantity]=2&items[9][price]=1&items[9][quantity]=1&items[9][colour]=red&items[][price]=3"
        let conversion = try read("refersion", Array(body.utf8), type: Self.form).get()
        #expect(conversion.exampleText("amount") == "USD 12.00" && conversion.items.count == 2)
        #expect(conversion[.customerEmail] == .text("a@b.example") && conversion[.customerFirstName] == .text("Ann"))
        #expect(conversion.exampleText("extra") == #"{"customer[vip]":"1","items[9][colour]":"red","items[][price]":"3"}"#)
        #expect(
            conversion.warnings == [
                "Content-Type 'application/x-www-form-urlencoded' does not fit the body; it was read as a form",
                "names in brackets, such as 'customer[email]', were read as members of objects and lists",
            ])
    }

    @Test func `a name in braces is a form's if the form has a pair that the mapping knows`() throws {
        let conversion = try read("rs-traffic", Array(("{a}=1&" + Self.leadForm).utf8), type: Self.form).get()
        #expect(conversion[.clickID] == .text("c") && conversion.warnings == [])
    }

    // MARK: Encodings

    @Test func `a name in Latin-1, half a character and a byte order mark are read with a warning each`() throws {
        let body =
            [0xEF, 0xBB, 0xBF] + Array(#"{"cart_id":"c","order_id":"o","currency_code":"USD","customer":{"first_name":"Jos"#.utf8) + [0xE9]
            + Array(#"","last_name":"M\ud83d"},"items":[{"price":1,"quantity":1,"name":"ü"#.utf8) + [0xFF] + Array(#""}]}"#.utf8)
        let conversion = try read("refersion", body).get()
        #expect(conversion[.customerFirstName] == .text("José") && conversion[.customerLastName] == .text("M\u{FFFD}"))
        #expect(
            conversion.warnings == [
                "a byte order mark is in front of the body; it was left out",
                "customer.first_name is not UTF-8; it was read as Windows-1252, in which its byte 0xE9 is 'é'",
                "customer.last_name has '\\ud83d', half of a surrogate pair; it was read as U+FFFD",
                "items[0].name has the byte 0xFF, which is not UTF-8; it was read as U+FFFD",
            ])
    }

    @Test func `many wrong texts are counted, not listed`() throws {
        let members = (0..<40).map { "\"x\($0)\":\"\\ud83d\"" }.joined(separator: ",")
        let conversion = try read("rs-traffic", Array(#"{"clickid":"c","event":"lead","status":"approved",\#(members)}"#.utf8)).get()
        #expect(conversion.warnings.count == 6 && conversion.warnings.last == "35 more texts are encoded wrongly as well")
    }

    @Test(arguments: [
        ("order_id", #""o\ud83d""#), ("order_id", #""o\ud83e""#), ("cart_id", #""\udc00""#), ("discount_code", #""C\ud83d""#),
    ])
    func `an identifier that has lost a character is refused`(member: String, text: String) throws {
        var body = #"{"cart_id":"c","order_id":"o","discount_code":"d","currency_code":"USD","items":[{"price":1}]}"#
        let old = ["order_id": "\"o\"", "cart_id": "\"c\"", "discount_code": "\"d\""][member] ?? ""
        body = body.replacing("\"\(member)\":\(old)", with: "\"\(member)\":\(text)")
        let refusal = try #require(try Samples.read("refersion", body).refusal)
        #expect(refusal.hasPrefix("\(member) '"))
        #expect(refusal.hasSuffix("has lost a character in a wrong encoding, and two ids could look the same now; send it as UTF-8"))
    }

    @Test func `an order id in Latin-1 is the id that it spells, and no other`() throws {
        func id(_ byte: UInt8) throws -> Value {
            let body =
                Array(#"{"cart_id":"c","order_id":"o"#.utf8) + [byte] + Array(#"","currency_code":"USD","items":[{"price":1}]}"#.utf8)
            return try read("refersion", body).get()[.orderID]
        }
        #expect(try id(0xE9) == .text("oé"))
        let ids = try (0x80...0xFF).map { try id($0).description }
        #expect(Set(ids).count == 128)
    }

    @Test func `a form may begin with a byte order mark, and its Latin-1 is named`() throws {
        let body = [0xEF, 0xBB, 0xBF] + Array("clickid=c&event=lead&status=approved&reason=Jos%E9".utf8)
        let conversion = try read("rs-traffic", body, type: Self.form).get()
        #expect(conversion[.reason] == .text("José"))
        #expect(
            conversion.warnings == [
                "a byte order mark is in front of the body; it was left out", "'reason' is not UTF-8; it was read as Windows-1252",
            ])
    }

    @Test func `what proves a sender is hidden in such bodies too`() {
        for body in [
            [0xEF, 0xBB, 0xBF] + Array(#"{"n":"\ud83d","key":"s","#.utf8) + Array(#""m":"x"#.utf8) + [0xE9] + Array("\"}".utf8),
            [0xEF, 0xBB, 0xBF] + Array("key=s&n=1".utf8), Array(#"{"k\u0065y":"s","n":"\ud83d"}"#.utf8),
        ] {
            let masked = BodyFormats.masking(["key"], in: body, with: "***")
            #expect(masked.count == body.count + 2)
            #expect(!String(decoding: masked, as: UTF8.self).contains("\"s\"") && !String(decoding: masked, as: UTF8.self).contains("=s"))
        }
    }

    // MARK: Numbers as identifiers

    @Test(arguments: [
        ("12", "12", false), ("12.0", "12", true), ("1.2e1", "12", true), ("1200E-2", "12", true), ("12.5", "12.5", false),
        ("12.50", "12.5", true),
        ("-0", "0", true), ("-5", "-5", false), ("9007199254740992.0", "9007199254740992", true),
        ("123456789012345678901234567890123456789012", "123456789012345678901234567890123456789012", false), ("\"12.0\"", "12.0", false),
    ])
    func `a number is one id, however it is written`(sent: String, id: String, isWarned: Bool) throws {
        let body = #"{"cart_id":"c","order_id":\#(sent),"currency_code":"USD","items":[{"price":1,"quantity":1}]}"#
        let conversion = try Samples.read("refersion", body).get()
        #expect(conversion[.orderID] == .text(id))
        #expect(conversion.warnings == (isWarned ? ["order_id '\(sent)' is a number; as an id it was read as '\(id)'"] : []))
    }

    @Test(arguments: ["1e16", "9007199254740993.0", "1e400", "1e-400", "1.2345678901234567e+19"])
    func `a number that a floating-point variable has rounded is no id`(sent: String) throws {
        let body = #"{"cart_id":"c","order_id":\#(sent),"currency_code":"USD","items":[{"price":1}]}"#
        #expect(
            try Samples.read("refersion", body).refusal
                == "order_id '\(sent)' is a floating-point number that gives no exact id; send the id as a text or as plain digits")
    }

    @Test func `an update finds its order by the same number`() throws {
        let update = try #require(Samples.mapping("refcampaign").updates.first { $0.name == "refund" }?.inbound)
        let request = WireRequest(method: "POST", path: "/api/v1/conversions/refund", body: Array(#"{"externalId":12.0}"#.utf8))
        #expect(try MappingReader(update).readCorrection(update.parse(request), as: Samples.identity).message[.orderID] == .text("12"))
    }

    // MARK: Addresses

    @Test(
        arguments: [
            (#""203.0.113.42""#, "203.0.113.42", nil), (#""unknown""#, "unknown", nil),
            (#""203.0.113.42, 10.0.0.7""#, "203.0.113.42", "'203.0.113.42, 10.0.0.7' is a list; its first address, 203.0.113.42, was read"),
            (#""unknown,2001:db8::1""#, "2001:db8::1", "'unknown,2001:db8::1' is a list; its first address, 2001:db8::1, was read"),
            (#"["10.0.0.7:80","x"]"#, "10.0.0.7", "'10.0.0.7:80, x' is a list; its first address, 10.0.0.7, was read"),
            (
                #""[2001:db8::1]:443 10.0.0.7""#, "2001:db8::1",
                "'[2001:db8::1]:443 10.0.0.7' is a list; its first address, 2001:db8::1, was read"
            ),
            (#""a, b""#, "a, b", nil),
        ] as [(String, String?, String?)])
    func `of a list of addresses the first is read`(sent: String, address: String?, warning: String?) throws {
        let body = #"{"program_id":"p","coupon_code":"C","conversion_type":"signup","customer_ip":\#(sent)}"#
        let conversion = try Samples.read("refvenue", body).get()
        #expect(conversion.text(.customerIP) == address)
        #expect(conversion.warnings == (warning.map { ["customer_ip \($0)"] } ?? []))
    }
}
