import Testing

@testable import Mappings

struct ExpressionTests {
    /// A sale of 49.90 EUR with two items, a numeric entry of metadata and no discount.
    private static let conversion: Conversion = {
        var conversion = Conversion(id: Samples.id, source: "shop", tracker: "acme", receivedAt: Samples.receivedAt)
        conversion[.type] = .text("sale")
        conversion[.clickID] = .text(" Click-1 ")
        conversion[.currency] = .text("EUR")
        conversion[.amount] = .number(decimal("49.90"))
        conversion[.tax] = .number(decimal("0"))
        conversion[.isSubscription] = .flag(true)
        conversion[.occurredAt] = .time(Timestamp(seconds: 1_717_000_000))
        conversion.items = [
            Item(sku: "a", quantity: decimal("3"), unitPrice: decimal("3.3333333333333335")),
            Item(sku: "b", quantity: decimal("0.5"), unitPrice: decimal("1.01")),
        ]
        conversion.metadata = ["plan": "pro", "seats": "5", "weight": .number("2.50"), "trial": false, "none": nil, "list": [1]]
        conversion.setSubID("s1", "spring")
        return conversion
    }()

    private static func decimal(_ text: String) -> ExactDecimal { (try? ExactDecimal(parsing: text)) ?? .zero }

    /// The value as text, `absent`, or what is wrong with the expression and at which column.
    private static func outcome(_ source: String, of conversion: Conversion = conversion) -> String {
        var diagnostics = Diagnostics()
        let place = SourceLocation(file: "f", line: 1, column: 1)
        guard let expression = ExpressionParser.parse(source, at: place, names: .conversion, into: &diagnostics) else {
            return diagnostics.sorted.map { "\($0.location.column): \($0.message)" }.joined(separator: "\n")
        }
        let value = expression.value(ExpressionInput(conversion))
        return value.isAbsent ? "absent" : value.description
    }

    @Test(arguments: [
        // Precedence, weakest first: or, and, not, comparisons and in, + -, * /.
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("10 - 2 - 3", "5"), ("8 / 2 / 2", "2"), ("2 * 3 / 4", "1.5"), ("-2 + 5", "3"),
        ("- -2", "2"),
        ("-(1 + 2)", "-3"), ("1 - -1", "2"), ("true or false and false", "true"), ("(true or false) and false", "false"),
        ("not true or true", "true"), ("not (true or true)", "false"), ("not type == \"lead\"", "true"), ("not 1 > 2 and true", "true"),
        ("1 + 1 == 2", "true"), ("1 + 1 in [2]", "true"), ("not type in [\"lead\"]", "true"),
        // Exact arithmetic.
        ("0.1 + 0.2", "0.3"), ("amount * 100", "4990"), ("1 / 3", "0.33333333333333333333"), ("2 / 3", "0.66666666666666666667"),
        ("1 / 0", "absent"),
        ("1e2", "100"), ("99999999999999999999999999999999999999 + 1", "100000000000000000000000000000000000000"),
        ("99999999999999999999999999999999999999 * 99999999999999999999999999999999999999", "absent"),
        // Rounding is half away from zero.
        ("round(1.005, 2)", "1.01"), ("round(-1.005, 2)", "-1.01"), ("round(2.5, 0)", "3"), ("round(1.004999, 2)", "1"),
        ("round(49.905, currency)", "49.91"),
        ("round(1.5, \"JPY\")", "2"), ("round(1.0005, \"KWD\")", "1.001"), ("round(1.005, \"USDT\")", "1.005"),
        ("round(discount, 2)", "absent"),
        // Sums.
        ("sum(items, quantity)", "3.5"), ("round(sum(items, unit_price * quantity), currency)", "10.51"),
        ("sum(items, discount)", "absent"),
        ("sum(items, 1)", "2"), ("count()", "2"),
        // Texts.
        ("\"a\" + 1", "a1"), ("1 + \"a\"", "1a"), ("\"a\" + 'b\"'", "ab\""), ("click_id + \"!\"", " Click-1 !"),
        ("lower(trim(click_id))", "click-1"),
        ("upper(\"straße\")", "STRASSE"), ("trim(\"\u{A0} x \")", "x"), ("metadata.plan + \"-\" + metadata.weight", "pro-2.5"),
        // Times and flags.
        ("occurred_at", "2024-05-29T16:26:40Z"), ("received_at > occurred_at", "true"), ("is_subscription", "true"),
        ("is_subscription == true", "true"),
        ("id", "01KAFC0S000000000000000001"), ("source + \"/\" + tracker", "shop/acme"), ("sub_ids.s1", "spring"),
    ])
    func `an expression has its value`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [
        ("discount", "absent"), ("discount + 1", "absent"), ("1 + discount", "absent"), ("-discount", "absent"),
        ("\"a\" + order_id", "absent"),
        ("lower(order_id)", "absent"), ("sha256(order_id)", "absent"), ("minor(discount)", "absent"), ("sub_ids.s9", "absent"),
        ("metadata.none", "absent"),
        ("metadata.list", "absent"), ("metadata.nothing", "absent"), ("extra.nothing", "absent"),
        // A comparison with nothing is false either way, and so is its opposite's opposite.
        ("discount == 0", "false"), ("discount != 0", "false"), ("discount < 1", "false"), ("discount >= 0", "false"),
        ("0 == discount", "false"),
        ("discount == discount", "false"), ("not (discount == 0)", "true"), ("order_id in [\"\"]", "false"), ("order_id == \"\"", "false"),
        ("exists(discount)", "false"), ("exists(tax)", "true"), ("tax == 0", "true"), ("exists(metadata.none)", "false"),
        ("exists(metadata.trial)", "true"),
        ("coalesce(discount, tax, amount)", "0"), ("coalesce(discount)", "absent"),
        ("coalesce(order_id, id)", "01KAFC0S000000000000000001"),
        ("if(exists(discount), discount, 5)", "5"), ("if(discount > 1, 1, discount)", "absent"), ("if(discount > 1, 1, 2)", "2"),
        ("if(type == \"sale\", amount, 0)", "49.9"), ("discount > 1 or true", "true"), ("discount > 1 and true", "false"),
    ])
    func `what is absent stays absent and compares as false`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [
        ("metadata.seats == 5", "true"), ("5 == metadata.seats", "true"), ("metadata.seats in [5, 6]", "true"),
        ("metadata.weight == 2.5", "true"),
        ("metadata.weight in [2.5]", "true"), ("metadata.weight * 2", "5"), ("metadata.plan in [\"pro\"]", "true"),
        ("metadata.trial == false", "true"),
        ("metadata.seats > 4", "false"), ("metadata.plan * 2", "absent"),
    ])
    func `an entry of metadata is compared whether it came as a text or a number`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [
        ("sha256(\"\")", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
        ("sha256(\"abc\")", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ("sha256(lower(trim(\" John_Smith@Gmail.com \")))", "62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f"),
        ("sha256(\"16505551212\")", "e323ec626319ca94ee8bff2e4c87cf613be6ea19919ed1364124e16807ab3176"),
        ("sha256(lower(trim(\" Jane.Doe@Gmail.com \")))", "831f6494ad6be4fcb3a724c3d5fef22d3ceffa3c62ef3a7984e45a0ea177f982"),
    ])
    func `sha256 gives the published digests`(source: String, value: String) {
        #expect(Self.outcome(source) == value)
    }

    @Test(arguments: [("EUR", "4990"), ("JPY", "49.9"), ("KWD", "49900"), ("CLF", "499000"), ("USDT", "absent"), ("XAU", "absent")])
    func `minor counts in the currency's smallest unit`(currency: String, value: String) {
        var conversion = Self.conversion
        conversion[.currency] = .text(currency)
        #expect(Self.outcome("minor(amount)", of: conversion) == value)
        conversion[.currency] = .absent
        #expect(Self.outcome("minor(amount)", of: conversion) == "absent")
    }

    @Test func `a sum over no items is absent, not zero`() {
        var conversion = Self.conversion
        conversion.items = []
        #expect(Self.outcome("sum(items, quantity)", of: conversion) == "absent")
        #expect(Self.outcome("count()", of: conversion) == "0")
    }

    @Test(arguments: [
        ("", "1: expected a name, a text or a number, found the end"), ("1 +", "4: expected a name, a text or a number, found the end"),
        ("(1", "3: expected ')', found the end"), ("1)", "2: expected an operator or the end, found ')'"),
        ("type = \"sale\"", "6: unexpected '=' in an expression; compare with =="),
        ("\"abc", "1: the text that begins here has no closing \""),
        ("1 + 'abc", "5: the text that begins here has no closing '"), ("a ? b : c", "3: unexpected '?' in an expression"),
        ("clik_id", "1: unknown name 'clik_id'; did you mean 'click_id'?"), ("nonsense_name", "1: unknown name 'nonsense_name'"),
        ("type == sale", "9: unknown name 'sale'; a text needs quotes of its own: 'sale'"),
        ("uper(\"a\")", "1: unknown function 'uper'; did you mean 'upper'?"),
        ("click_id == 5", "10: a text cannot be compared with a number"),
        ("type == \"sael\"", "9: unknown word 'sael'; did you mean 'sale'?"),
        ("\"sael\" != type", "1: unknown word 'sael'; did you mean 'sale'?"),
        ("type in [\"sale\", \"laed\"]", "18: unknown word 'laed'; did you mean 'lead'?"),
        ("type in [click_id]", "10: a list after 'in' holds texts and numbers only"),
        ("amount in [\"5\"]", "12: an element of this list must be a number, but this is a text"),
        ("type in []", "10: expected a name, a text or a number, found ']'"),
        ("type in \"sale\"", "9: expected '[', found \"sale\""),
        ("amount and true", "1: the left side of 'and' must be a flag, but this is a number"),
        ("lower(1)", "7: what lower takes must be a text, but this is a number"),
        ("lower(click_id, 1)", "1: lower takes 1 argument, found 2"),
        ("coalesce()", "1: coalesce takes 1 to 16 arguments, found 0"),
        ("coalesce(amount, click_id)", "18: every argument of coalesce must be a number, but this is a text"),
        ("if(true, 1, \"a\")", "13: what if yields otherwise must be a number, but this is a text"),
        ("sum(5, 1)", "5: expected 'items', found '5'"),
        ("sum(items, sku)", "12: what sum adds up must be a number, but this is a text"),
        ("items", "1: 'items' is a list; use it in sum(items, …), join(items, …) or count()"),
        ("round(1, 31)", "10: round takes 0 to 30 decimals, found 31"), ("round(1, -1)", "10: round takes 0 to 30 decimals, found -1"),
        ("1.2.3", "1: '1.2.3' is not a number"),
    ])
    func `a mistake is reported with its column`(source: String, sentence: String) {
        #expect(Self.outcome(source) == sentence)
    }

    @Test(arguments: [
        ("time(\"2026-12-25T00:00:00+01:00\")", "2026-12-24T23:00:00Z"),
        ("time('2026-12-25T00:00:00Z') == time('2026-12-25T01:00:00+01:00')", "true"),
        ("received_at < time(\"2026-11-20T10:30:01+01:00\")", "true"), ("received_at < time(\"2026-11-20T10:30:00+01:00\")", "false"),
        ("received_at >= time(\"2026-11-20T10:30:00+01:00\")", "true"), ("occurred_at < time(\"2026-11-20T10:30:00+01:00\")", "false"),
        // An entry of `metadata` or `extra` is a text, and is read beside a time.
        ("extra.at < time(\"2026-12-25T00:00:00+01:00\")", "true"), ("extra.at > time(\"2026-12-23T00:00:00Z\")", "true"),
        ("extra.at == time(\"2026-12-24T00:00:00Z\")", "true"), ("time(\"2026-12-24T00:00:00Z\") < extra.at", "false"),
        ("extra.odd < time(\"2026-12-25T00:00:00Z\")", "false"), ("extra.odd >= time(\"2026-12-25T00:00:00Z\")", "false"),
        (
            "time(\"2026-12-25\")",
            "6: '2026-12-25' is a day, which begins at another moment in each time zone; write the time and its offset, such as 2026-12-25T00:00:00+01:00"
        ),
        (
            "time(\"2026-12-25T09:30\")",
            "6: '2026-12-25T09:30' has no offset, so it is another moment in each time zone; write 2026-12-25T09:30+01:00, or 2026-12-25T09:30Z for UTC"
        ),
        ("received_at < time(\"Christmas\")", "20: 'Christmas' is not an ISO 8601 time; write it as 2026-12-25T00:00:00+01:00"),
        ("time(2026)", "6: time takes a text in quotes, such as time(\"2026-12-25T00:00:00+01:00\")"),
        ("time(\"2026-12-25T00:00:00Z\", 1)", "28: expected ')', found ','"),
        (
            "received_at < \"2026-12-25T00:00:00Z\"",
            "13: a time cannot be compared with a text; a time is written time(\"2026-12-25T00:00:00+01:00\")"
        ),
        ("received_at < 1766617200", "13: a time cannot be compared with a number"),
        ("tme(\"2026-12-25T00:00:00Z\")", "1: unknown function 'tme'; did you mean 'time'?"),
    ])
    func `a time is written with its offset and compared as a moment`(source: String, value: String) {
        var conversion = Self.conversion
        conversion.receivedAt = Timestamp(iso8601: "2026-11-20T09:30:00Z") ?? conversion.receivedAt
        conversion[.occurredAt] = .absent
        conversion.extra = ["at": "2026-12-24", "odd": "soon"]
        #expect(Self.outcome(source, of: conversion) == value)
    }

    @Test(arguments: [
        "type == \"sale\" and amount > 20", "not (type == \"sale\" or status in [\"pending\", \"approved\"])",
        "amount * (1 + 2) - 3 - (4 - 5)",
        "not exists(click_id) and true", "(not true) == false", "-(amount + 1) * 2", "round(sum(items, unit_price * quantity), currency)",
        "received_at < time(\"2026-12-25T00:00:00Z\")", "coupon_code == 'a \"b\"'", "if(amount > 5, \"a\", extra.b) + sub_ids.s1",
        "(true or false) and (1 == 1) == true", "(amount in [5, -6.5]) == true",
    ])
    func `an expression is written out as it was read`(source: String) throws {
        func parse(_ source: String) throws -> Expression {
            var diagnostics = Diagnostics()
            let place = SourceLocation(file: "f", line: 1, column: 1)
            return try #require(ExpressionParser.parse(source, at: place, names: .conversion, into: &diagnostics), "\(diagnostics.sorted)")
        }
        let expression = try parse(source)
        #expect(try parse(expression.text()) == expression)
        if !source.contains("(1 == 1)"), !source.contains("in [5") { #expect(expression.text() == source) }
    }

    @Test func `a template takes values as they are and never looks at them again`() throws {
        var diagnostics = Diagnostics()
        let place = SourceLocation(file: "f", line: 7, column: 3)
        let template = try #require(Template.parse("<{click_id}|{discount}>{amount}", at: place, names: .conversion, into: &diagnostics))
        var conversion = Self.conversion
        conversion[.clickID] = .text("{amount}%7B\n")
        #expect(template.text(ExpressionInput(conversion)) == "<{amount}%7B\n|>49.9")
        #expect(template.text(ExpressionInput(conversion), encode: \.percentEncoded) == "<%7Bamount%7D%257B%0A|>49.9")
        #expect(Template.parse("a {b} {c", at: place, names: .conversion, into: &diagnostics) == nil)
        #expect(
            diagnostics.sorted.map(\.description) == ["f:7:6: error: unknown name 'b'", "f:7:9: error: the '{' here has no closing '}'"])
    }
}
