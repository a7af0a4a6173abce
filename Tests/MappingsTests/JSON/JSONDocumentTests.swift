import FuzzProperties
import Testing

@testable import Mappings

struct JSONDocumentTests {
    private func parse(_ text: String, depth: Int = 64, unique: Bool = true) throws(JSONError) -> JSONDocument {
        try JSONDocument(parsing: Array(text.utf8), maximumDepth: depth, rejectingDuplicateKeys: unique)
    }

    @Test(arguments: ["1e2", "-0", "49.900", "0.0", "1E+05", "-12.5e-7", String(repeating: "1234567890", count: 6), "1e999999"])
    func `a number keeps its text`(text: String) throws {
        let document = try parse(" {\"amount\": [\(text)] } ")
        let amount = try #require(document.member("amount", of: document.root))
        #expect(document.elements(amount).map(document.numberText) == [text])
        #expect(try JSONValue(parsing: text) == .number(text))
    }

    @Test func `members and elements come in the order sent`() throws {
        let document = try parse(#"{"b":{"x":[1,[2,{}],3]},"a":true,"c":null,"d":false,"e":"é\n"}"#)
        #expect(document.kind(document.root) == .object)
        #expect(document.count(document.root) == 5)
        #expect(document.members(document.root).map { document.string($0.key) } == ["b", "a", "c", "d", "e"])
        #expect(document.members(document.root).map { document.kind($0.value) } == [.object, .true, .null, .false, .string])
        let inner = try #require(document.member("b", of: document.root).flatMap { document.member("x", of: $0) })
        #expect(document.elements(inner).map(document.kind) == [.number, .array, .number])
        #expect(document.count(inner) == 3)
        #expect(document.member("y", of: document.root) == nil)
        #expect(Array(document.members(inner)).isEmpty)
        #expect(Array(document.elements(document.root)).isEmpty)
        #expect(document.numberText(document.root) == nil)
    }

    @Test func `the view compares keys with and without escapes`() throws {
        let document = try parse(#"{"amount":1.50,"\u0061mount2":"a\/b","currency_code":"€"}"#)
        document.withUnsafeView { view in
            let members = Array(view.members(view.root))
            #expect(view.key(members[0].key, equals: Array("amount".utf8)))
            #expect(!view.key(members[0].key, equals: Array("amounT".utf8)))
            #expect(!view.key(members[0].key, equals: Array("amoun".utf8)))
            #expect(view.key(members[1].key, equals: Array("amount2".utf8)))
            #expect(view.key(members[2].key, equals: Array("currency_code".utf8)))
            #expect(!view.key(members[2].key, equals: Array("currency_codE".utf8)))
            #expect(view.hasEscapes(members[1].key) && view.hasEscapes(members[1].value) && !view.hasEscapes(members[0].key))
            #expect(Array(view.bytes(of: members[0].value)) == Array("1.50".utf8))
            #expect(Array(view.bytes(of: members[1].value)) == Array(#"a\/b"#.utf8))
            #expect(view.string(members[1].value) == "a/b")
        }
        #expect(document.range(of: document.root) == 0..<document.bytes.count)
    }

    @Test func `escapes are decoded`() throws {
        let value = try JSONValue(parsing: #""\"\\\/\b\f\n\r\t\u0000\u00e9\u20AC\ud83d\ude00 end""#)
        #expect(value == .string("\"\\/\u{8}\u{C}\n\r\t\0é€😀 end"))
    }

    @Test(arguments: [
        (#"{"amount":1,"amount":2}"#, "line 1, column 13: duplicate key 'amount'"),
        (#"{"ab":1,"ab":2}"#, "line 1, column 9: duplicate key 'ab'"),
        (#"{"a":1,"\u0061":2}"#, "line 1, column 8: duplicate key 'a'"),
        (#"{"\u0061":1,"b":2,"a":3}"#, "line 1, column 19: duplicate key 'a'"),
        (#"{"\u00e9":1,"é":2}"#, "line 1, column 13: duplicate key 'é'"),
        (#"[{"":1,"b":{"c":1},"":2}]"#, "line 1, column 20: duplicate key ''"),
        (#"{"customer_email_1":1,"customer_email_2":2,"customer_email_1":3}"#, "line 1, column 44: duplicate key 'customer_email_1'"),
    ])
    func `a key given twice is refused`(text: String, sentence: String) {
        let error = #expect(throws: JSONError.self) { try parse(text) }
        #expect(error?.description == sentence)
        #expect(error?.kind == .duplicateKey)
        #expect(throws: Never.self) { try parse(text, unique: false) }
    }

    @Test func `the last of two equal keys is found if both are allowed`() throws {
        let document = try parse(#"{"a":1,"b":2,"a":3}"#, unique: false)
        #expect(document.member("a", of: document.root).flatMap(document.numberText) == "3")
        #expect(document.count(document.root) == 3)
    }

    @Test func `keys that only look the same are two`() throws {
        #expect(try parse("{\"\u{E9}\":1,\"e\u{301}\":2}").count(JSONNode(index: 0)) == 2)
        #expect(try parse(#"{"a":1,"A":2,"a ":3}"#).count(JSONNode(index: 0)) == 3)
    }

    @Test(arguments: 1...100) func `a row of opening brackets is refused, however long`(count: Int) throws {
        for bracket in ["[", #"{"a":"#, "[[1,"] {
            let text = String(repeating: bracket, count: count)
            let error = #expect(throws: JSONError.self) { try parse(text) }
            #expect(error?.reason.isEmpty == false)
        }
    }

    @Test(.timeLimit(.minutes(15))) func `an object of 100000 keys is read and its duplicate found, in less than quadratic time`() throws {
        let members = (0..<100_000).map { "\"key\($0)\":\($0)" }.joined(separator: ",")
        #expect(try parse("{\(members)}").count(JSONNode(index: 0)) == 100_000)
        let error = #expect(throws: JSONError.self) { try parse(#"{\#(members),"\u006bey77777":0}"#) }
        #expect(error?.reason == "duplicate key 'key77777'")
    }

    @Test(arguments: [32, 33, 34, 100]) func `a duplicate is found at either side of the table's threshold`(count: Int) throws {
        let members = (0..<count - 1).map { "\"k\($0)\":0" }.joined(separator: ",")
        #expect(try parse("{\(members),\"new\":0}").count(JSONNode(index: 0)) == count)
        for repeated in [0, count / 2, count - 2] {
            let error = #expect(throws: JSONError.self) { try parse("{\(members),\"k\(repeated)\":0}") }
            #expect(error?.reason == "duplicate key 'k\(repeated)'")
        }
    }

    @Test func `64 levels are read and 65 refused`() throws {
        func nested(_ levels: Int) -> String { String(repeating: "[", count: levels) + String(repeating: "]", count: levels) }
        #expect(try parse(nested(64)).kind(JSONNode(index: 0)) == .array)
        let error = #expect(throws: JSONError.self) { try parse(nested(65)) }
        #expect(error?.description == "line 1, column 65: nesting deeper than 64 levels")
        let mixed = #expect(throws: JSONError.self) { try parse(#"{"a":[{"b":{}}]}"#, depth: 3) }
        #expect(mixed?.description == "line 1, column 12: nesting deeper than 3 levels")
        #expect(throws: Never.self) { try parse(nested(512), depth: .max) }
        let deepest = #expect(throws: JSONError.self) { try parse(nested(100_000), depth: .max) }
        #expect(deepest?.reason == "nesting deeper than 512 levels")
    }

    @Test func `a text dense in values has room on the tape`() throws {
        for count in 1...200 {
            let text = "[" + Array(repeating: "1", count: count).joined(separator: ",") + "]"
            #expect(try parse(text).count(JSONNode(index: 0)) == count)
            let keys = "[" + Array(repeating: #"{"":0}"#, count: count).joined(separator: ",") + "]"
            #expect(try parse(keys).count(JSONNode(index: 0)) == count)
        }
    }

    @Test func `a short unterminated text of any bytes does not run past its end`() {
        for text in [#"{"a"#, #"{"a":"#, #"["\"#, #"["\u"#, #"["\u12"#, #"["\ud83d\u"#, "t", "[nul", "-", "1.", "1e", "1e+", "{", "["] {
            let error = #expect(throws: JSONError.self) { try parse(text) }
            #expect(error.map { $0.offset <= text.utf8.count } == true)
        }
    }

    @Test func `a changed byte never crashes, and what is accepted survives writing`() throws {
        var generator = SeededGenerator(seed: 20_150_401)
        let seeds = [JSONSamples.order, JSONSamples.unusual].map { Array($0.utf8) }
        let spice = Array("{}[]\",:\\u0d8eE+-.tfn \n\u{1}".utf8) + [0xC3, 0xED, 0xA0, 0xF0, 0xFF, 0x80]
        var accepted = 0
        for round in 0..<6_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...3, using: &generator) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: bytes.remove(at: place)
                case 1: bytes.insert(spice.randomElement(using: &generator) ?? 0, at: place)
                case 2: bytes[place] = spice.randomElement(using: &generator) ?? 0
                default: bytes.removeLast(bytes.count - max(1, place))
                }
            }
            guard let value = try? JSONValue(parsing: bytes) else { continue }
            accepted += 1
            var writer = JSONWriter(options: round % 3 == 0 ? .asciiOnly : [])
            writer.write(value)
            let written = writer.bytes
            #expect(try JSONValue(parsing: written) == value)
        }
        #expect(accepted > 100)
    }
}

enum JSONSamples {
    static let order =
        #"{"cart_id":"DDXqfBngTWuX8N8Asqr2mY3R","order_id":"20150401102883","shipping":9.99,"tax":0.57,"discount_code":"HOLIDAY1","#
        + #""customer":{"first_name":"John","email":"john.doe@example.com"},"items":[{"price":5.50,"quantity":2,"sku":"PROD_A"}]}"#
    static let unusual =
        #"[{"é":"ü€😀","\u00df":"\ud83d\ude00\"\\\/\b\f\n\r\t\u0000","":[]},-0.5e-10,[[[{}]]],true,false,null,"#
        + #"{"a":{"b":{"c":[1,2,3,{"d":""}]}}},"plain text of some length to fill more than a word"]"#
}
