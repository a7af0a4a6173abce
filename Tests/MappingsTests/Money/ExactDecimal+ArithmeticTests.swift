import FuzzProperties
import Testing

@testable import Mappings

struct ExactDecimalArithmeticTests {
    @Test(
        arguments: [
            ("49.90", "+", "0.10", "50"), ("0.1", "+", "0.2", "0.3"), ("1", "-", "1", "0"), ("-1.5", "+", "1", "-0.5"),
            ("0", "-", "5", "-5"),
            ("19.99", "*", "100", "1999"), ("-0.15", "*", "49.90", "-7.485"), ("0", "*", "-5", "0"),
            ("1e60", "+", "1", nil), ("1e60", "*", "10", nil), ("5e60", "+", "5e60", nil), ("1e-60", "*", "0.1", nil),
            ("99999999999999999999999999999999999999", "+", "1", "100000000000000000000000000000000000000"),
            ("99999999999999999999999999999999999999", "+", "2", nil),
            (
                "150000000000000000000000000000000000000", "-", "99999999999999999999999999999999999999",
                "50000000000000000000000000000000000001"
            ),
            ("1152921504606846976", "*", "867361737988403547205962240695953369140625", nil),
            ("1125899906842624", "*", "88817841970012523233890533447265625", "100000000000000000000000000000000000000000000000000"),
            ("18446744073709551615", "+", "1", "18446744073709551616"), ("18446744073709551616", "-", "1", "18446744073709551615"),
        ] as [(String, String, String, String?)])
    func `arithmetic is exact or nil`(left: String, operation: String, right: String, expected: String?) throws {
        // 5^60 has 42 digits and is not a value itself.
        guard let left = try? ExactDecimal(parsing: left), let right = try? ExactDecimal(parsing: right) else {
            #expect(expected == nil)
            return
        }
        #expect(left.result(operation, right)?.description == expected)
    }

    @Test func `random sums and products agree with long-hand arithmetic`() throws {
        var generator = SeededGenerator(seed: 4217)
        var refused = 0
        for _ in 0..<3_000 {
            let (left, right) = try (generator.decimal(), generator.decimal())
            for operation in ["+", "-", "*"] {
                let expected = LongHand(left.description).result(operation, LongHand(right.description))
                let result = left.result(operation, right)
                let fits = expected.digits.count <= 38 && (-60...60).contains(expected.exponent)
                #expect(result.map { LongHand($0.description) } == (fits ? expected : nil), "\(left) \(operation) \(right)")
                refused += fits ? 0 : 1
            }
            #expect((left < right) == LongHand(left.description).result("-", LongHand(right.description)).isNegative)
        }
        #expect(refused > 200)
    }

    @Test func `scaling moves the point and refuses what leaves the range`() throws {
        let table: [(String, Int, String?)] = [
            ("4990", -2, "49.9"), ("0.005", 3, "5"), ("12", 2, "1200"), ("0", .max, "0"), ("1", 61, nil), ("1", -61, nil),
            ("1.5", .max, nil),
            ("15", .max, nil), ("1", .min, nil),
            ("12345678901234567890123456789012345678", -38, "0.12345678901234567890123456789012345678"),
        ]
        for (text, places, expected) in table {
            #expect(try ExactDecimal(parsing: text).scaled(byPowerOfTen: places)?.description == expected, "\(text) by \(places)")
        }
    }
}

extension ExactDecimal {
    func result(_ operation: String, _ other: ExactDecimal) -> ExactDecimal? {
        switch operation {
        case "+": adding(other)
        case "-": subtracting(other)
        default: multiplied(by: other)
        }
    }
}

/// Decimal digits, the last one first, and school arithmetic on them: slow, and with nothing in common with the tested code.
struct LongHand: Equatable {
    var digits: [Int]
    var exponent: Int
    var isNegative: Bool

    init(_ text: String) {
        let parts = text.drop { $0 == "-" }.split(separator: ".")
        digits = parts.joined().reversed().compactMap(\.wholeNumberValue)
        exponent = parts.count > 1 ? -parts[1].count : 0
        isNegative = text.first == "-"
        normalise()
    }

    mutating func normalise() {
        while digits.last == 0 { digits.removeLast() }
        while digits.first == 0 {
            digits.removeFirst()
            exponent += 1
        }
        if digits.isEmpty { (exponent, isNegative) = (0, false) }
    }

    func result(_ operation: String, _ other: LongHand) -> LongHand {
        var right = other
        if operation == "-" { right.isNegative.toggle() }
        return operation == "*" ? times(right) : plus(right)
    }

    private func times(_ other: LongHand) -> LongHand {
        var product = self
        product.digits = Array(repeating: 0, count: digits.count + other.digits.count)
        for (i, left) in digits.enumerated() {
            for (j, right) in other.digits.enumerated() { product.digits[i + j] += left * right }
        }
        product.exponent += other.exponent
        product.isNegative = isNegative != other.isNegative
        product.carry()
        return product
    }

    private func plus(_ other: LongHand) -> LongHand {
        var sum = self
        sum.exponent = min(exponent, other.exponent)
        let left = Array(repeating: 0, count: exponent - sum.exponent) + digits
        let right = Array(repeating: 0, count: other.exponent - sum.exponent) + other.digits
        let size = max(left.count, right.count)
        sum.digits = (0..<size).map { index in
            (index < left.count ? left[index] : 0) * (isNegative ? -1 : 1)
                + (index < right.count ? right[index] : 0) * (other.isNegative ? -1 : 1)
        }
        sum.isNegative = (sum.digits.last { $0 != 0 } ?? 0) < 0
        if sum.isNegative { sum.digits = sum.digits.map { -$0 } }
        sum.carry()
        return sum
    }

    private mutating func carry() {
        var carried = 0
        for index in digits.indices {
            let total = digits[index] + carried
            digits[index] = (total % 10 + 10) % 10
            carried = (total - digits[index]) / 10
        }
        if carried > 0 { digits.append(carried) }
        normalise()
    }
}

extension SeededGenerator {
    /// Short and long values, near and far from the limits.
    mutating func decimal() throws -> ExactDecimal {
        let count = Bool.random(using: &self) ? Int.random(in: 1...38, using: &self) : Int.random(in: 1...9, using: &self)
        var text = Bool.random(using: &self) ? "-" : ""
        for _ in 0..<count { text += String("0123456789990000".randomElement(using: &self) ?? "0") }
        let power = Bool.random(using: &self) ? Int.random(in: -22...22, using: &self) : Int.random(in: -4...2, using: &self)
        return try ExactDecimal(parsing: text + "e\(power)")
    }
}
