import Testing

@testable import Mappings

struct JSONErrorTests {
    @Test(arguments: [
        ("", JSONError.Kind.truncated, "line 1, column 1: expected a value, found the end of the input"),
        (" \n", .truncated, "line 2, column 1: expected a value, found the end of the input"),
        ("{\n  \"a\": 1,\n  \"b\": 22222 x}", .syntax, "line 3, column 14: expected ',' or '}' after a member of the object, found 'x'"),
        (#"{"a":1]"#, .syntax, "line 1, column 7: expected ',' or '}' after a member of the object, found ']'"),
        ("[1 2]", .syntax, "line 1, column 4: expected ',' or ']' after an element of the array, found '2'"),
        ("[1,]", .syntax, "line 1, column 4: expected a value, found ']'"),
        (#"{"a":1,}"#, .syntax, "line 1, column 8: expected a key in double quotes, found '}'"),
        ("{'a':1}", .syntax, "line 1, column 2: expected a key in double quotes, found '''"),
        (#"{"a" 1}"#, .syntax, "line 1, column 6: expected ':' after a key, found '1'"),
        (#"{"é":"ü" x"#, .syntax, "line 1, column 10: expected ',' or '}' after a member of the object, found 'x'"),
        (#"{"a":1} {"#, .syntax, "line 1, column 9: expected the end of the input after the value, found '{'"),
        ("\u{FEFF}{}", .encoding, "line 1, column 1: a byte order mark comes before the value; send UTF-8 without it"),
        ("[NaN]", .syntax, "line 1, column 2: unknown word 'NaN'; a bare word is true, false or null"),
        ("nullx", .syntax, "line 1, column 1: unknown word 'nullx'; a bare word is true, false or null"),
        ("[€]", .syntax, "line 1, column 2: expected a value, found '€'"),
        ("[\u{1}]", .syntax, "line 1, column 2: expected a value, found byte 0x01"),
        ("[012]", .number, "line 1, column 2: a number starts with 0; leave the leading zero out"),
        ("[-]", .syntax, "line 1, column 3: expected a digit of a number, found ']'"),
        ("[1.]", .syntax, "line 1, column 4: expected a digit of a number, found ']'"),
        ("1e", .truncated, "line 1, column 3: expected a digit of a number, found the end of the input"),
        ("[+1]", .syntax, "line 1, column 2: expected a value, found '+'"),
        ("[\"a\nb\"]", .text, #"line 1, column 4: control character U+000A in a string; write it as '\u000a'"#),
        (#"["\x"]"#, .syntax, #"line 1, column 4: expected one of "\/bfnrtu after a backslash, found 'x'"#),
        (#"["\u00g0"]"#, .syntax, #"line 1, column 7: expected four hex digits after '\u', found 'g'"#),
        (#"["\ud800"]"#, .text, #"line 1, column 3: surrogate escape '\ud800' is not half of a pair"#),
        (#"["\uDFAA"]"#, .text, #"line 1, column 3: surrogate escape '\udfaa' is not half of a pair"#),
        (#"["\ud800\u0041"]"#, .text, #"line 1, column 3: surrogate escape '\ud800' is not half of a pair"#),
        (#"["abc"#, .truncated, "line 1, column 2: the string has no closing quote"),
    ])
    func `an error names the place, what was expected and what was found`(text: String, kind: JSONError.Kind, sentence: String) {
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: Array(text.utf8)) }
        #expect(error?.description == sentence)
        #expect(error?.kind == kind)
    }

    @Test(
        arguments: [
            ([0xFF], "invalid UTF-8 byte 0xff"), ([0x80], "invalid UTF-8 byte 0x80"), ([0xC0, 0x80], "invalid UTF-8 byte 0xc0"),
            ([0xE0, 0x80, 0x80], "invalid UTF-8 byte 0xe0"), ([0xED, 0xA0, 0x80], "invalid UTF-8 byte 0xed"),
            ([0xF0, 0x8F, 0xBF, 0xBF], "invalid UTF-8 byte 0xf0"), ([0xF4, 0x90, 0x80, 0x80], "invalid UTF-8 byte 0xf4"),
            ([0xE2, 0x82], "invalid UTF-8 byte 0xe2"), ([0xF5, 0x80, 0x80, 0x80], "invalid UTF-8 byte 0xf5"),
        ] as [([UInt8], String)])
    func `invalid UTF-8 in a string is refused`(bytes: [UInt8], reason: String) {
        let quote = UInt8(ascii: "\"")
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: [quote] + bytes + [quote]) }
        #expect(error?.description == "line 1, column 2: \(reason)")
        #expect(error?.kind == .encoding)
        #expect(error?.offset == 1)
    }

    @Test func `a long key is quoted in part`() {
        let key = String(repeating: "k", count: 1000)
        let error = #expect(throws: JSONError.self) { try JSONDocument(parsing: Array("{\"\(key)\":1,\"\(key)\":2}".utf8)) }
        #expect(error?.reason == "duplicate key '\(String(repeating: "k", count: 64))…'")
    }
}
