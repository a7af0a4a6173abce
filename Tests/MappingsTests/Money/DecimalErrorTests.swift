import FuzzProperties
import Testing

@testable import Mappings

struct DecimalErrorTests {
    @Test(arguments: [
        ("", "amount '' is empty; send a number such as 49.90"),
        (" \t", "amount ' \\t' is empty; send a number such as 49.90"),
        ("+5", "amount '+5' has a plus sign; write 5"),
        ("+1,234.56", "amount '+1,234.56' has a plus sign; write 1234.56"),
        ("1,234.56", "amount '1,234.56' has a thousands separator; write 1234.56"),
        ("-1,234,567", "amount '-1,234,567' has a thousands separator; write -1234567"),
        ("1.234,56", "amount '1.234,56' has a thousands separator; write 1234.56"),
        ("1.234.567", "amount '1.234.567' has a thousands separator; write 1234567"),
        ("1 234,5", "amount '1 234,5' has a thousands separator; write 1234.5"),
        ("1'234.50", "amount '1'234.50' has a thousands separator; write 1234.50"),
        ("12,50", "amount '12,50' has a decimal comma; write 12.50"),
        ("0,125", "amount '0,125' has a decimal comma; write 0.125"),
        ("1234,567", "amount '1234,567' has a decimal comma; write 1234.567"),
        (
            "1,234",
            "amount '1,234' has a comma that could mean thousands or decimals; write plain digits with a point for decimals, such as 1234.56"
        ),
        ("$5", "amount '$5' has a currency sign; write 5"),
        ("€5", "amount '€5' has a currency sign; write 5"),
        ("5 EUR", "amount '5 EUR' has a currency sign; write 5"),
        ("eur 12,50", "amount 'eur 12,50' has a currency sign; write 12.50"),
        ("-$1,234.56", "amount '-$1,234.56' has a currency sign; write -1234.56"),
        ("US$-5", "amount 'US$-5' has a currency sign; write -5"),
        ("-$-5", "amount '-$-5' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        ("NaN", "amount 'NaN' is not a finite number; write plain digits with a point for decimals, such as 1234.56"),
        ("-Infinity", "amount '-Infinity' is not a finite number; write plain digits with a point for decimals, such as 1234.56"),
        ("1e400", "amount '1e400' is out of range; its power of ten must be between -60 and 60"),
        ("1e-99999999999999999999", "amount '1e-99999999999999999999' is out of range; its power of ten must be between -60 and 60"),
        ("1000e58", "amount '1000e58' is out of range; its power of ten must be between -60 and 60"),
        ("5.", "amount '5.' has no digit after the point; write 5"),
        ("-", "amount '-' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        (".", "amount '.' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        ("0x10", "amount '0x10' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        ("１２", "amount '１２' has digits other than 0 to 9; write 12"),
        ("1_000", "amount '1_000' has an underscore; write 1000"),
        ("1e", "amount '1e' has no digits after the e; write plain digits with a point for decimals, such as 1234.56"),
        ("1e+", "amount '1e+' has no digits after the e; write plain digits with a point for decimals, such as 1234.56"),
        ("1 2", "amount '1 2' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        ("1,23,4", "amount '1,23,4' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        ("5\n", "amount '5\\n' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        ("--5", "amount '--5' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        ("1.2.3", "amount '1.2.3' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        ("{payout}", "amount '{payout}' is not a number; write plain digits with a point for decimals, such as 1234.56"),
        (
            "123456789012345678901234567890123456789",
            "amount '123456789012345678901234567890123456789' has more than 38 significant digits; round it before sending"
        ),
    ])
    func `a refused number is quoted with the rule it breaks`(text: String, expected: String) {
        let error = #expect(throws: DecimalError.self) { try ExactDecimal(parsing: text) }
        #expect(error?.sentence(field: "amount", value: text) == expected)
    }

    @Test func `every spelling proposed is a number`() throws {
        for text in ["+5", "1,234.56", "12,50", "$5", "5 EUR", "１２", "1_000", "5.", "٤٢", "€ 1.234.567,89"] {
            let rewrite = try #require(DecimalDiagnosis(text).rewrite)
            #expect(throws: Never.self) { try ExactDecimal(parsing: rewrite) }
        }
    }

    @Test func `random text is read or refused with a sentence, and never more`() {
        var generator = SeededGenerator(seed: 7)
        let alphabet = Array("0123456789.,-+eE _$€'xN\u{0}\u{202E}１")
        for _ in 0..<4_000 {
            let count = Int.random(in: 0...14, using: &generator)
            let text = String((0..<count).map { _ in alphabet.randomElement(using: &generator) ?? "0" })
            do {
                let value = try ExactDecimal(parsing: text)
                #expect(LongHand(value.description).digits.count == value.significantDigits)
            } catch {
                #expect(error.sentence(field: "amount", value: text).hasPrefix("amount '"))
            }
        }
    }

    @Test func `a long value is shortened and no more than its beginning is looked into`() {
        let text = String(repeating: "9,", count: 50_000)
        let error = #expect(throws: DecimalError.self) { try ExactDecimal(parsing: text) }
        #expect(
            error?.sentence(field: "amount", value: text)
                == "amount '\(text.prefix(61))…' is not a number; write plain digits with a point for decimals, such as 1234.56"
        )
    }

    @Test func `a number may be long as long as its value is not`() throws {
        let padded = String(repeating: "0", count: 10_000) + "49.9" + String(repeating: "0", count: 10_000)
        #expect(try ExactDecimal(parsing: padded).description == "49.9")
    }
}

struct QuotedValueTests {
    @Test(arguments: [
        ("49.90", "'49.90'"), ("5\n\r\t", "'5\\n\\r\\t'"), ("a\u{0}\u{202E}b", "'a\\u{0}\\u{202e}b'"),
        (String(repeating: "9", count: 64), "'" + String(repeating: "9", count: 64) + "'"),
        (String(repeating: "9", count: 65), "'" + String(repeating: "9", count: 61) + "…'"),
        (String(repeating: "€", count: 30), "'" + String(repeating: "€", count: 20) + "…'"),
    ])
    func `a value is quoted without what could break a line`(value: String, expected: String) {
        #expect(QuotedValue(value).description == expected)
        #expect(expected.utf8.count <= QuotedValue.maximumBytes + 2)
    }
}
