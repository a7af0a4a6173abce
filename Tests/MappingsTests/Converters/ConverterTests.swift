import Testing

@testable import Mappings

/// Each converter backwards, and forwards beyond its own examples.
struct ConverterTests {
    private func converter(_ call: String) throws -> any FieldConverter {
        let parts = call.split(separator: "(")
        let description = try #require(Converters.named(String(parts[0])))
        let given = parts.count == 2 ? parts[1].dropLast().split(separator: ",").map(String.init) : []
        return description.make(description.parameters.map { known in given.first { known.contains($0) } ?? known[0] })
    }

    private func read(_ call: String, _ wire: WireValue, currency: String? = "EUR") throws -> String {
        var context = ConverterContext(currency: currency.flatMap { Currency(code: $0) })
        let converter = try converter(call)
        do throws(FieldFailure) {
            let value = try converter.read(wire, &context)
            return ([value.description] + context.warnings).joined(separator: " | ")
        } catch {
            return error.sentence
        }
    }

    private func write(_ call: String, _ value: Value, currency: String? = "EUR") throws -> String {
        var context = ConverterContext(currency: currency.flatMap { Currency(code: $0) })
        let converter = try converter(call)
        do throws(FieldFailure) {
            var json = JSONWriter()
            json.write(try converter.write(value, &context).jsonValue)
            return String(decoding: json.bytes, as: UTF8.self)
        } catch {
            return error.sentence
        }
    }

    private func number(_ text: String) throws -> Value { try .number(ExactDecimal(parsing: text)) }

    @Test(arguments: [
        ("money(major)", "49.9", "EUR", "49.90"), ("money(major,text)", "49.9", "EUR", "\"49.90\""),
        ("money(minor)", "49.9", "EUR", "4990"), ("money(minor)", "1.5", "KWD", "1500"),
        ("money(minor)", "5", "JPY", "5"), ("money(major)", "5.5", "JPY", "5.5"),
        ("money(major,refuse)", "5.5", "JPY", "value '5.5' has 1 decimal but JPY has 0"), ("money(minor)", "5.5", "JPY", "6"),
        ("money(minor)", "4.1472", "USD", "415"), ("money(minor,down)", "4.1472", "USD", "414"),
        ("money(major,half_up)", "5.5", "JPY", "6"),
        ("money(major,half_even)", "4.5", "JPY", "4"), ("money(major,down)", "4.9", "JPY", "4"), ("money(major,up)", "4.1", "JPY", "5"),
        ("money(major)", "-1", "EUR", "value '-1' is negative; send zero or more"), ("money(major,signed)", "-1", "EUR", "-1.00"),
        ("money(minor,signed)", "-1", "EUR", "-100"),
        ("money(major)", "1.23456789", "USDT", "1.23456789"), ("money(major)", "0", "EUR", "0.00"),
        ("decimal", "3.3333333333333335", "EUR", "3.3333333333333335"),
        ("decimal(text)", "10", "EUR", "\"10\""), ("integer", "3", "EUR", "3"),
        ("integer", "3.5", "EUR", "value '3.5' must be a whole number"),
    ])
    func `a number is written with the digits of its context`(call: String, value: String, currency: String, written: String) throws {
        #expect(try write(call, number(value), currency: currency) == written)
    }

    @Test func `minor units without a currency or its exponent are refused`() throws {
        #expect(try write("money(minor)", number("5"), currency: nil) == "value '5' needs a currency to know its minor unit")
        #expect(
            try write("money(minor)", number("5"), currency: "XAU")
                == "XAU has no minor unit; set exponents: {XAU: 6} if amounts are in its smallest unit")
        #expect(try write("money(major)", number("5.125"), currency: nil) == "5.125")
        #expect(try write("money(major)", .text("5")) == "value must be an amount, found '5'")
    }

    @Test func `texts, flags, times and codes are written as they are held`() throws {
        #expect(try write("text", .text("0012")) == "\"0012\"")
        #expect(try write("text(number)", .text("12")) == "12")
        #expect(try write("text(number)", .text("0012")) == "\"0012\"")
        #expect(try write("text(number)", .text("12.5")) == "12.5")
        #expect(try write("text(number)", .text("12.0")) == "\"12.0\"")
        #expect(try write("text(number)", .text("1e400")) == "\"1e400\"")
        #expect(try write("text(number)", .text("12 or so")) == "\"12 or so\"")
        #expect(try write("boolean", .flag(false)) == "false")
        #expect(try write("time(iso8601)", .time(Timestamp(seconds: 1_717_000_000))) == "\"2024-05-29T16:26:40Z\"")
        #expect(try write("time(unix)", .time(Timestamp(microseconds: 1_717_000_000_999_000))) == "1717000000")
        #expect(try write("time(unix_ms)", .time(Timestamp(microseconds: 1_717_000_000_999_000))) == "1717000000999")
        #expect(try write("currency(iso)", .text("USDT")) == "value 'USDT' is not an ISO 4217 code; the nearest is USD")
        #expect(try write("currency(any)", .text("USDT")) == "\"USDT\"")
        #expect(try write("country", .text("NO")) == "\"NO\"")
    }

    @Test(
        arguments: [
            ("boolean", .string(" Yes "), "true"), ("boolean", .number("1"), "true"),
            ("boolean", .number("2"), "value '2' must be true or false"),
            ("boolean", .tree([]), "value a list must be true or false"), ("text", .string("\u{3000}x\n"), "x"),
            ("text", .tree([:]), "value must be a text, found an object"),
            ("integer", .string("3.0"), "3"), ("integer", .bool(true), "value must be a number, found true"),
            ("country", .string(" no "), "NO"),
            ("country", .string("ÄÖ"), "value 'ÄÖ' is not a two-letter ISO 3166 country code such as DE"),
            ("email", .string("a@b"), "value 'a@b' is not an e-mail address"),
            ("email", .string("a b@c.de"), "value 'a b@c.de' is not an e-mail address"),
            ("email", .string("a@c..de"), "value 'a@c..de' is not an e-mail address"),
            ("time(unix)", .number("-100000"), "value '-100000' is not UNIX time; send seconds since 1970, such as 1764200000"),
            ("time(unix)", .string("soon"), "value 'soon' is not UNIX time; send seconds since 1970, such as 1764200000"),
            (
                "time(unix)", .string("1717000000.5"),
                "2024-05-29T16:26:40Z | value '1717000000.5' has a fraction; it was read as 1717000000"
            ),
            (
                "time(unix_ms)", .number("1717000000999.75"),
                "2024-05-29T16:26:40.999Z | value '1717000000999.75' has a fraction; it was read as 1717000000999"
            ),
            ("time(unix)", .number("1.717E9"), "2024-05-29T16:26:40Z"),
            (
                "time(unix)", .string("2024-05-29T16:26:40Z"),
                "2024-05-29T16:26:40Z | value '2024-05-29T16:26:40Z' was read as an ISO 8601 time; UNIX seconds are expected"
            ),
            ("time(unix)", .number("0"), " | value '0' is a program's word for no time; it counts as absent"),
            (
                "time(unix)", .number("-9223372036854775808"),
                " | value '-9223372036854775808' is a program's word for no time; it counts as absent"
            ),
            ("time(unix)", .number("-62135596800"), " | value '-62135596800' is a program's word for no time; it counts as absent"),
            (
                "time(unix_ms)", .number("-62135596800000"),
                " | value '-62135596800000' is a program's word for no time; it counts as absent"
            ),
            (
                "time(iso8601)", .string("0000-00-00 00:00:00"),
                " | value '0000-00-00 00:00:00' is a program's word for no time; it counts as absent"
            ),
            (
                "time(iso8601)", .string("0001-01-01T00:00:00Z"),
                " | value '0001-01-01T00:00:00Z' is a program's word for no time; it counts as absent"
            ),
            (
                "time(iso8601)", .string("1970-01-01T01:00:00"),
                " | value '1970-01-01T01:00:00' is a program's word for no time; it counts as absent"
            ),
            (
                "time(iso8601)", .string("-0001-11-30T00:00:00+00:00"),
                " | value '-0001-11-30T00:00:00+00:00' is a program's word for no time; it counts as absent"
            ),
            ("time(iso8601)", .string("0"), " | value '0' is a program's word for no time; it counts as absent"),
            (
                "time(iso8601)", .string("1900-01-01T00:00:00"),
                " | value '1900-01-01T00:00:00' is a program's word for no time; it counts as absent"
            ),
            (
                "time(iso8601)", .string("1601-01-01"), " | value '1601-01-01' is a program's word for no time; it counts as absent"
            ),
            (
                "time(unix)", .number("-11644473600"),
                " | value '-11644473600' is a program's word for no time; it counts as absent"
            ),
            ("time(unix)", .number("315532801"), "1980-01-01T00:00:01Z"),
            ("time(iso8601)", .string("1900-01-01T00:00:01"), "1900-01-01T00:00:01Z"),
            ("time(unix_ms)", .number("1717000000999"), "2024-05-29T16:26:40.999Z"),
            ("time(unix_ms)", .number("253402300799999"), "9999-12-31T23:59:59.999Z"),
            ("time(unix_ms)", .number("253402300800000"), "value '253402300800000' is too large for UNIX milliseconds"),
            ("time(unix_us)", .number("253402300800000000"), "value '253402300800000000' is too large for UNIX microseconds"),
            ("time(unix_ms)", .number("1e18"), "value '1e18' is too large for UNIX milliseconds"),
            ("currency(iso)", .string("DEM"), "value 'DEM' was withdrawn in 2002-03; send the code of the currency that replaced it"),
            ("money(major)", .string("12.505"), "12.505 | value '12.505' has 3 decimals and EUR has 2; all are kept"),
            ("money(major,refuse)", .string("12.505"), "value '12.505' has 3 decimals but EUR has 2"),
            ("money(major,half_even)", .string("12.505"), "12.5 | value '12.505' was rounded to 12.5"),
            ("money(major,precise)", .string("12.505"), "12.505"),
            ("money(major)", .number("0.30000000000000004"), "0.3 | value '0.30000000000000004' was read as 0.3: binary noise"),
            ("decimal", .number("19.989999999999998"), "19.99 | value '19.989999999999998' was read as 19.99: binary noise"),
            ("money(minor)", .number("4990.0"), "value '4990.0' must be a whole number of minor units (EUR: 49.90 is 4990)"),
            ("money(minor)", .number("4.99e3"), "49.9"),
            (
                "money(minor)", .string("9,00"),
                "value '9,00' has a decimal comma; send a whole number of minor units (EUR: 9.00 is 900)"
            ),
            (
                "money(minor)", .string("49 EUR"),
                "value '49 EUR' has a currency sign; send a whole number of minor units (EUR: 49.00 is 4900)"
            ),
            ("money(minor)", .string("4 990"), "value '4 990' has a thousands separator; write 4990"),
            ("money(major)", .string("9,00"), "value '9,00' has a decimal comma; write 9.00"),
            ("money(major)", .string("99.5001"), "99.5001 | value '99.5001' has 4 decimals and EUR has 2; all are kept"),
            ("ip", .string("203.0.113.9:443"), "203.0.113.9 | value '203.0.113.9:443' has a port; its address, 203.0.113.9, was read"),
            ("ip", .string("2001:db8::1"), "2001:db8::1"),
            ("sha256", .string("abc"), "value must be a SHA-256 digest of 64 hexadecimal digits, found 3 characters"),
        ] as [(String, WireValue, String)])
    func `a value is read or refused in a sentence`(call: String, wire: WireValue, outcome: String) throws {
        #expect(try read(call, wire) == outcome)
    }
}
