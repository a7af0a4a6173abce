import FuzzProperties
import Testing

@testable import Mappings

/// What is put right of a JSON text whose characters are encoded wrongly, and what is not.
struct EncodingRepairTests {
    /// `~E9` stands for the byte 0xE9.
    private func bytes(_ text: String) -> [UInt8] {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false)
        return Array(parts[0].utf8)
            + parts.dropFirst().flatMap { [UInt8($0.prefix(2), radix: 16) ?? 0] + Array($0.dropFirst(2).utf8) }
    }

    private func text(_ sent: String) throws -> (text: String, isLossy: Bool) {
        let (document, repair) = try JSONDocument.reading(bytes("{\"a\":\"\(sent)\"}"))
        let value = try #require(document.member("a", of: document.root))
        return (document.string(value), repair?.isLossy ?? false)
    }

    @Test(arguments: [
        ("Jos~E9", "José"), ("~80 5", "€ 5"), ("~81", "\u{81}"), ("na~EFve ~96 x", "naïve – x"), ("~E9\\n~E8", "é\nè"),
        ("\\u00e9~E9", "éé"),
        ("~ED~A0~BD~ED~B8~80", "😀"), ("~C3", "Ã"),
    ])
    func `a text that is not UTF-8 keeps every character that can be known`(sent: String, read: String) throws {
        let (text, isLossy) = try text(sent)
        #expect(text.unicodeScalars.elementsEqual(read.unicodeScalars))
        #expect(!isLossy)
    }

    @Test(arguments: [
        ("a\\ud83d", "a\u{FFFD}"), ("\\ud83dx", "\u{FFFD}x"), ("\\ude00\\ud83d", "\u{FFFD}\u{FFFD}"), ("\\uD83D\\u0041", "\u{FFFD}A"),
        ("\\ud83d\\ud83d\\ude00", "\u{FFFD}😀"), ("\\\\ud83d\\udc00", "\\ud83d\u{FFFD}"), ("ü~E9", "ü\u{FFFD}"), ("~ED~A0~BD", "\u{FFFD}"),
        ("10 ~E2~82", "10 \u{FFFD}\u{FFFD}"), ("~F0~9F~98", "\u{FFFD}\u{FFFD}\u{FFFD}"),
    ])
    func `what nobody can know any more becomes U+FFFD, and the text counts as lossy`(sent: String, read: String) throws {
        let (text, isLossy) = try text(sent)
        #expect(text.unicodeScalars.elementsEqual(read.unicodeScalars))
        #expect(isLossy)
    }

    @Test func `each byte of Windows-1252 is another character`() {
        #expect(Set((0...255).map { UInt8($0).windows1252 }).count == 256)
        #expect((0..<0x80).allSatisfy { UInt8($0).windows1252 == Unicode.Scalar(UInt8($0)) })
    }

    @Test(arguments: ["~EF~BB~BF{\"a\":1}", " ~EF~BB~BF\n~EF~BB~BF {\"a\":1}"])
    func `byte order marks come off`(sent: String) throws {
        let (document, repair) = try JSONDocument.reading(bytes(sent))
        #expect(document.count(document.root) == 1)
        #expect(repair?.hasByteOrderMark == true && repair?.count == 0)
    }

    @Test(arguments: [
        ("~EF~BB~BF{", "line 1, column 2: expected a key in double quotes, found the end of the input"),
        ("{\"a\":\"~E9\",}", "line 1, column 10: expected a key in double quotes, found '}'"),
        ("{\"~E9\":1,\"é\":2}", "line 1, column 8: duplicate key 'é'"),
        ("{\"a\\ud83d\":1,\"a\\ud83e\":2}", "line 1, column 14: duplicate key 'a\u{FFFD}'"),
        ("{\"a\":~E9}", "line 1, column 6: expected a value, found byte 0xe9"),
        ("~FE~FF", "line 1, column 1: expected a value, found byte 0xfe"),
        ("{\"a\":\"~E9\n\"}", "line 1, column 8: control character U+000A in a string; write it as '\\u000a'"),
        ("{\"a\":\"~E9", "line 1, column 6: the string has no closing quote"),
        ("~01{\"a\":\"~E9\"}", "line 1, column 1: expected a value, found byte 0x01"),
    ])
    func `every other mistake is still found`(sent: String, sentence: String) {
        let error = #expect(throws: JSONError.self) { try JSONDocument.reading(bytes(sent)) }
        #expect(error?.description == sentence)
    }

    @Test func `the path of a place is found`() throws {
        let (document, repair) = try JSONDocument.reading(
            bytes("{\"a\":{\"b\":[1,{\"c d\":\"~E9\"}]},\"~E8\":\"x\",\"e\":\"~E9\",\"f\":\"y\"}"))
        #expect(repair?.marks.map { document.path(to: $0.offset) } == ["a.b[1].'c d'", "a name", "e"])
    }

    /// Bytes that are wrong, and bytes that decide what is a string.
    @Test func `whatever the bytes, the same text comes of it again, and places are those of the text as sent`() throws {
        var generator = SeededGenerator(seed: 252)
        let spice = bytes("~E9~C3~A9~ED~A0~BD~F0~9F~98~80~EF~BB~BF\\\\u\"{}:,ad83D ")
        let seed = Array(JSONSamples.order.utf8)
        var repaired = 0
        for _ in 0..<6_000 {
            var text = seed
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let place = Int.random(in: 0..<text.count, using: &generator)
                text.insert(contentsOf: spice[Int.random(in: 0..<spice.count, using: &generator)...].prefix(2), at: place)
            }
            guard let (document, repair) = try? JSONDocument.reading(text), let repair else { continue }
            repaired += 1
            #expect(EncodingRepair(repair.bytes) == nil)
            let places = try #require(try? JSONDocument(placesOf: text))
            let sent = EncodingRepair.sameLength(text)
            #expect(sent.count == text.count)
            let names = zip(document.members(document.root), places.members(places.root))
            for (read, place) in names where document.kind(read.value) == .number {
                let range = places.range(of: place.value)
                #expect(Array(text[range]) == Array(document.bytes[document.range(of: read.value)]))
            }
        }
        #expect(repaired > 100)
    }
}
