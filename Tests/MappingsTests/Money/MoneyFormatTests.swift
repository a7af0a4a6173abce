import FuzzProperties
import Testing

@testable import Mappings

struct MoneyFormatTests {
    private static let usdt = CurrencyExponents(overrides: Currency(code: "USDT").map { [$0: 6] } ?? [:])

    @Test(
        arguments: [
            ("49.90", "EUR", "49.9"), ("50", "JPY", "50"), ("50.00", "JPY", "50"), ("1.500", "KWD", "1.5"), ("-0", "EUR", "0"),
            ("12.505", "EUR", "12.505 (kept, EUR has 2)"), ("12.5", "JPY", "12.5 (kept, JPY has 0)"),
            ("4.1472", "USD", "4.1472 (kept, USD has 2)"),
            ("0.0001234", "USDT", "0.0001234"), ("0.0001234", "XAU", "0.0001234"), ("12.505", nil, "12.505"),
            ("-5", "EUR", "amount '-5' is negative; send zero or more"),
            ("12,50", "EUR", "amount '12,50' has a decimal comma; write 12.50"),
            ("63.749999999999996", "EUR", "63.75 (noise)"), ("3.3333333333333335", "EUR", "3.3333333333333335 (kept, EUR has 2)"),
            ("67.2000000000000028421709430404007434844970703125", "EUR", "67.2 (noise)"),
        ] as [(String, String?, String)])
    func `major amounts are read exactly, without binary noise, or refused`(text: String, code: String?, expected: String) throws {
        #expect(try Self.read(MoneyFormat(unit: .major), text, code) == expected)
    }

    @Test(
        arguments: [
            ("4990", "EUR", "49.9"), ("50", "JPY", "50"), ("1500", "KWD", "1.5"), ("12345", "CLF", "1.2345"), ("499e1", "EUR", "49.9"),
            ("4.99e3", "EUR", "49.9"), ("-0", "EUR", "0"),
            ("49.90", "EUR", "amount '49.90' must be a whole number of minor units (EUR: 49.90 is 4990)"),
            ("12.5", "EUR", "amount '12.5' must be a whole number of minor units (EUR: 12.50 is 1250)"),
            ("4990.0", "EUR", "amount '4990.0' must be a whole number of minor units (EUR: 49.90 is 4990)"),
            ("49.905", "EUR", "amount '49.905' must be a whole number of minor units (EUR: 49.90 is 4990)"),
            ("499e-1", "KWD", "amount '499e-1' must be a whole number of minor units (KWD: 49.900 is 49900)"),
            ("12.5", "JPY", "amount '12.5' must be a whole number of minor units (JPY: 4990 is 4990)"),
            ("4990", nil, "amount '4990' needs a currency to know its minor unit"),
            ("4990", "USDT", "USDT has no minor unit; set exponents: {USDT: 6} if amounts are in its smallest unit"),
            ("1", "XAU", "XAU has no minor unit; set exponents: {XAU: 6} if amounts are in its smallest unit"),
            ("-4990", "EUR", "amount '-4990' is negative; send zero or more"),
            ("1e-99", "EUR", "amount '1e-99' is out of range; its power of ten must be between -60 and 60"),
        ] as [(String, String?, String)])
    func `minor amounts are read exactly or refused`(text: String, code: String?, expected: String) throws {
        #expect(try Self.read(MoneyFormat(unit: .minor), text, code) == expected)
    }

    @Test func `options apply only if they are set`() throws {
        #expect(
            try Self.read(MoneyFormat(unit: .major, surplus: .refuse), "12.505", "EUR") == "amount '12.505' has 3 decimals but EUR has 2")
        #expect(try Self.read(MoneyFormat(unit: .major, surplus: .refuse), "12.5", "JPY") == "amount '12.5' has 1 decimal but JPY has 0")
        #expect(try Self.read(MoneyFormat(unit: .major, surplus: .round(.halfUp)), "12.505", "EUR") == "12.51 (rounded)")
        #expect(try Self.read(MoneyFormat(unit: .major, surplus: .round(.halfEven)), "12.505", "EUR") == "12.5 (rounded)")
        #expect(try Self.read(MoneyFormat(unit: .major, allowsNegative: true), "-12.50", "EUR") == "-12.5")
        #expect(
            try Self.read(MoneyFormat(unit: .minor, surplus: .round(.halfUp)), "49.90", "EUR")
                == "amount '49.90' must be a whole number of minor units (EUR: 49.90 is 4990)"
        )
        #expect(try Self.read(MoneyFormat(unit: .minor), "4990000", "USDT", exponents: Self.usdt) == "4.99")
    }

    @Test func `noise in major units is always removed and reported, in minor units if it is tolerated`() throws {
        let refusing = MoneyFormat(unit: .major, surplus: .refuse)
        #expect(try Self.read(refusing, "63.749999999999996", "EUR") == "63.75 (noise)")
        #expect(try Self.read(refusing, "63.75", "EUR") == "63.75")
        #expect(
            try Self.read(refusing, "3.3333333333333335", "EUR") == "amount '3.3333333333333335' has 16 decimals but EUR has 2"
        )
        let rounding = MoneyFormat(unit: .major, surplus: .round(.down))
        #expect(try Self.read(rounding, "63.749999999999996", "EUR") == "63.75 (noise)")
        #expect(try Self.read(rounding, "3.3333333333333335", "EUR") == "3.33 (rounded)")
        let minor = MoneyFormat(unit: .minor, toleratesFloatNoise: true)
        #expect(try Self.read(minor, "1998.9999999999998", "EUR") == "19.99 (noise)")
        let sentence = "amount '1998.9999999999998' must be a whole number of minor units (EUR: 49.90 is 4990)"
        #expect(try Self.read(MoneyFormat(unit: .minor), "1998.9999999999998", "EUR") == sentence)
        #expect(
            try Self.read(minor, "1998.5", "EUR") == "amount '1998.5' must be a whole number of minor units (EUR: 1998.50 is 199850)"
        )
    }

    @Test(
        arguments: [
            ("49.9", "EUR", "49.90", "4990"), ("50", "JPY", "50", "50"), ("1.5", "KWD", "1.500", "1500"),
            ("1e3", "CLF", "1000.0000", "10000000"),
            ("0", "EUR", "0.00", "0"),
            ("12.505", "EUR", "12.505", "1251"), ("4.1472", "USD", "4.1472", "415"), ("0.5", "JPY", "0.5", "1"), ("0.4", "JPY", "0.4", "0"),
            ("12.505", "USDT", "12.505", "USDT has no minor unit; set exponents: {USDT: 6} if amounts are in its smallest unit"),
            ("12.505", nil, "12.505", "amount '12.505' needs a currency to know its minor unit"),
            ("-5", "EUR", "amount '-5' is negative; send zero or more", "amount '-5' is negative; send zero or more"),
            (
                "1e60", "EUR", "1" + String(repeating: "0", count: 60) + ".00",
                "amount '1" + String(repeating: "0", count: 60) + "' is out of range; its power of ten must be between -60 and 60"
            ),
        ] as [(String, String?, String, String)])
    func `amounts are written in the unit of their format`(text: String, code: String?, major: String, minor: String) throws {
        let amount = try ExactDecimal(parsing: text)
        #expect(try Self.write(MoneyFormat(unit: .major), amount, code) == major)
        #expect(try Self.write(MoneyFormat(unit: .minor), amount, code) == minor)
    }

    @Test func `an amount is rounded as its own format says`() throws {
        let amount = try ExactDecimal(parsing: "1.005")
        #expect(try Self.write(MoneyFormat(unit: .major, surplus: .round(.halfUp)), amount, "EUR") == "1.01")
        #expect(try Self.write(MoneyFormat(unit: .major, surplus: .round(.halfEven)), amount, "EUR") == "1.00")
        #expect(try Self.write(MoneyFormat(unit: .minor, surplus: .round(.halfUp)), amount, "EUR") == "101")
        #expect(
            try Self.write(MoneyFormat(unit: .minor, surplus: .round(.down)), amount.negated, "EUR")
                == "amount '-1.005' is negative; send zero or more")
        #expect(try Self.write(MoneyFormat(unit: .minor, surplus: .round(.down), allowsNegative: true), amount.negated, "EUR") == "-100")
        #expect(try Self.write(MoneyFormat(unit: .minor), ExactDecimal(5), "USDT", exponents: Self.usdt) == "5000000")
    }

    @Test func `a partner's own exponent says how many decimals it can hold`() throws {
        let exponents = CurrencyExponents(overrides: [try currency("CVE"): 0])
        let amount = try ExactDecimal(parsing: "12.50")
        #expect(try Self.write(MoneyFormat(unit: .major), amount, "CVE", exponents: exponents) == "13")
        #expect(try Self.write(MoneyFormat(unit: .major), amount, "CVE") == "12.50")
        let refusal = "amount '12.5' has 1 decimal but CVE has 0"
        #expect(try Self.write(MoneyFormat(unit: .minor, surplus: .refuse), amount, "CVE", exponents: exponents) == refusal)
    }

    @Test func `a refused amount leaves nothing behind`() throws {
        var bytes = Array("a=".utf8)
        let eur = try currency("EUR")
        #expect(throws: MoneyError.surplusDecimals(3, eur, exponent: 2)) {
            try MoneyFormat(unit: .major, surplus: .refuse).write(ExactDecimal(parsing: "12.505"), currency: eur, into: &bytes)
        }
        #expect(bytes == Array("a=".utf8))
        #expect(MoneyError.surplusDecimals(3, eur, exponent: 2).kind == "surplus_decimals")
        #expect(MoneyError.notANumber(DecimalError(kind: .decimalComma)).kind == "decimal_comma")
    }

    @Test(arguments: ["JPY", "USD", "KWD", "CLF"])
    func `every amount survives the way to minor units and back`(code: String) throws {
        let currency = try currency(code)
        let exponent = try #require(currency.minorUnits)
        let (major, minor) = (MoneyFormat(unit: .major, allowsNegative: true), MoneyFormat(unit: .minor, allowsNegative: true))
        var generator = SeededGenerator(seed: 20_260)
        for round in 0..<2_000 {
            let limit: Int64 = round.isMultiple(of: 2) ? 100_000 : .max
            let units = Int64.random(in: -limit...limit, using: &generator)
            let amount = try minor.read("\(units)", currency: currency).amount
            var (majorText, minorText): ([UInt8], [UInt8]) = ([], [])
            try major.write(amount, currency: currency, into: &majorText)
            try minor.write(amount, currency: currency, into: &minorText)
            #expect(minorText == Array("\(units)".utf8))
            #expect(majorText.filter { $0 != UInt8(ascii: ".") }.count >= exponent + 1)
            #expect(try major.read(String(decoding: majorText, as: UTF8.self), currency: currency).amount == amount)
        }
    }

    private static func optional(_ code: String?) throws -> Currency? {
        guard let code else { return nil }
        return try currency(code)
    }

    private static func read(_ format: MoneyFormat, _ text: String, _ code: String?, exponents: CurrencyExponents = .iso) throws -> String {
        let currency = try Self.optional(code)
        do throws(MoneyError) {
            let reading = try format.read(text, currency: currency, exponents: exponents)
            let note =
                switch reading.note {
                case nil: ""
                case .noise: " (noise)"
                case .rounded: " (rounded)"
                case .surplus(let currency, let exponent): " (kept, \(currency) has \(exponent))"
                }
            return reading.amount.description + note
        } catch {
            return error.sentence(field: "amount", value: text)
        }
    }

    private static func write(_ format: MoneyFormat, _ amount: ExactDecimal, _ code: String?, exponents: CurrencyExponents = .iso) throws
        -> String
    {
        let currency = try Self.optional(code)
        var bytes: [UInt8] = []
        do throws(MoneyError) {
            try format.write(amount, currency: currency, exponents: exponents, into: &bytes)
            return String(decoding: bytes, as: UTF8.self)
        } catch {
            return error.sentence(field: "amount", value: amount.description)
        }
    }
}
