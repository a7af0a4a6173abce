import Testing

@testable import Mappings

struct JSONWriterTests {
    private func write(_ value: JSONValue, _ options: JSONWriter.Options = []) -> String {
        var writer = JSONWriter(options: options, capacity: 1)
        writer.write(value)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    private let mixed: JSONValue = [
        "b": 1, "a": [true, false, nil], "é": "ü€😀", "\u{FFFF}": "x", "\u{10000}": "y",
        "Z": "\"\\/\u{8}\u{C}\n\r\t\0\u{1F}\u{7F}\u{80}\u{2028}", "": [:], "e": [], "n": ["k": -5, "j": "0"],
    ]

    @Test func `sorted ASCII output is Python's`() {
        let python =
            #"{"":{},"Z":"\"\\/\b\f\n\r\t\u0000\u001f\u007f\u0080\u2028","a":[true,false,null],"b":1,"e":[],"#
            + #""n":{"j":"0","k":-5},"\u00e9":"\u00fc\u20ac\ud83d\ude00","\uffff":"x","\ud800\udc00":"y"}"#
        #expect(write(mixed, [.asciiOnly, .sortedKeys]) == python)
    }

    @Test func `sorted UTF-8 output is Python's with ensure_ascii off`() {
        let python =
            #"{"":{},"Z":"\"\\/\b\f\n\r\t\u0000\u001f"# + "\u{7F}\u{80}\u{2028}" + #"","a":[true,false,null],"b":1,"e":[],"#
            + #""n":{"j":"0","k":-5},"é":"ü€😀",""# + "\u{FFFF}\":\"x\",\"\u{10000}\":\"y\"}"
        #expect(write(mixed, .sortedKeys) == python)
    }

    @Test func `pretty output is indented by two spaces`() {
        let value: JSONValue = ["a": 1, "b": [1, ["c": "é"], []], "d": [:]]
        let python = """
            {
              "a": 1,
              "b": [
                1,
                {
                  "c": "\\u00e9"
                },
                []
              ],
              "d": {}
            }
            """
        #expect(write(value, [.pretty, .asciiOnly]) == python)
        #expect(write([], .pretty) == "[]")
        #expect(write("x", .pretty) == "\"x\"")
    }

    @Test(arguments: [JSONSamples.order, #"{"z":1e2,"a":[-0,49.900,{"x":[],"y":{}}],"m":"é\u0001\\"}"#, "7", "\"\"", "null", "[[],[[]]]"])
    func `a compact text comes back byte for byte`(text: String) throws {
        #expect(write(try JSONValue(parsing: text)) == text)
    }

    @Test(arguments: [JSONWriter.Options(), .asciiOnly, .pretty, [.pretty, .asciiOnly, .sortedKeys]])
    func `whatever the options, reading gives the same value`(options: JSONWriter.Options) throws {
        for value in [mixed, try JSONValue(parsing: JSONSamples.unusual)] {
            #expect(try JSONValue(parsing: write(value, options)) == value)
        }
    }

    @Test func `streamed calls put the commas`() throws {
        var writer = JSONWriter()
        let amount = JSONWriter.encodedKey("am\"ount")
        writer.beginObject()
        writer.key(encoded: amount)
        writer.number("49.900")
        writer.key("items")
        writer.beginArray()
        writer.string("é\n")
        writer.number(-7)
        writer.bool(true)
        writer.bool(false)
        writer.null()
        writer.beginObject()
        writer.endObject()
        writer.endArray()
        writer.key(encoded: amount)
        try JSONDocument(parsing: Array("\"x\\/y\"".utf8)).withUnsafeView { view in
            writer.encoded(view.encodedBytes(of: view.root))
            writer.key("last")
            writer.string(view.bytes(of: view.root))
        }
        writer.endObject()
        let written = String(decoding: writer.bytes, as: UTF8.self)
        #expect(written == #"{"am\"ount":49.900,"items":["é\n",-7,true,false,null,{}],"am\"ount":"x\/y","last":"x\\/y"}"#)
        writer.reset()
        writer.null()
        let second = String(decoding: writer.bytes, as: UTF8.self)
        #expect(second == "null")
    }

    @Test func `a key made once is written in any style`() {
        #expect(JSONWriter.encodedKey("é") == Array("\"é\":".utf8))
        #expect(JSONWriter.encodedKey("é", options: [.asciiOnly, .pretty]) == Array(#""\u00e9":"#.utf8))
        var writer = JSONWriter(options: .pretty)
        writer.beginObject()
        writer.key(encoded: JSONWriter.encodedKey("a"))
        writer.number(1)
        writer.endObject()
        let written = String(decoding: writer.bytes, as: UTF8.self)
        #expect(written == "{\n  \"a\": 1\n}")
    }
}
