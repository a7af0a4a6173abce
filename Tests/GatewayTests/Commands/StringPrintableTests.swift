import Mappings
import Testing

@testable import Gateway

struct StringPrintableTests {
    @Test(arguments: [
        ("plain text, Grüße, 東京, 🎉", "plain text, Grüße, 東京, 🎉"), ("", ""), ("a\nb\tc\rd", "a\\nb\\tc\\rd"), ("\u{1B}[31m", "\\u001b[31m"),
        ("\u{0}\u{7F}\u{9B}", "\\u0000\\u007f\\u009b"), ("a\u{202E}b\u{2066}", "a\\u202eb\\u2066"), ("\u{FEFF}\u{AD}", "\\ufeff\\u00ad"),
        ("\u{E0041}", "\\udb40\\udc41"), ("\u{2028}\u{2029}", "\\u2028\\u2029"), ("👩\u{200D}🚀", "👩\\u200d🚀"), ("\r\n", "\\r\\n"),
        ("x\u{3164}y\u{FE0F}", "x\\u3164y\\ufe0f"),
    ])
    func `what a terminal would obey, reorder or hide is written out`(text: String, printable: String) {
        #expect(text.printable == printable)
        #expect(printable.printable == printable)
    }

    @Test func `a line of JSON stays the same JSON`() throws {
        let scalars = [UInt32](0...0x2100).compactMap { Unicode.Scalar($0) } + [UInt32](0xE0000...0xE0100).compactMap { Unicode.Scalar($0) }
        var text = ""
        for scalar in scalars { text.unicodeScalars.append(scalar) }
        let object: JSONObject = ["k\u{202E}": .string(text), "slash": .string("\\\u{85}\"\u{9B}")]
        var json = JSONWriter()
        json.write(.object(object))
        let line = String(decoding: json.bytes, as: UTF8.self)
        #expect(line.printable != line)
        #expect(try JSONValue(parsing: line.printable) == .object(object))
    }
}
