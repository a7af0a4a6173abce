import FuzzProperties
import Testing

@testable import Mappings

struct ExactDecimalRoundingTests {
    @Test(arguments: [
        ("1.005", 2, ["1.01", "1", "1", "1.01"]), ("-1.005", 2, ["-1.01", "-1", "-1", "-1.01"]),
        ("1.015", 2, ["1.02", "1.02", "1.01", "1.02"]), ("0.285", 2, ["0.29", "0.28", "0.28", "0.29"]),
        ("10.075", 2, ["10.08", "10.08", "10.07", "10.08"]), ("2.5", 0, ["3", "2", "2", "3"]), ("-0.5", 0, ["-1", "0", "0", "-1"]),
        ("0.4", 0, ["0", "0", "0", "1"]), ("0.001", 2, ["0", "0", "0", "0.01"]), ("49.9", 2, ["49.9", "49.9", "49.9", "49.9"]),
        ("2.51", 0, ["3", "3", "2", "3"]), ("2.49", 0, ["2", "2", "2", "3"]), ("12.5", -3, ["13", "12", "12", "13"]),
        ("1e-60", 2, ["0", "0", "0", "0.01"]),
        ("99999999999999999999.5", 0, ["100000000000000000000", "100000000000000000000", "99999999999999999999", "100000000000000000000"]),
        ("9.9999999999999999999999999999999999999", 1, ["10", "10", "9.9", "10"]),
    ])
    func `each mode rounds as its name says`(text: String, decimals: Int, expected: [String]) throws {
        let value = try ExactDecimal(parsing: text)
        let results = [RoundingMode.halfUp, .halfEven, .down, .up].map { value.rounded(toDecimals: decimals, $0).description }
        #expect(results == expected)
    }

    @Test func `modes have the names that mappings use`() {
        #expect(RoundingMode.allCases.map(\.rawValue) == ["half_up", "half_even", "down", "up"])
    }

    @Test(
        arguments: [
            ("10", "3", 2, RoundingMode.halfUp, "3.33"), ("20", "3", 2, .down, "6.66"), ("1", "8", 2, .halfEven, "0.12"),
            ("1", "8", 2, .halfUp, "0.13"),
            ("-1", "8", 2, .up, "-0.13"), ("100", "0.5", 0, .down, "200"), ("0", "7", 2, .up, "0"), ("1", "0", 2, .up, nil),
            ("1e60", "3", 0, .down, nil),
            ("1e60", "1e60", 2, .halfUp, "1"), ("1e60", "1e-1", 0, .down, nil), ("1e-60", "3", 2, .up, "0.01"),
            ("1e-60", "3", 2, .halfUp, "0"),
            ("99999999999999999999999999999999999999", "99999999999999999999999999999999999997", 37, .halfUp, "1"),
            (
                "99999999999999999999999999999999999997", "99999999999999999999999999999999999999", 37, .down,
                "0.9999999999999999999999999999999999999"
            ),
            ("2.5", "1", 0, .halfEven, "2"), ("2.5000000001", "1", 0, .halfEven, "3"), ("7.5", "3", 0, .halfEven, "2"),
            ("0.01", "3", 0, .up, "1"),
            ("1e20", "16", -1, .down, nil), ("1", "3", 61, .down, nil), ("1.0000000000000000001", "2e10", 10, .halfUp, "0.0000000001"),
        ] as [(String, String, Int, RoundingMode, String?)])
    func `a quotient is rounded once from the exact one`(left: String, right: String, decimals: Int, mode: RoundingMode, expected: String?)
        throws
    {
        let quotient = try ExactDecimal(parsing: left).divided(by: ExactDecimal(parsing: right), decimals: decimals, rounding: mode)
        #expect(quotient?.description == expected)
    }

    @Test func `a quotient is never further from the exact one than its mode allows`() throws {
        var generator = SeededGenerator(seed: 99)
        for _ in 0..<3_000 {
            let left = ExactDecimal(Int64.random(in: -999_999_999...999_999_999, using: &generator))
            let right = ExactDecimal(Int64.random(in: 1...99_999, using: &generator))
            let quotient = try #require(left.divided(by: right, decimals: 3, rounding: .halfUp))
            let rest = try #require(quotient.multiplied(by: right).flatMap { left.subtracting($0) })
            // |left - quotient × right| ≤ right / 2000
            #expect(try #require(rest.absolute.multiplied(by: ExactDecimal(2000))) <= right)
            let down = try #require(left.divided(by: right, decimals: 3, rounding: .down))
            let up = try #require(left.divided(by: right, decimals: 3, rounding: .up))
            #expect(down.absolute <= quotient.absolute && quotient.absolute <= up.absolute)
        }
    }

    @Test(
        arguments: [
            ("63.749999999999996", 2, "63.75"), ("10.0000000000001", 2, nil), ("9.99999999999998", 2, "10"), ("10.000000000001", 2, nil),
            ("3.3333333333333335", 2, nil),
            ("0.30000000000000004", 2, "0.3"), ("59.699999999999996", 2, "59.7"), ("19.989999999999998", 2, "19.99"),
            ("12.441600000000001", 2, "12.4416"),
            ("123456789.01000001", 2, "123456789.01"), ("99999999999.990005", 2, "99999999999.99"), ("12345678.12345678", 2, nil),
            ("448.753425", 2, nil),
            ("0.12345678", 2, nil), ("1234567.12345678", 2, nil), ("5.551115123125783e-17", 2, nil),
            ("448.75342500000002", 2, "448.753425"),
            ("-63.749999999999996", 2, "-63.75"), ("4989.999999999999", 0, "4990"), ("63.75", 2, nil),
            ("1.005", 2, nil), ("1998.9999999999998", 0, "1999"), ("0.000000000000000123456789012345", 2, nil),
            ("123456789012345678", 2, nil),
            ("10.0000000000000005", 2, "10"), ("2.0000000000100000001", 2, nil),
        ] as [(String, Int, String?)])
    func `binary noise and intended decimals are distinguished`(text: String, decimals: Int, expected: String?) throws {
        #expect(try ExactDecimal(parsing: text).denoised(decimals: decimals)?.description == expected)
    }
}
