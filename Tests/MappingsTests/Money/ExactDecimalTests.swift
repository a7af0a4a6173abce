import FuzzProperties
import Testing

@testable import Mappings

struct ExactDecimalTests {
    @Test func `plain digits mean the same by the short way as by the grammar`() {
        var random = SeededGenerator(seed: 11)
        for _ in 0..<20_000 {
            let length = Int.random(in: 1...21, using: &random)
            let text = String((0..<length).map { _ in "00123456789.".randomElement(using: &random) ?? "0" })
            // White space around a number is ignored, but not by the short way.
            let grammar = Result { () throws(DecimalError) in try ExactDecimal(parsing: " \(text)") }
            let short = Result { () throws(DecimalError) in try ExactDecimal(parsing: text) }
            #expect((try? short.get()) == (try? grammar.get()), "\(text)")
        }
    }

    @Test func `a value takes 24 bytes at most`() {
        #expect(MemoryLayout<ExactDecimal>.stride <= 24)
    }

    @Test(arguments: [
        ("1e2", "100"), ("-0", "0"), ("49.900", "49.9"), (".5", "0.5"), ("-.5", "-0.5"), ("007.5", "7.5"), ("1E+2", "100"),
        ("-1.5", "-1.5"), (" \t49.90\t ", "49.9"), ("0", "0"), ("0.000", "0"), ("-0e400", "0"), ("0.005", "0.005"), ("100", "100"),
        ("5e-3", "0.005"), ("1.50e1", "15"), ("12345678901234567890", "12345678901234567890"), ("1e007", "10000000"),
        ("99999999999999999999999999999999999999", "99999999999999999999999999999999999999"),
        (
            "0.00000000000000000000000000000000000000000000000000000000000001e2",
            "0.000000000000000000000000000000000000000000000000000000000001"
        ),
        ("100000000000000000000000000000000000000000000000", "100000000000000000000000000000000000000000000000"),
        ("1000000000000000000000000000000.5", "1000000000000000000000000000000.5"),
        ("18446744073709551615", "18446744073709551615"), ("18446744073709551616", "18446744073709551616"),
    ])
    func `a number is read and written in its shortest plain form`(text: String, expected: String) throws {
        #expect(try ExactDecimal(parsing: text).description == expected)
        #expect(try ExactDecimal(parsing: Array(text.utf8)).description == expected)
        #expect(try ExactDecimal(parsing: ("x" + text).dropFirst().utf8).description == expected)
        var bytes = Array("a=".utf8)
        try ExactDecimal(parsing: text).append(to: &bytes)
        #expect(String(decoding: bytes, as: UTF8.self) == "a=" + expected)
    }

    @Test func `equal values are equal and hash alike however they were written`() throws {
        for (left, right) in [("1.0", "1"), ("100", "1e2"), ("-0.00", "0"), ("49.90", "4990e-2")] {
            let (left, right) = try (ExactDecimal(parsing: left), ExactDecimal(parsing: right))
            #expect(left == right)
            #expect(left.hashValue == right.hashValue)
        }
        #expect(try Set([ExactDecimal(parsing: "1.0"), ExactDecimal(parsing: "1"), ExactDecimal(parsing: "10e-1")]).count == 1)
    }

    @Test func `values are ordered by size across signs and scales`() throws {
        let texts = [
            "-1e60", "-99999999999999999999999999999999999999", "-2", "-1.5", "-1e-60", "0", "1e-60", "0.1", "0.15", "1", "1.5", "9.99",
            "10",
            "18446744073709551616", "99999999999999999999999999999999999999", "1e40", "1e60",
        ]
        let values = try texts.map { try ExactDecimal(parsing: $0) }
        for (i, left) in values.enumerated() {
            for (j, right) in values.enumerated() {
                #expect((left < right) == (i < j), "\(left) \(right)")
                #expect((left == right) == (i == j))
            }
        }
    }

    @Test func `a value knows its sign and its decimals`() throws {
        let value = try ExactDecimal(parsing: "-12.50")
        #expect(value.isNegative && !value.isZero && !value.isInteger)
        #expect(value.decimals == 1)
        #expect(value.significantDigits == 3)
        #expect(value.negated == (try ExactDecimal(parsing: "12.5")))
        #expect(value.absolute.description == "12.5")
        #expect(ExactDecimal.zero.negated == .zero)
        #expect(ExactDecimal.zero.isInteger && ExactDecimal.zero.isZero && !ExactDecimal.zero.isNegative)
        #expect(ExactDecimal.zero.significantDigits == 0)
        #expect(try ExactDecimal(parsing: "1e2").decimals == 0)
        #expect(try ExactDecimal(parsing: "99999999999999999999999999999999999999").significantDigits == 38)
        #expect(try ExactDecimal(parsing: "10000000000000000001").significantDigits == 20)
    }

    @Test func `a whole value becomes a machine integer when it fits`() throws {
        let table: [(String, Int64?)] = [
            ("0", 0), ("100", 100), ("-7", -7), ("9223372036854775807", .max), ("-9223372036854775808", .min),
            ("9223372036854775808", nil), ("-9223372036854775809", nil), ("1e18", 1_000_000_000_000_000_000), ("1e19", nil), ("1e60", nil),
            ("1.5", nil),
        ]
        for (text, expected) in table {
            #expect(try ExactDecimal(parsing: text).int64 == expected, "\(text)")
        }
        for integer in [0, 100, -4990, .max, .min] as [Int64] { #expect(ExactDecimal(integer).int64 == integer) }
    }

    @Test func `a coefficient beyond the limits is refused`() {
        let limit: Int128 = 100_000_000_000_000_000_000_000_000_000_000_000_000
        #expect(ExactDecimal(coefficient: limit - 1, exponent: 60)?.significantDigits == 38)
        #expect(ExactDecimal(coefficient: limit, exponent: 0)?.significantDigits == 1)
        #expect(ExactDecimal(coefficient: limit + 1, exponent: 0) == nil)
        #expect(ExactDecimal(coefficient: .min, exponent: 0) == nil)
        #expect(ExactDecimal(coefficient: .max, exponent: 0) == nil)
        #expect(ExactDecimal(coefficient: 1, exponent: 61) == nil)
        #expect(ExactDecimal(coefficient: 1, exponent: -61) == nil)
        #expect(ExactDecimal(coefficient: 10, exponent: -61)?.exponent == -60)
        #expect(ExactDecimal(coefficient: 10, exponent: .max) == nil)
        #expect(ExactDecimal(coefficient: 1, exponent: .min) == nil)
        #expect(ExactDecimal(coefficient: 0, exponent: .max) == .zero)
    }

    @Test(
        arguments: [
            ("49.9", 2, "49.90"), ("50", 0, "50"), ("1.5", 3, "1.500"), ("0", 2, "0.00"), ("-0.005", 3, "-0.005"), ("1e2", 2, "100.00"),
            ("49.9", 0, nil), ("0.005", 2, nil), ("1", -1, nil), ("1", 61, nil),
            ("12345678901234567890123456789012345678", 1, "12345678901234567890123456789012345678.0"),
        ] as [(String, Int, String?)])
    func `text has exactly the decimals asked for or is refused`(value: String, decimals: Int, expected: String?) throws {
        let value = try ExactDecimal(parsing: value)
        #expect(value.text(decimals: decimals) == expected)
        var bytes: [UInt8] = []
        #expect(value.append(to: &bytes, decimals: decimals) == (expected != nil))
        #expect(String(decoding: bytes, as: UTF8.self) == expected ?? "")
    }

    @Test func `the longest text is whole`() throws {
        let digits = String(repeating: "9", count: 38)
        let value = try ExactDecimal(parsing: "-" + digits + "e60")
        #expect(value.text(decimals: 60) == "-" + digits + String(repeating: "0", count: 60) + "." + String(repeating: "0", count: 60))
        let small = try ExactDecimal(parsing: "-" + digits + "e-60")
        #expect(small.description == "-0." + String(repeating: "0", count: 22) + digits)
        #expect(try ExactDecimal(parsing: small.description) == small)
    }
}
