import Mappings
import Rules
import Testing

@testable import Gateway

/// What `check` finds in routes that are right by themselves, beside the real trackers.
struct RouteCheckTests {
    /// A RefCampaign source `shop`, an RS-Traffic source `casino`, a Trcker source `network`; a destination of each kind. The routes begin at
    /// line 13.
    private static func findings(_ routes: String) -> [String] {
        let text = """
            sources:
              shop: { tracker: refcampaign, credentials: { api_key: sixteen-letters-1 } }
              casino: { tracker: rs-traffic, credentials: { secret: sixteen-letters-2 }, timestamp_tolerance: off }
              network: { tracker: trcker, credentials: { postback_secret: sixteen-letters-3 } }
              store: { tracker: refersion, credentials: { public_key: p, secret_key: sixteen-letters-4 } }
              saas: { tracker: refvenue, credentials: { publishable_key: sixteen-letters-5 }, review: [plus_address] }
            destinations:
              campaign: { tracker: refcampaign, url: "https://c.example", credentials: { api_key: k } }
              traffic: { tracker: rs-traffic, url: "https://t.example", credentials: { secret: s }, settings: { partner: p } }
              plain: { postback_url: "https://p.example/?c={click_id}&sum={amount}" }
              full: { postback_url: "https://f.example/?c={click_id}&st={status}&e={event}" }
            routes:
            \(routes)
            """
        return ConfigurationFixture(text).load(catalog: .builtIn).diagnostics.map { String($0.dropFirst(13)) }
            .filter { !$0.contains("no route takes from source") && !$0.contains("no route leads to destination") }
    }

    // MARK: Conditions that are never true

    @Test(arguments: [
        (
            "- { from: casino, to: traffic, when: amount > 5 and type == 'sale' }",
            "13:38: warning: route 1 takes nothing from source 'casino': it wants type == \"sale\", but that source's type is always one of "
                + "signup, deposit, redeposit, lead, cashout"
        ),
        (
            "- { from: [shop, store], to: full, when: \"type in ['lead', 'signup']\" }",
            "13:43: warning: route 1 takes nothing from source 'store': it wants type in [\"lead\", \"signup\"], but that source's type is always "
                + "sale"
        ),
        (
            "- { from: network, to: full, when: status == 'approved' or status == 'pending' }",
            "13:36: warning: route 1 takes nothing from source 'network': it wants status == \"approved\" or status == \"pending\", but Trcker's "
                + "requests give no status"
        ),
        (
            "- { from: shop, to: full, when: status == 'approved' }",
            "13:33: warning: route 1 takes nothing from source 'shop': it wants status == \"approved\", but that source's status is absent or "
                + "refunded"
        ),
        (
            "- { from: store, to: full, when: not (type == 'sale') }",
            "13:34: warning: route 1 takes nothing from source 'store': it wants not type == \"sale\", but that source's type is always sale"
        ),
    ])
    func `a condition that a source's conversions never meet is warned of`(routes: String, finding: String) {
        #expect(Self.findings(routes) == [finding])
    }

    @Test(arguments: [
        // From every source: some may be left out on purpose.
        "- { from: '*', to: full, when: type == 'sale' }", "- { from: casino, to: full, when: type == 'sale' or type == 'deposit' }",
        "- { from: casino, to: full, when: type == 'deposit' and status == 'rejected' }",
        // A refund changes the status.
        "- { from: shop, to: full, when: status == 'refunded' }", "- { from: saas, to: full, when: status == 'pending_review' }",
        "- { from: network, to: full, when: not (status == 'approved') }", "- { from: casino, to: full, when: event_name == 'sale' }",
    ])
    func `a condition that can be met is left alone`(routes: String) {
        #expect(Self.findings(routes) == [])
    }

    // MARK: Statuses

    @Test(arguments: [
        (
            "- { from: casino, to: campaign }",
            "13:3: warning: route 1 sends what is pending at 'casino' to 'campaign', and RefCampaign has no parameter for a status, so it counts "
                + "as approved there; to send it once it is approved write when: status == \"approved\""
        ),
        (
            "- { from: '*', to: plain, when: amount > 5 }",
            "13:33: warning: route 1 sends what is pending or pending_review at 'casino' and 'saas' to 'plain', and its postback_url has no "
                + "parameter for a status, so it counts as approved there; to send it once it is approved write … and not (status in "
                + "[\"pending\", \"pending_review\"])"
        ),
        (
            "- { from: saas, to: plain }",
            "13:3: warning: route 1 sends what is pending_review at 'saas' to 'plain', and its postback_url has no parameter for a status, so it "
                + "counts as approved there; to send it once it is approved write when: not (status == \"pending_review\")"
        ),
    ])
    func `a destination without a parameter for what is pending is warned of`(routes: String, finding: String) {
        #expect(Self.findings(routes) == [finding])
    }

    @Test(arguments: [
        "- { from: casino, to: campaign, when: status == 'approved' }", "- { from: casino, to: plain, when: not (status == 'pending') }",
        "- { from: casino, to: [traffic, full] }", "- { from: [shop, store, network], to: [campaign, plain] }",
        "- { from: casino, to: campaign, when: \"status in ['approved', 'rejected'] and amount > 5\" }",
    ])
    func `a destination that hears the status, or a route that holds it, is left alone`(routes: String) {
        #expect(Self.findings(routes) == [])
    }

    // MARK: Fields

    @Test func `a field that no destination of the route has a parameter for is warned of`() {
        #expect(
            Self.findings("- { from: shop, to: [campaign, plain], set: { affiliate_id: \"'a-1'\", coupon_code: \"'C'\" } }") == [
                "13:47: warning: route 1 sets affiliate_id, but 'campaign' (RefCampaign) and 'plain' (its postback_url) have no parameter for it, "
                    + "so it is not sent",
                "13:70: warning: route 1 sets coupon_code, but 'campaign' (RefCampaign) and 'plain' (its postback_url) have no parameter for it, "
                    + "so it is not sent",
            ])
        for route in [
            // The mapping writes it, writes from it, or looks at it; or one destination of several does.
            "- { from: shop, to: campaign, set: { customer.email: extra.mail, currency: \"'EUR'\", metadata.plan: extra.plan } }",
            "- { from: shop, to: campaign, set: { status: \"'rejected'\" } }", "- { from: shop, to: full, set: { type: \"'lead'\" } }",
            "- { from: shop, to: plain, set: { currency: \"'EUR'\" } }",
            "- { from: shop, to: [plain, full], set: { status: \"'approved'\" } }",
        ] {
            #expect(Self.findings(route) == [], "\(route)")
        }
    }

    // MARK: Foreign macros

    @Test(arguments: [
        ("https://t.example/p?cid=[CLICK_ID]&x={click_id}", "'[CLICK_ID]'", "{click_id}"),
        ("https://t.example/p?cid=%CLICKID%&x={click_id}", "'%CLICKID%'", "{clickid}"),
        ("https://t.example/__CID__/?x={click_id}", "'__CID__'", "{cid}"),
        ("https://t.example/p?c=<thing>&x={click_id}", "'<thing>'", "{click_id}"),
    ])
    func `another tracker's macro in a postback_url is warned of`(url: String, macro: String, hint: String) {
        let text = "destinations:\n  main: { postback_url: \"\(url)\" }"
        let findings = ConfigurationFixture(text).findings.filter { !$0.contains("there are no") }
        #expect(findings == ["2:25: warning: \(macro) in this postback_url is sent as it is; macros are in braces, such as \(hint)"])
    }

    @Test(arguments: [
        "https://t.example/p?data[id]={click_id}", "https://t.example/p?q=caf%C3%A9%20b%C3abc%20&x={click_id}",
        "https://[::1]:8080/p?x={click_id}", "https://t.example/a_b__c?x={click_id}",
    ])
    func `what is no macro is left alone`(url: String) {
        #expect(ForeignMacro.all(in: url) == [])
    }

    @Test func `doubled braces are refused with the right notation`() {
        let text = "destinations:\n  main: { postback_url: \"https://t.example/p?cid={{clickid}}\" }"
        #expect(
            ConfigurationFixture(text).findings.filter { $0.contains("error") } == [
                "2:25: error: a macro has one brace on each side, found '{{clickid}}'; write {clickid}"
            ])
    }

    @Test func `a foreign macro from a variable is not shown`() {
        let text = "destinations:\n  main: { postback_url: \"https://t.example/p?token=${TOKEN}&cid={click_id}\" }"
        #expect(!ConfigurationFixture(text, environment: ["TOKEN": "[SECRET]"]).findings.contains { $0.contains("SECRET") })
    }

    // MARK: What no sender gives a destination

    @Test(arguments: [
        (
            "- { from: store, to: traffic }",
            "13:22: warning: 'traffic' needs a click_id for its clickid, and no sender on a route there has one: 'store'; everything would be "
                + "skipped, so give the route a set: { click_id: … }, or the source a default"
        ),
        (
            "- { from: [store, saas], to: traffic, when: amount > 5 }",
            "13:30: warning: 'traffic' needs a click_id for its clickid, and no sender on a route there has one: 'store', 'saas'; everything would "
                + "be skipped, so give the route a set: { click_id: … }, or the source a default"
        ),
    ])
    func `an identifier that a tracker requires and no sender has is warned of`(routes: String, finding: String) {
        #expect(Self.findings(routes).contains(finding), "\(Self.findings(routes))")
    }

    @Test(arguments: [
        "- { from: store, to: traffic, set: { click_id: cart_id } }", "- { from: [store, network], to: traffic }",
        "- { from: store, to: plain }", "- { from: store, to: campaign }",
    ])
    func `an identifier that one sender has, or a route sets, is not warned of`(routes: String) {
        #expect(!Self.findings(routes).contains { $0.contains("has one") }, "\(Self.findings(routes))")
    }
}
