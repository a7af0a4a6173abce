import Mappings
import Rules
import Testing

struct SoughtTextTests {
    private static func members(_ text: String, _ document: String) throws -> [String] {
        try #require(SoughtText(text)).members(of: Array(document.utf8))
    }

    private static func isIn(_ text: String, _ bytes: String) throws -> Bool { try #require(SoughtText(text)).isIn(bytes) }

    @Test func `a member is found by its whole value, wherever it is`() throws {
        let document =
            #"{"order_id":"4711","customer":{"email":"Ann@Example.com"},"items":[{"sku":"a"},{"sku":"B-4711"}],"extra":{"n":4711}}"#
        #expect(try Self.members("4711", document) == ["order_id", "extra.n"])
        #expect(try Self.members(" b-4711 ", document) == ["items.sku"])
        #expect(try Self.members("ann@example.com", document) == ["customer.email"])
        #expect(try Self.members("471", document).isEmpty)
        #expect(try Self.members("4711", "no JSON 4711").isEmpty)
    }

    @Test func `an address is found by its digest too`() throws {
        let digest = "3f2c4c4d4cd0f5d8d2cf0bb5ec6d5a9f0bbf2ea26c39c2c2b4f23d6c0a3a0f0a"
        #expect(try Self.members("ann@example.com", #"{"customer":{"email_sha256":"\#(digest)"}}"#).isEmpty)
        let own = try #require(Person(email: "ann@example.com")?.digests.first)
        #expect(try Self.members("Ann@Example.com", #"{"customer":{"email_sha256":"\#(own)"}}"#) == ["customer.email_sha256"])
    }

    @Test func `characters that JSON escapes are found`() throws {
        #expect(try Self.members(#"a"b\c"#, #"{"order_id":"a\"b\\c"}"#) == ["order_id"])
        #expect(try Self.members("größe", #"{"order_id":"größe"}"#) == ["order_id"])
    }

    @Test func `in other bytes the text stands alone`() throws {
        #expect(try Self.isIn("4711", "/postback?txn_id=4711&x=1"))
        #expect(try Self.isIn("4711", "txn_id%3D4711"))
        #expect(try Self.isIn("ann@example.com", "email=ann%40example.com"))
        #expect(try Self.isIn("A B", "q=a%20b&"))
        #expect(try Self.isIn("ann@example.com", "q=ann%2540example.com"))
        #expect(try Self.isIn("ann@example.com", #"{"body":"{\"mail\":\"ann\u0040example.com\"}"}"#))
        for near in ["14711", "47110", "x4711", "4711x", "ord-4711", "4711_2"] { #expect(!(try Self.isIn("4711", "id=\(near)&"))) }
        #expect(SoughtText("  ") == nil)
    }

    @Test func `the first characters of an id are a range of ids`() throws {
        let id = try #require(ConversionID("01M7Y0BZ06RXX7H5D73QB811W4"))
        for count in 1...26 {
            let range = try #require(ConversionID.range(startingWith: String(id.description.prefix(count))))
            #expect(range.contains(id))
            #expect((range.lowerBound == range.upperBound) == (count == 26))
        }
        #expect(try #require(ConversionID.range(startingWith: "01m7y0bz06")).contains(id))
        #expect(!(try #require(ConversionID.range(startingWith: "01M7Y0BZ07"))).contains(id))
        for odd in ["", "8", "ord_1", "01M7Y0BZ06RXX7H5D73QB811W4X"] { #expect(ConversionID.range(startingWith: odd) == nil) }
    }
}
