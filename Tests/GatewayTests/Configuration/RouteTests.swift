import Mappings
import Rules
import Testing

@testable import Gateway

struct RouteTests {
    /// Sources `a` and `b`, destinations `x` and `y`; the routes begin at line 7.
    private static func load(_ routes: String) -> (routes: [Route], findings: [String]) {
        let text = """
            sources:
              a: { tracker: acme, credentials: { api_key: k234567890123456 } }
              b: { tracker: acme, credentials: { api_key: l234567890123456 } }
            destinations:
              x: { postback_url: "https://x.example/?c={click_id}" }
              y: { postback_url: "https://y.example/?c={click_id}" }
            routes:
            \(routes)
            """
        let (configuration, diagnostics) = ConfigurationFixture(text).load()
        return (configuration?.routes ?? [], diagnostics.map { String($0.dropFirst(13)) })
    }

    // MARK: Names

    @Test(arguments: [
        ("- { from: shop, to: x }", "8:11: error: unknown source 'shop'; known: a, b"),
        ("- { from: [a, aa], to: x }", "8:15: error: unknown source 'aa'; did you mean 'a'?"),
        ("- { from: a, to: [x, z1] }", "8:22: error: unknown destination 'z1'; known: x, y"),
        ("- { from: a, to: '*' }", "8:18: error: '*' is for 'from' only; name the destinations that 'to' leads to"),
        ("- { to: x }", "8:3: error: route 1 needs 'from'"),
        ("- { from: a }", "8:3: error: route 1 needs 'to'"),
        ("- { from: a, to: [] }", "8:18: error: 'to' of route 1 is empty; name a destination"),
        ("- { from: [], to: x }", "8:11: error: 'from' of route 1 is empty; name a source"),
        ("- { from: { a: b }, to: x }", "8:11: error: 'from' must be a text or a list of texts, found a map"),
        ("- { from: '*', to: [x, y], whem: a }", "8:28: error: unknown key 'whem' in route 1; did you mean 'when'?"),
        ("- a", "8:3: error: route 1 must be a map, found a text"),
    ])
    func `a route names what is declared`(routes: String, findings: String) {
        #expect(Self.load(routes).findings == findings.split(separator: "|").map(String.init))
    }

    @Test func `a star is every source`() throws {
        let routes = Self.load("- { from: '*', to: [x, y] }").routes
        #expect(routes.map(\.sources) == [nil])
        #expect(routes.map(\.destinations) == [["x", "y"]])
    }

    @Test func `sources and destinations that no route uses are warned of`() {
        #expect(
            Self.load("- { from: a, to: x }").findings == [
                "3:3: warning: no route takes from source 'b', so its conversions are stored and sent to no destination",
                "6:3: warning: no route leads to destination 'y'",
            ])
        #expect(Self.load("  []").findings == ["5:3: warning: there are no routes, so no conversion reaches a destination"])
    }

    // MARK: Conditions and assignments

    @Test(arguments: [
        ("when: tipe == 'sale'", "8:34: error: unknown name 'tipe'; did you mean 'type'?"),
        ("when: \"tipe == 'sale'\"", "8:35: error: unknown name 'tipe'; did you mean 'type'?"),
        ("when: type == 'sael'", "8:42: error: unknown word 'sael'; did you mean 'sale'?"),
        ("when: amount", "8:34: error: this expression must be a flag, but this is a number"),
        ("when: ", "8:35: error: 'when' is empty; write a condition or leave it out"),
        (
            "when: received_at < time('2026-12-25')",
            "8:53: error: '2026-12-25' is a day, which begins at another moment in each time zone; write the time and its offset, such as 2026-12-25T00:00:00+01:00"
        ),
        ("on_error: skip", "8:38: warning: 'on_error' of route 1 is about 'set', and route 1 sets nothing"),
        (
            "set: { amount: extra.a }, on_error: stop",
            "8:64: error: 'on_error' must be keep or skip, found 'stop'; keep leaves the field as it is, skip sends nothing"
        ),
        ("when: false", "8:34: error: this condition is never true, so the route can never act"),
        ("set: { coupon_code: SAVE }", "8:48: error: unknown name 'SAVE'; to set a text write \"'SAVE'\""),
        ("set: { coupon_code: SAVE-10 }", "8:48: error: unknown name 'SAVE'; to set a text write \"'SAVE-10'\""),
        ("set: { coupon_code: \"SAVE\" }", "8:49: error: unknown name 'SAVE'; to set a text write \"'SAVE'\""),
        (
            "set: { coupon_code: sesion_id }",
            "8:48: error: unknown name 'sesion_id'; did you mean 'session_id', or \"'sesion_id'\" for a text?"
        ),
        ("set: { coupon_code: 5 }", "8:48: error: this expression must be a text, but this is a number"),
        ("set: { amount: order_id }", "8:43: error: this expression must be a number, but this is a text"),
        ("set: { amount: total }", "8:43: error: unknown name 'total'"),
        ("set: { type: \"'sael'\" }", "8:42: error: unknown word 'sael'; did you mean 'sale'?"),
        ("set: { type: \"if(amount > 5, 'sale', 'leed')\" }", "8:42: error: unknown word 'leed'; did you mean 'lead'?"),
        (
            "set: { status: reason }",
            "8:43: error: 'status' takes one of pending, pending_review, approved, rejected, refunded, chargeback; "
                + "this expression may yield any other text"
        ),
        (
            "set: { currency: \"'EU'\" }",
            "8:46: error: currency 'EU' is not a currency code; send three to five letters or digits such as EUR or USDT"
        ),
        ("set: { clickid: session_id }", "8:35: error: unknown canonical field 'clickid'; did you mean 'click_id'?"),
        ("set: { source: session_id }", "8:35: error: 'source' is given by the gateway and cannot be set"),
        ("set: { offer: }", "8:42: error: 'offer' is set to nothing; write an expression or leave it out"),
        ("set: [a]", "8:33: error: 'set' must be a map, found a list"),
    ])
    func `expressions are checked against the fields`(part: String, finding: String) {
        #expect(Self.load("- { from: '*', to: [x, y], \(part) }").findings == [finding])
    }

    // MARK: Reach

    @Test(arguments: [
        ("- { from: a, to: x }\n- { from: a, to: x, set: { offer: program } }", "route 1 takes"),
        ("- { from: a, to: x }\n- { from: a, to: x, when: amount > 5 }", "route 1 takes"),
        ("- { from: '*', to: [y, x] }\n- { from: [a, b], to: y, when: amount > 5 }", "route 1 takes"),
        ("- { from: a, to: x, when: amount > 5 }\n- { from: a, to: x, when: 'amount  > 5' }", "route 1 takes"),
        ("- { from: a, to: x, when: true }\n- { from: a, to: x }", "route 1 takes"),
        ("- { from: [a, b], to: x }\n- { from: '*', to: x }", "route 1 takes"),
    ])
    func `a route that an earlier one leaves nothing to do is an error`(routes: String, reason: String) {
        let errors = Self.load(routes).findings.filter { $0.contains("error") }
        #expect(errors == ["9:3: error: route 2 can never act: \(reason) the same sources to the same destinations before it"])
    }

    @Test func `several earlier routes can leave nothing to do together`() {
        #expect(
            Self.load("- { from: a, to: x }\n- { from: b, to: x }\n- { from: '*', to: y }\n- { from: '*', to: [x, y] }").findings == [
                "11:3: error: route 4 can never act: route 1 and route 2 and route 3 take the same sources to the same destinations before it"
            ])
    }

    @Test(arguments: [
        "- { from: a, to: x, when: amount > 5 }\n- { from: a, to: x }", "- { from: a, to: x }\n- { from: '*', to: x, when: amount > 5 }",
        "- { from: a, to: x }\n- { from: a, to: [x, y] }", "- { from: a, to: x, when: amount > 5 }\n- { from: a, to: x, when: amount > 6 }",
        "- { from: a, to: x, when: amount > 5 }\n- { from: '*', to: x, when: amount > 5 }",
    ])
    func `a route that can act somewhere is left alone`(routes: String) {
        #expect(Self.load(routes).findings.filter { $0.contains("error") } == [])
    }
}
