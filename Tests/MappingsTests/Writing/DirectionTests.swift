import Testing

@testable import Mappings

/// Every tracker's own sample sent to every tracker: 25 directions, each with the exact request or the exact reason.
struct DirectionTests {
    private static let noCart =
        "skipped: Refersion requires cart_id, but the conversion has no cart_id; a route can give it: set: { cart_id: … }"
    private static let noClickAtRSTraffic =
        "skipped: RS-Traffic requires clickid, but the conversion has no click_id; a route can give it: set: { click_id: … }"
    private static let noClickAtTrcker =
        "skipped: Trcker requires click_id, but the conversion has no click_id; a route can give it: set: { click_id: … }"
    private static let noCode = "skipped: one of ref_code or coupon_code is required"

    @Test(arguments: [
        (
            "refcampaign", "refcampaign",
            #"POST /api/v1/conversions/postback {"externalId":"ord_42","conversionType":"SALE","amount":4990,"currency":"EUR","sessionId":"rcs_7fKj2...","metadata":{"plan":"pro"}}"#
        ),
        ("refcampaign", "refersion", noCart), ("refcampaign", "refvenue", noCode), ("refcampaign", "rs-traffic", noClickAtRSTraffic),
        ("refcampaign", "trcker", noClickAtTrcker),
        (
            "refersion", "refcampaign",
            #"POST /api/v1/conversions/postback {"externalId":"20150401102883","conversionType":"SALE","amount":6375,"currency":"USD","customerEmailHash":"836f82db99121b3481011f16b49dfa5fbc714a0d1b1b9f784a1ebbbf5b39577f"}"#
        ),
        (
            "refersion", "refersion",
            #"POST /tracker/orders/paid {"cart_id":"DDXqfBngTWuX8N8Asqr2mY3RkmHCXdM7Vz6mdHkjwrEnN5zyRY","order_id":"20150401102883","shipping":9.99,"tax":0.57,"discount":2.25,"discount_code":"HOLIDAY1","currency_code":"USD","customer":{"first_name":"John","last_name":"Doe","email":"john.doe@example.com"},"items":[{"price":5.5,"quantity":2,"sku":"PROD_A","name":"Product A"},{"price":10,"quantity":1,"sku":"PROD_B","name":"Product B"},{"price":15,"quantity":3,"sku":"PROD_C","name":"Product C"}]}"#
        ),
        (
            "refersion", "refvenue",
            "skipped: RefVenue requires program_id, but the conversion has no program; a route can give it: set: { program: … }"
        ),
        ("refersion", "rs-traffic", noClickAtRSTraffic), ("refersion", "trcker", noClickAtTrcker),
        ("refvenue", "refcampaign", "skipped: amount '99.99' needs a currency to know its minor unit"), ("refvenue", "refersion", noCart),
        (
            "refvenue", "refvenue",
            #"POST /v1/track-conversion {"program_id":"prog_abc123","ref_code":"JOHN123","customer_email":"customer@example.com","conversion_type":"purchase","revenue_amount":99.99,"customer_ip":"203.0.113.42","customer_user_agent":"Mozilla/5.0..."}"#
        ),
        ("refvenue", "rs-traffic", noClickAtRSTraffic), ("refvenue", "trcker", noClickAtTrcker),
        (
            "rs-traffic", "refcampaign",
            #"POST /api/v1/conversions/postback {"externalId":"01KAFC0S000000000000000001","conversionType":"SALE","amount":5000,"currency":"USD","clickId":"abc123def456","convertedAt":"2024-05-29T16:26:40Z","customParams":{"s1":"fb_de_001","s2":"pwa"}}"#
        ),
        ("rs-traffic", "refersion", noCart), ("rs-traffic", "refvenue", noCode),
        (
            "rs-traffic", "rs-traffic",
            #"POST /v1/event {"amount":"50.00","clickid":"abc123def456","currency":"USD","event":"ftd","geo":"DE","payment_method":"card","status":"approved","sub_id_1":"fb_de_001","sub_id_2":"pwa","timestamp":1717000000}"#
        ),
        (
            "rs-traffic", "trcker",
            "GET /api/postback/acme/spring?click_id=abc123def456&amount=50.00&txn_id=01KAFC0S000000000000000001&event=sale&currency=USD"
        ),
        (
            "trcker", "refcampaign",
            #"POST /api/v1/conversions/postback {"externalId":"order-12345","conversionType":"SALE","amount":4999,"currency":"USD","clickId":"a1b2c3d4-e5f6-..."}"#
        ),
        ("trcker", "refersion", noCart), ("trcker", "refvenue", noCode),
        (
            "trcker", "rs-traffic",
            #"POST /v1/event {"amount":"49.99","clickid":"a1b2c3d4-e5f6-...","currency":"USD","event":"ftd","status":"approved","timestamp":1763600000}"#
        ),
        (
            "trcker", "trcker",
            "GET /api/postback/acme/spring?click_id=a1b2c3d4-e5f6-...&amount=49.99&txn_id=order-12345&event=sale&currency=USD"
        ),
    ])
    func `a tracker's sample is sent as it is or not at all`(source: String, destination: String, sent: String) throws {
        #expect(try Samples.sent(Samples.sample(from: source), to: Samples.writer(to: destination)) == sent)
    }

    /// A route's `set:` gives what the source does not know.
    @Test(
        arguments: [
            (
                "refcampaign", "refersion", ["cart_id": "cart-1"],
                #"POST /tracker/orders/paid {"cart_id":"cart-1","order_id":"ord_42","currency_code":"EUR","items":[{"price":49.9,"quantity":1,"sku":"N/A"}]}"#
            ),
            (
                "refcampaign", "refvenue", ["program": "prog_1", "coupon_code": "SAVE20"],
                #"POST /v1/track-conversion {"program_id":"prog_1","coupon_code":"SAVE20","conversion_type":"purchase","revenue_amount":49.90}"#
            ),
            (
                "refcampaign", "rs-traffic", ["click_id": "rcs_7fKj2..."],
                #"POST /v1/event {"amount":"49.90","clickid":"rcs_7fKj2...","currency":"EUR","event":"ftd","status":"approved","timestamp":1763600000}"#
            ),
            (
                "refcampaign", "trcker", ["click_id": "a&b=c d/{x}"],
                "GET /api/postback/acme/spring?click_id=a%26b%3Dc%20d%2F%7Bx%7D&amount=49.90&txn_id=ord_42&event=sale&currency=EUR"
            ),
            (
                "refersion", "refvenue", ["program": "prog_1"],
                #"POST /v1/track-conversion {"program_id":"prog_1","coupon_code":"HOLIDAY1","customer_email":"john.doe@example.com","conversion_type":"purchase","revenue_amount":63.75}"#
            ),
            (
                "refersion", "rs-traffic", ["click_id": "c-1"],
                #"POST /v1/event {"amount":"63.75","clickid":"c-1","currency":"USD","event":"ftd","status":"approved","timestamp":1763600000}"#
            ),
            (
                "refersion", "trcker", ["click_id": "c-1"],
                "GET /api/postback/acme/spring?click_id=c-1&amount=63.75&txn_id=20150401102883&event=sale&currency=USD&coupon_code=HOLIDAY1"
            ),
            (
                "refvenue", "refcampaign", ["currency": "JPY"],
                #"POST /api/v1/conversions/postback {"externalId":"01KAFC0S000000000000000001","conversionType":"SALE","amount":100,"currency":"JPY","customerEmailHash":"e233d4a29013e9d87150c6237c6777bedf379ebf1acdc5d6126fec7e8bb74fb5"}"#
            ),
            (
                "refvenue", "refcampaign", ["currency": "KWD"],
                #"POST /api/v1/conversions/postback {"externalId":"01KAFC0S000000000000000001","conversionType":"SALE","amount":99990,"currency":"KWD","customerEmailHash":"e233d4a29013e9d87150c6237c6777bedf379ebf1acdc5d6126fec7e8bb74fb5"}"#
            ),
            (
                "refvenue", "refersion", ["cart_id": "cart-1", "currency": "EUR"],
                #"POST /tracker/orders/paid {"cart_id":"cart-1","order_id":"01KAFC0S000000000000000001","currency_code":"EUR","customer":{"email":"customer@example.com","ip_address":"203.0.113.42"},"items":[{"price":99.99,"quantity":1,"sku":"prog_abc123"}]}"#
            ),
            (
                "refvenue", "rs-traffic", ["click_id": "c-1", "currency": "EUR"],
                #"POST /v1/event {"amount":"99.99","clickid":"c-1","currency":"EUR","event":"ftd","status":"approved","timestamp":1763600000}"#
            ),
            (
                "refvenue", "rs-traffic", ["click_id": "c-1"],
                "skipped: RS-Traffic requires currency, but the conversion has no currency; a route can give it: set: { currency: … }"
            ),
            (
                "refvenue", "trcker", ["click_id": "c-1", "currency": "EUR"],
                "GET /api/postback/acme/spring?click_id=c-1&amount=99.99&txn_id=01KAFC0S000000000000000001&event=sale&currency=EUR"
            ),
            (
                "rs-traffic", "refersion", ["cart_id": "cart-1", "offer": "casino"],
                #"POST /tracker/orders/paid {"cart_id":"cart-1","order_id":"01KAFC0S000000000000000001","currency_code":"USD","items":[{"price":50,"quantity":1,"sku":"casino"}]}"#
            ),
            (
                "rs-traffic", "refvenue", ["program": "p", "ref_code": "JOHN", "customer.email": "a@b.example"],
                #"POST /v1/track-conversion {"program_id":"p","ref_code":"JOHN","customer_email":"a@b.example","conversion_type":"purchase","revenue_amount":50.00}"#
            ),
            ("rs-traffic", "refvenue", ["program": "p", "ref_code": "JOHN"], "skipped: customer_email is required with ref_code"),
            (
                "rs-traffic", "refvenue", ["program": "p", "coupon_code": "C", "type": "cashout"],
                "skipped: RefVenue has no word for type 'cashout'; it takes signup, lead, trial, sale, deposit, redeposit"
            ),
            (
                "rs-traffic", "refcampaign", ["status": "rejected"],
                "skipped: RefCampaign's postback has no status, so a rejected conversion cannot be sent"
            ),
            (
                "rs-traffic", "refersion", ["status": "chargeback"],
                "skipped: Refersion's order webhook has no status, so a chargeback conversion cannot be sent"
            ),
            (
                "rs-traffic", "trcker", ["status": "refunded"],
                "skipped: Trcker's postback has no status, so a refunded conversion cannot be sent"
            ),
            ("rs-traffic", "refersion", ["type": "lead"], "skipped: Refersion's webhook is for paid orders, not for a lead"),
            (
                "rs-traffic", "rs-traffic", ["type": "deposit", "status": "rejected"],
                #"POST /v1/event {"amount":"50.00","clickid":"abc123def456","currency":"USD","event":"rejected","geo":"DE","payment_method":"card","status":"rejected","sub_id_1":"fb_de_001","sub_id_2":"pwa","timestamp":1717000000}"#
            ),
            (
                "rs-traffic", "rs-traffic", ["type": "install"],
                "skipped: RS-Traffic has no word for type 'install'; it takes signup, trial, deposit, sale, redeposit, lead, cashout"
            ),
            (
                "trcker", "refersion", ["cart_id": "cart-1"],
                #"POST /tracker/orders/paid {"cart_id":"cart-1","order_id":"order-12345","currency_code":"USD","items":[{"price":49.99,"quantity":1,"sku":"offer-slug"}]}"#
            ),
            (
                "trcker", "refvenue", ["program": "p", "coupon_code": "SAVE20"],
                #"POST /v1/track-conversion {"program_id":"p","coupon_code":"SAVE20","conversion_type":"purchase","revenue_amount":49.99}"#
            ),
        ] as [(String, String, [String: String], String)])
    func `a field that a route sets makes a conversion deliverable`(
        source: String, destination: String, set: [String: String], sent: String
    ) throws {
        var conversion = try Samples.sample(from: source)
        for (name, text) in set { conversion[try #require(FieldPath(name: name))] = .text(text) }
        #expect(try Samples.sent(conversion, to: Samples.writer(to: destination)) == sent)
    }

    @Test func `a code without minor units is sent in major units only, unless its exponent is set`() throws {
        var conversion = try Samples.sample(from: "rs-traffic")
        conversion[.currency] = .text("USDT")
        conversion[.amount] = try .number(ExactDecimal(parsing: "12.345678"))
        let refusal = "skipped: USDT has no minor unit; set exponents: {USDT: 6} if amounts are in its smallest unit"
        #expect(try Samples.sent(conversion, to: Samples.writer(to: "refcampaign")) == refusal)
        conversion[.currency] = .text("XAU")
        #expect(try Samples.sent(conversion, to: Samples.writer(to: "refcampaign")) == refusal.replacing("USDT", with: "XAU"))
        #expect(
            try Samples.sent(conversion, to: Samples.writer(to: "rs-traffic")).contains(
                #""amount":"12.345678","clickid":"abc123def456","currency":"XAU""#))
        let gold = try #require(Currency(code: "XAU"))
        let exponents = CurrencyExponents(overrides: [gold: 6])
        #expect(
            try Samples.sent(conversion, to: Samples.writer(to: "refcampaign", exponents: exponents)).contains(
                #""amount":12345678,"currency":"XAU""#))
    }

    @Test func `the path and the credentials are the operator's, and are masked when shown`() throws {
        let credentials = ["postback_secret": "s3cret&", "publishable_key": "pk_live", "api_key": "rc_live"]
        let trcker = try MappingWriter(
            Samples.mapping("trcker"), url: "https://t.example/", settings: ["brand": .text("a b"), "offer": .text("../x")],
            credentials: credentials)
        let request = try trcker.write(Samples.sample(from: "trcker"), at: Samples.receivedAt)
        #expect(request.url.hasPrefix("https://t.example/api/postback/a%20b/..%2Fx?click_id="))
        #expect(request.headers.map { "\($0.name): \($0.value)" } == ["X-Postback-Secret: s3cret&", "Accept: application/json"])
        #expect(request.secretHeaders == ["X-Postback-Secret"])
        let venue = try MappingWriter(Samples.mapping("refvenue"), url: "https://t.example/v1/track-conversion", credentials: credentials)
        let body = try venue.write(Samples.sample(from: "refvenue"), at: Samples.receivedAt)
        #expect(body.url == "https://t.example/v1/track-conversion" && body.secretMembers == ["publishable_key"])
        #expect(String(decoding: body.body, as: UTF8.self).hasPrefix(#"{"publishable_key":"pk_live","program_id""#))
        #expect(throws: PathPlan.MissingSetting.self) {
            try MappingWriter(Samples.mapping("trcker"), url: "https://t.example", settings: ["brand": .text("a")])
        }
    }
}
