import Testing

@testable import Mappings

struct IdentifierLengthTests {
    @Test(arguments: [
        "order_id", "click_id", "session_id", "cart_id", "ref_code", "coupon_code", "affiliate_id", "program", "offer", "subscription_id",
        "customer.id", "sub_ids.s1",
    ])
    func `an identifier has 255 characters at most`(_ name: String) throws {
        let fields = "x: { is: \(name), aliases: [y] }"
        #expect(try Self.refusal(fields, "x", 255) == nil)
        #expect(try Self.refusal(fields, "x", 256) == "x has 256 characters; at most 255 are allowed")
        #expect(try Self.refusal(fields, "y", 3000) == "y has 3000 characters; at most 255 are allowed")
        // White space alone says nothing, as before.
        #expect(try Self.refusal(fields, "x", 1, of: "%20") == nil)
    }

    @Test func `a mapping that says otherwise is obeyed`() throws {
        #expect(try Self.refusal("x: { is: order_id, length: 1..4000 }", "x", 3000) == nil)
        #expect(try Self.refusal("x: { is: order_id, length: 1..64 }", "x", 65) == "x has 65 characters; 1 to 64 are allowed")
    }

    @Test(arguments: ["reason", "event_name", "customer.first_name", "customer.user_agent", "metadata.note", "extra.note"])
    func `a text that is no identifier may be long`(_ name: String) throws {
        #expect(try Self.refusal("x: { is: \(name) }", "x", 3000) == nil)
    }

    /// Why a request with `count` letters in the parameter is refused; nil if it is taken.
    private static func refusal(_ field: String, _ parameter: String, _ count: Int, of letter: String = "7") throws -> String? {
        let mapping = try Samples.compile("tracker: Acme\nrequest: { method: GET, path: /p }\nfields:\n  \(field)\n")
        let query = "\(parameter)=\(String(repeating: letter, count: count))"
        let request = WireRequest(method: "GET", path: "/p", query: query, headers: [])
        switch Samples.outcome(of: request, mapping, MappingReader(mapping, settings: [:], defaults: [])) {
        case .success: return nil
        case .failure(let refusal): return refusal.reason
        }
    }
}
