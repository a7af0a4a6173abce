import Testing

@testable import Mappings

struct MappingReaderTests {
    @Test(arguments: [
        (
            "refcampaign",
            #"{"externalId":{"a":1},"conversionType":["SALE"],"amount":true,"currency":5,"sessionId":true,"customerEmailHash":1,"convertedAt":true,"customParams":5,"metadata":[1]}"#,
            [
                "customParams must be an object, found '5'", "currency '5' is not an ISO 4217 code; send three letters such as EUR",
                "externalId must be a text, found an object",
                "conversionType must be a text, found a list", "sessionId must be a text, found true",
                "customerEmailHash must be a SHA-256 digest of 64 hexadecimal digits, found 1 character",
                "convertedAt must be a time, found true",
                "metadata must be an object, found a list",
            ]
        ),
        (
            "refersion",
            #"{"cart_id":[],"order_id":{},"is_subscription":"maybe","shipping":"1,5","tax":[],"discount":"-1","currency_code":"USD","customer":[],"items":{}}"#,
            [
                "cart_id must be a text, found a list",
                "order_id must be a text, found an object",
                "is_subscription 'maybe' must be true or false", "shipping '1,5' has a decimal comma; write 1.5",
                "discount '-1' is negative; send zero or more",
            ]
        ),
        (
            "refersion", #"{"cart_id":"c","order_id":"o","currency_code":"USD","items":[1,null,[],{},{"price":true,"quantity":{}}]}"#,
            [
                "items[0] must be an object, found '1'", "items[1] must be an object, found nothing",
                "items[2] must be an object, found a list", "items[4].price must be a number, found true",
            ]
        ),
        (
            "refersion",
            #"{"cart_id":"c","order_id":"o","currency_code":"USD","items":[{"price":99999999999999999999,"quantity":99999999999999999999}]}"#,
            ["the items' total has more than 38 digits"]
        ),
        (
            "refersion", #"{"cart_id":"c","order_id":"o","currency_code":"USD","items":[{"price":-5,"quantity":1}]}"#,
            ["the items' total is -5; send zero or more"]
        ),
        (
            "refvenue",
            #"{"program_id":"p","ref_code":{"a":1},"coupon_code":[],"customer_email":5,"conversion_type":5,"revenue_amount":"NaN"}"#,
            [
                "ref_code must be a text, found an object",
                "customer_email '5' is not an e-mail address",
                "conversion_type '5' is not one of signup, purchase",
                "revenue_amount 'NaN' is not a finite number; write plain digits with a point for decimals, such as 1234.56",
            ]
        ),
        (
            "rs-traffic", #"{"clickid":[1],"event":"FTD","status":1,"amount":50,"currency":"EURO12","geo":"Germany","timestamp":"now"}"#,
            [
                "currency 'EURO12' is not a currency code; send three to five letters or digits such as EUR or USDT",
                "clickid must be a text, found a list",
                "event 'FTD' is not one of registration, ftd, redeposit, lead, cashout, rejected; did you mean 'ftd'?",
                "status '1' is not one of approved, pending, rejected",
                "geo 'Germany' is not a two-letter ISO 3166 country code such as DE",
                "timestamp 'now' is not UNIX time; send seconds since 1970, such as 1764200000",
            ]
        ),
        (
            "rs-traffic", #"{"clickid":null,"event":null,"status":null}"#,
            ["clickid is required", "event is required", "status is required"]
        ),
        ("rs-traffic", "{}", ["clickid is required", "event is required", "status is required"]),
        ("rs-traffic", "[1]", ["the body must be a JSON object, found a list"]),
        ("rs-traffic", "null", ["the body must be a JSON object, found nothing"]),
        ("rs-traffic", "5", ["the body must be a JSON object, found '5'"]),
        ("rs-traffic", " \n", ["the body is empty; send a JSON object"]),
        ("rs-traffic", "{", ["the body is not valid JSON: line 1, column 2: expected a key in double quotes, found the end of the input"]),
        ("rs-traffic", #"{"clickid":"c","clickid":"d"}"#, ["the body is not valid JSON: line 1, column 16: duplicate key 'clickid'"]),
        (
            "rs-traffic", #"{"amount":NaN}"#,
            ["the body is not valid JSON: line 1, column 11: unknown word 'NaN'; a bare word is true, false or null"]
        ),
    ])
    func `a hostile body is refused with everything that is wrong with it`(name: String, body: String, sentences: [String]) throws {
        guard case .failure(let refusal) = try Samples.read(name, body) else {
            Issue.record("\(body) was taken")
            return
        }
        #expect(refusal.failures.map(\.sentence) == sentences)
        #expect(refusal.failures.allSatisfy { sentences.count == 1 || $0.field != nil })
    }

    @Test(arguments: [
        ("true", "amount must be an amount, found true"), ("[]", "amount must be an amount, found a list"),
        ("{}", "amount must be an amount, found an object"),
        ("\"NaN\"", "amount 'NaN' is not a finite number; write plain digits with a point for decimals, such as 1234.56"),
        ("1e400", "amount '1e400' is out of range; its power of ten must be between -60 and 60"),
        ("-5", "amount '-5' is negative; send zero or more"),
        (
            "123456789012345678901234567890123456789",
            "amount '123456789012345678901234567890123456789' has more than 38 significant digits; round it before sending"
        ),
        ("\"$5\"", "amount '$5' has a currency sign; write 5"),
        (
            "\"1,234\"",
            "amount '1,234' has a comma that could mean thousands or decimals; write plain digits with a point for decimals, such as 1234.56"
        ),
        ("\"+5\"", "amount '+5' has a plus sign; write 5"),
        ("null", "amount is required"), ("\" \"", "amount is required"),
        ("\"5\\u0000\"", "amount '5\\u{0}' is not a number; write plain digits with a point for decimals, such as 1234.56"),
    ])
    func `an amount that is none is refused with the value quoted`(amount: String, sentence: String) throws {
        let body = #"{"clickid":"c","event":"ftd","status":"approved","amount":\#(amount),"currency":"usd"}"#
        #expect(try Samples.read("rs-traffic", body).refusal == sentence)
    }

    @Test(arguments: [
        ("0", "0.00"), ("-0", "0.00"), ("-0.00", "0.00"), ("1e2", "100.00"), ("\"49.900\"", "49.90"), ("49.9", "49.90"),
        ("\" 5 \"", "5.00"), ("5E-2", "0.05"),
        ("123456789012345678901234567890123456.78", "123456789012345678901234567890123456.78"),
    ])
    func `an amount means what it says`(amount: String, value: String) throws {
        let body = #"{"clickid":"c","event":"ftd","status":"approved","amount":\#(amount),"currency":"usd"}"#
        #expect(try Samples.read("rs-traffic", body).get().exampleText("amount") == "USD \(value)")
    }

    @Test func `an exponent that a partner counts otherwise is followed`() throws {
        let usdt = try #require(Currency(code: "USDT"))
        let body = #"{"clickid":"c","event":"ftd","status":"approved","amount":"12345678","currency":"usdt"}"#
        let minor: [String: SettingValue] = ["amount_unit": .text("minor")]
        #expect(
            try Samples.read("rs-traffic", body, settings: minor).refusal
                == "USDT has no minor unit; set exponents: {USDT: 6} if amounts are in its smallest unit")
        let exponents = CurrencyExponents(overrides: [usdt: 6])
        #expect(try Samples.read("rs-traffic", body, settings: minor, exponents: exponents).get().exampleText("amount") == "USDT 12.345678")
    }

    @Test func `a source's default currency counts if the tracker's requests have none`() throws {
        let body = #"{"program_id":"p","coupon_code":"C","conversion_type":"purchase","revenue_amount":99.999}"#
        #expect(try Samples.read("refvenue", body).get().exampleText("amount") == "99.999")
        let defaults: [(path: FieldPath, value: Value)] = [(.field(.currency), .text("EUR"))]
        let conversion = try Samples.read("refvenue", body, defaults: defaults).get()
        #expect(conversion.exampleText("amount") == "EUR 99.999")
        #expect(conversion.warnings == ["revenue_amount '99.999' has 3 decimals and EUR has 2; all are kept"])
    }

    @Test func `a body may be 64 deep and no deeper`() throws {
        func body(_ depth: Int) -> String {
            let nested = String(repeating: "[", count: depth - 1) + String(repeating: "]", count: depth - 1)
            return #"{"clickid":"c","event":"lead","status":"approved","x":\#(nested)}"#
        }
        #expect(try Samples.read("rs-traffic", body(64)).refusal == nil)
        #expect(
            try Samples.read("rs-traffic", body(65)).refusal
                == "the body is not valid JSON: line 1, column 118: nesting deeper than 64 levels")
    }

    @Test func `10,000 items are added exactly, and of 10,000 mistakes the first are listed`() throws {
        let good = repeatElement(#"{"price":0.01,"quantity":1,"sku":"s","colour":"red"}"#, count: 10_000).joined(separator: ",")
        let head = #"{"cart_id":"c","order_id":"o","currency_code":"USD","items":["#
        let conversion = try Samples.read("refersion", head + good + "]}").get()
        #expect(conversion.exampleText("amount") == "USD 100.00")
        #expect(conversion.items.count == 10_000 && conversion.extra.members.count == 10_000)
        #expect(conversion.extra["items[9999].colour"] == "red")
        for wrong in ["{}", "5"] {
            let items = repeatElement(wrong, count: 10_000).joined(separator: ",")
            guard case .failure(let refusal) = try Samples.read("refersion", head + items + "]}") else {
                Issue.record("\(wrong) was taken")
                return
            }
            #expect(refusal.failures.count == 50)
        }
    }

    @Test(.timeLimit(.minutes(15))) func `1,000 members that no field names are kept, and 100,000 are refused in time`() throws {
        func read(_ count: Int) throws -> Result<Conversion, Refusal> {
            let members = (0..<count).map { "\"a\($0)\":1" }.joined(separator: ",")
            return try Samples.read("rs-traffic", #"{"clickid":"c","event":"lead","status":"approved",\#(members)}"#)
        }
        #expect(try read(1000).get().extra.members.count == 1000)
        let sentence = "the request has 100000 parameters and members that no field names; 1000 are allowed"
        #expect(throws: Refusal(.malformed, sentence)) { try read(100_000).get() }
    }

    @Test(arguments: ["{click_id}", " {click_id} ", "%7Bclickid%7D", "[CLICKID]", "#reqid#", "null", " undefined"])
    func `a click id that is still a macro is none`(text: String) throws {
        let body = #"{"clickid":"\#(text)","event":"lead","status":"approved","sub_id_1":"{sub1}","reason":"null"}"#
        #expect(try Samples.read("rs-traffic", body).refusal == "clickid is required, but '\(text)' is a macro that was not filled in")
    }

    @Test func `a secret that was sent twice is not shown`() throws {
        let mapping = try Samples.mapping("trcker")
        let request = WireRequest(method: "GET", path: "/api/postback/b/o", query: "secret=one&secret=two&click_id=c")
        #expect(Samples.outcome(of: request, mapping, MappingReader(mapping)).refusal == "secret was sent twice, with two values")
    }
}
