import Mappings
import Rules
import Testing

@testable import Gateway

struct SourceConfigurationTests {
    /// Two lines lead to the source's own: `sources:` and its name.
    private static func load(_ source: String, environment: [String: String] = [:]) -> (source: SourceConfiguration?, findings: [String]) {
        let lines = source.split(separator: "\n").map { "    \($0)\n" }.joined()
        let (configuration, diagnostics) = ConfigurationFixture("sources:\n  shop:\n\(lines)", environment: environment).load()
        return (configuration?.sources.first, diagnostics.map { String($0.dropFirst(13)) })
    }

    // MARK: Names

    @Test(arguments: [
        ("api", "a source cannot be named 'api': tracker 'acme' has the path /api/v1/conversions; choose another name"),
        ("listing", "a source cannot be named 'listing': tracker 'acme' has the path /listing/all; choose another name"),
        ("postback", "a source cannot be named 'postback': tracker 'brandy' has the path /postback/{brand}/{offer}; choose another name"),
        ("healthz", "a source cannot be named 'healthz', which the gateway answers itself; choose another name"),
        ("probez", "a source cannot be named 'probez', which the gateway answers itself; choose another name"),
        ("readyz", "a source cannot be named 'readyz', which the gateway answers itself; choose another name"),
        ("a/b", "the name of a source has letters, digits, '-', '_' and '.' only and begins with a letter or digit, found 'a/b'"),
        ("..", "the name of a source has letters, digits, '-', '_' and '.' only and begins with a letter or digit, found '..'"),
        ("größe", "the name of a source has letters, digits, '-', '_' and '.' only and begins with a letter or digit, found 'größe'"),
    ])
    func `a name that is impossible in a path is refused`(name: String, message: String) {
        let text = "sources:\n  \"\(name)\": { tracker: acme, credentials: { api_key: k234567890123456 } }"
        #expect(ConfigurationFixture(text).findings == ["2:3: error: \(message)"])
    }

    @Test func `simple names are taken`() {
        for name in ["shop-de", "shop_2", "shop.example", "2shop", "API", "apis"] {
            #expect(
                ConfigurationFixture("sources: { \(name): { tracker: acme, credentials: { api_key: k234567890123456 } } }").findings == [])
        }
    }

    // MARK: Repeats

    @Test func `a source may say what repeats do`() {
        for policy in RepeatPolicy.allCases {
            let (source, findings) = Self.load("tracker: acme\ncredentials: { api_key: k234567890123456 }\nrepeats: \(policy.rawValue)")
            #expect(findings == [])
            #expect(source?.repeats == policy)
        }
        let finding = "5:14: error: 'repeats' must be one of ignore, update, add, new, found 'updat'; did you mean 'update'?"
        #expect(Self.load("tracker: acme\ncredentials: { api_key: k234567890123456 }\nrepeats: updat").findings == [finding])
    }

    // MARK: Credentials

    @Test(arguments: [
        ("tracker: acme", "2:3: error: source 'shop' needs credential 'api_key'"),
        ("tracker: acme\ncredentials: {}", "4:18: error: source 'shop' needs credential 'api_key'"),
        (
            "tracker: acme\ncredentials: { api_key: }",
            "4:29: error: credential 'api_key' of source 'shop' is empty; anyone could send in its name"
        ),
        (
            "tracker: acme\ncredentials: { api_key: '' }",
            "4:29: error: credential 'api_key' of source 'shop' is empty; anyone could send in its name"
        ),
        (
            "tracker: acme\ncredentials: { api_key: \" \\t\" }",
            "4:29: error: credential 'api_key' of source 'shop' is empty; anyone could send in its name"
        ),
        (
            "tracker: acme\ncredentials: { api_key: \"${EMPTY}\" }",
            "4:29: error: credential 'api_key' of source 'shop' is empty; anyone could send in its name"
        ),
        (
            "tracker: acme\ncredentials: { api_key: null }",
            "4:29: error: credential 'api_key' of source 'shop' cannot be null: anyone could send in its name"
        ),
        (
            "tracker: acme\ncredentials: { api_key: NULL }",
            "4:29: error: credential 'api_key' of source 'shop' cannot be null: anyone could send in its name"
        ),
        ("tracker: acme\ncredentials: { api_key: {} }", "4:29: error: credential 'api_key' of source 'shop' must be a text, found a map"),
        (
            "tracker: acme\ncredentials: { api_key: \"hun\\nter2\" }",
            "4:29: error: credential 'api_key' of source 'shop' holds a line break or another control character, which no request can carry"
        ),
        (
            "tracker: acme\ncredentials: { api_key: \"hunter2hunter2hu \" }",
            "4:29: warning: credential 'api_key' of source 'shop' begins or ends with white space, which counts as part of it"
        ),
        (
            "tracker: acme\ncredentials: k",
            "4:18: error: 'credentials' must be a map, found a text|4:18: error: source 'shop' needs credential 'api_key'"
        ),
        (
            "tracker: acme\ncredentials: { api_key: k234567890123456, apikey: hunter2 }",
            "4:47: error: unknown credential 'apikey' of tracker 'acme'; did you mean 'api_key'?"
        ),
        (
            "tracker: brandy\ncredentials: { secret: ~ }\nsettings: { brand: b }",
            "4:28: warning: credential 'secret' of source 'shop' is null, so requests are not checked; this is deprecated, set a secret"
        ),
        (
            "tracker: brandy\ncredentials: { secret: }\nsettings: { brand: b }",
            "4:28: error: credential 'secret' of source 'shop' is empty; anyone could send in its name"
        ),
        (
            "tracker: brandy\ncredentials: { secret: \"${EMPTY}\" }\nsettings: { brand: b }",
            "4:28: error: credential 'secret' of source 'shop' is empty; anyone could send in its name"
        ),
        (
            "tracker: brandy\nsettings: { brand: b }",
            "2:3: error: source 'shop' needs credential 'secret'; 'secret: null' switches the check off, so that anyone may send in its name"
        ),
    ])
    func `credentials are all there and none is empty`(source: String, findings: String) {
        #expect(Self.load(source, environment: ["EMPTY": ""]).findings == findings.split(separator: "|").map(String.init))
    }

    @Test func `an explicit null opens the credential that may be null`() throws {
        let source = try #require(Self.load("tracker: brandy\ncredentials: { secret: null }\nsettings: { brand: b }").source)
        #expect(source.openCredentials == ["secret"])
        #expect(source.credentials == [:])
    }

    @Test func `a secret keeps its case, its signs and what looks like another type`() {
        #expect(Self.load("tracker: acme\ncredentials: { api_key: NO }").source?.credentials == ["api_key": "NO"])
        #expect(Self.load("tracker: acme\ncredentials: { api_key: 0x1F }").source?.credentials == ["api_key": "0x1F"])
        let tricky = Self.load("tracker: acme\ncredentials: { api_key: \"${KEY}\" }", environment: ["KEY": "a: {b} # ${KEY}"])
        #expect(tricky.source?.credentials == ["api_key": "a: {b} # ${KEY}"])
    }

    // MARK: Settings, defaults, exponents

    private static let key = "tracker: acme\ncredentials: { api_key: k234567890123456 }\n"

    @Test(arguments: [
        ("settings: { shared_ids: yes }", "5:29: error: setting 'shared_ids' must be true or false, found 'yes'"),
        ("settings: { shard_ids: true }", "5:17: error: unknown setting 'shard_ids' of tracker 'acme'; did you mean 'shared_ids'?"),
        ("settings: { program: 7 }", "5:17: error: setting 'program' of tracker 'acme' is for a destination, not for a source"),
        ("defaults: { curency: EUR }", "5:17: error: unknown canonical field 'curency'; did you mean 'currency'?"),
        ("defaults: { received_at: EUR }", "5:17: error: 'received_at' is given by the gateway and cannot be set"),
        ("defaults: { type: sael }", "5:23: error: unknown word 'sael'; did you mean 'sale'?"),
        ("defaults: { offer: }", "5:24: error: the default of 'offer' is empty; write a value or leave it out"),
        ("defaults: { offer: [a] }", "5:24: error: 'offer' must be a text, found a list"),
        ("allow_ips: []", "5:16: error: 'allow_ips' is empty, which would let every address in; write addresses or leave it out"),
        (
            "allow_ips: [10.0.0.0/8, 10.1.0.0/8]",
            "5:29: error: '10.1.0.0/8' is an address inside a network; write 10.0.0.0/8 for the network or 10.1.0.0 for the address"
        ),
        ("exponents: { USDT: 31 }", "5:24: error: the exponent of USDT must be a whole number from 0 to 30, found '31'"),
        ("exponents: { USDT: 6.0 }", "5:24: error: the exponent of USDT must be a whole number from 0 to 30, found '6.0'"),
        ("exponents: { US$: 2 }", "5:18: error: 'US$' is no currency code; write three to five letters or digits such as USDT"),
        ("exponents: 6", "5:16: error: 'exponents' must be a map such as { USDT: 6 }, found a text"),
        ("exponents: { USDT: 6 }\nsettings: { exponents: { USDT: 6 } }", "6:17: error: source 'shop' has 'exponents' twice; keep one"),
        ("shares_orders_with: shop", "5:25: error: source 'shop' shares its orders with itself anyway; name another source"),
        ("shares_orders_with: [shp]", "5:26: error: there is no source 'shp'; did you mean 'shop'?"),
        ("allowips: 10.0.0.1", "5:5: error: unknown key 'allowips' in source 'shop'; did you mean 'allow_ips'?"),
    ])
    func `a source's choices are checked against its tracker`(line: String, finding: String) {
        #expect(Self.load(Self.key + line).findings == [finding])
    }

    @Test func `a source's choices are kept`() throws {
        let (source, findings) = Self.load(
            Self.key + """
                settings: { shared_ids: true, exponents: { ISK: 2, usdt: 6 } }
                defaults: { currency: eur, amount: 1e2, sub_ids.s1: NO, type: sale, is_subscription: true }
                allow_ips: [203.0.113.0/24, "2001:db8::/32"]
                """)
        #expect(findings == [])
        let shop = try #require(source)
        #expect(shop.settings == ["shared_ids": .flag(true)])
        #expect(
            shop.exponents
                == CurrencyExponents(overrides: [try #require(Currency(code: "ISK")): 2, try #require(Currency(code: "USDT")): 6]))
        #expect(shop.defaults.map(\.path.description) == ["currency", "amount", "sub_ids.s1", "type", "is_subscription"])
        #expect(shop.defaults.map(\.value.description) == ["EUR", "100", "NO", "sale", "true"])
        #expect(shop.allowIPs.map(\.description) == ["203.0.113.0/24", "2001:db8::/32"])
        #expect(Self.load(Self.key + "exponents: { ISK: 2 }\nallow_ips: 10.0.0.1").source?.allowIPs.map(\.description) == ["10.0.0.1"])
    }

    @Test func `a setting that the tracker requires is required`() {
        #expect(
            Self.load("tracker: brandy\ncredentials: { secret: s234567890123456 }").findings == [
                "2:3: error: source 'shop' needs setting 'brand'"
            ])
        #expect(
            Self.load("tracker: brandy\ncredentials: { secret: s234567890123456 }\nsettings: { brand: '' }").findings == [
                "5:24: error: setting 'brand' of source 'shop' is empty"
            ])
    }

    @Test(arguments: [
        ("tracker: acmee", "3:14: error: unknown tracker 'acmee'; did you mean 'acme'?"),
        ("tracker: x", "3:14: error: unknown tracker 'x'; known: acme, brandy"),
        ("credentials: {}", "3:5: error: source 'shop' needs 'tracker'"),
    ])
    func `a source has a known tracker`(source: String, finding: String) {
        #expect(Self.load(source).findings == [finding])
    }

    // MARK: Duplicates

    @Test func `a duplicate key takes canonical names, flat names and the tracker's own`() throws {
        let (source, findings) = Self.load(
            Self.key + "duplicates: { key: [customer.email, customer_email, buyer, externalId?, sub_ids.s1], within: 30d }")
        #expect(findings == [])
        let rule = try #require(source?.duplicates?.alternatives.first)
        #expect(rule.within == .seconds(30 * 86_400))
        #expect(
            rule.parts == [
                .init(path: .field(.customerEmail)), .init(path: .field(.customerEmail)), .init(path: .field(.customerEmail)),
                .init(path: .field(.orderID), isOptional: true), .init(path: .subID("s1")),
            ])
        #expect(Self.load(Self.key + "duplicates: { key: order_id }").source?.duplicates?.alternatives.first?.within == nil)
    }

    @Test func `rules for duplicates are tried in order`() throws {
        let rules = "duplicates: [{ key: [order_id] }, { key: [click_id, amount], within: 10m }]"
        let (source, findings) = Self.load(Self.key + rules)
        #expect(findings == [])
        let rule = try #require(source?.duplicates)
        #expect(rule.alternatives.map { $0.parts.map(\.path.description) } == [["order_id"], ["click_id", "amount"]])
        #expect(rule.alternatives.map(\.within) == [nil, .seconds(600)])
        var conversion = Conversion(id: ConversionID(high: 0, low: 1), source: "shop", tracker: "acme", receivedAt: Timestamp(seconds: 0))
        #expect(rule.key(of: conversion) == nil)
        (conversion[.clickID], conversion[.amount]) = (.text("c-1"), .number(ExactDecimal(5)))
        #expect(rule.key(of: conversion)?.alternative.within == .seconds(600))
        conversion[.orderID] = .text("o-1")
        #expect(rule.key(of: conversion)?.alternative.within == nil)
    }

    @Test func `a source may say what becomes of surplus decimals`() throws {
        #expect(Self.load(Self.key + "rounding: refuse").source?.surplus == .refuse)
        #expect(Self.load(Self.key + "rounding: half_even").source?.surplus == .round(.halfEven))
        let finding =
            "5:15: error: 'rounding' must be one of refuse, half_up, half_even, down, up, found 'none'; known: down, half_even, half_up, refuse, up"
        #expect(Self.load(Self.key + "rounding: none").findings == [finding])
    }

    @Test(arguments: [
        ("{ key: [custommer_email] }", "5:25: error: unknown field 'custommer_email'; did you mean 'customer.email'?"),
        (
            "{ key: [received_at, order_id] }",
            "5:25: error: 'received_at' differs in every conversion, so nothing would ever be a duplicate"
        ),
        ("{ key: [] }", "5:24: error: a duplicate key needs at least one field"),
        (
            "{ key: [order_id?, click_id?] }",
            "5:24: error: a duplicate key needs a field without '?', else all conversions that have none of them would be one"
        ),
        ("{ within: 1d }", "5:17: error: 'duplicates' of source 'shop' needs 'key'"),
        ("{ key: order_id, within: 0s }", "5:42: error: 'within' must be a duration from 1s to 3650d, found '0s'"),
        ("{ key: order_id, within: 1y }", "5:42: error: 'within' must be a duration such as 5s, 30m, 24h or 30d, found '1y'"),
        ("[order_id]", "5:18: error: 'duplicates' of source 'shop' must be a map, found a text"),
        ("[]", "5:17: error: 'duplicates' of source 'shop' is empty; write a rule such as { key: [order_id] }"),
        (
            "[{ key: [click_id] }, { key: [order_id, click_id], within: 1d }]",
            "5:39: error: rule 2 of 'duplicates' is never used: rule 1 comes first and needs no other field; put it behind"
        ),
    ])
    func `a duplicate key that cannot work is refused`(rule: String, finding: String) {
        #expect(Self.load(Self.key + "duplicates: \(rule)").findings == [finding])
    }

    // MARK: Twins

    @Test func `sources that no request can distinguish are named`() {
        let text = """
            sources:
              one: { tracker: acme, credentials: { api_key: k234567890123456 } }
              two: { tracker: acme, credentials: { api_key: k234567890123456 }, settings: { shared_ids: true } }
              three: { tracker: acme, credentials: { api_key: other67890123456 } }
              four: { tracker: brandy, credentials: { secret: k234567890123456 }, settings: { brand: a } }
              five: { tracker: brandy, credentials: { secret: k234567890123456 }, settings: { brand: b } }
            """
        #expect(
            ConfigurationFixture(text).findings == [
                "3:3: warning: source 'two' has the tracker and the credentials of source 'one', so /api/v1/conversions cannot distinguish them; "
                    + "send to /one/api/v1/conversions and /two/api/v1/conversions"
            ])
    }

    @Test func `sources that only a header distinguishes are named too`() {
        func source(_ name: String, _ settings: String) -> String {
            "  \(name): { tracker: rs-traffic, credentials: { secret: k234567890123456 }, timestamp_tolerance: 15m, settings: {\(settings)} }\n"
        }
        let text = "sources:\n" + source("one", " partner: a ") + source("two", " partner: b ")
        #expect(
            ConfigurationFixture(text).load(catalog: .builtIn).diagnostics == [
                "gateway.yaml:3:3: warning: source 'two' has the tracker and the credentials of source 'one', and only the header X-RS-Source distinguishes "
                    + "them, so a request without it counts as 'one'; give each a secret of its own, or send to /one/v1/event and /two/v1/event"
            ])
    }
}
