import Foundation
import FuzzProperties
import Testing

@testable import Mappings

/// An amount comes back from every way in which programs write a double, and an honest amount stays what it is.
struct BinaryNoiseTests {
    /// The ways in which JSON and query writers of a dozen languages print a double.
    private static func spellings(of double: Double) -> [String] {
        [
            String(format: "%.17g", double),  // json-c, jansson, jsoncpp, PHP with serialize_precision=17
            "\(double)",  // the shortest, as JavaScript, Python, Swift have it
            String(format: "%.80f", double).trimmingZeros,  // PHP with serialize_precision=100
        ].map { $0.hasPrefix(".") ? "0" + $0 : $0 }
    }

    private static func check(_ units: Int64, decimals: Int, currency: Currency?) throws {
        let amount = try #require(ExactDecimal(units).scaled(byPowerOfTen: -decimals))
        // The division is rounded once, so this is the double that is nearest to the amount.
        let double = Double(units) / Double(1).scaled(byPowerOfTen: decimals)
        for text in spellings(of: double) {
            let reading = try MoneyFormat(unit: .major).read(text, currency: currency)
            if reading.amount != amount { Issue.record("\(amount) written as \(text) was read as \(reading.amount)") }
        }
    }

    @Test func `every amount in cents comes back from every spelling`() throws {
        let usd = try #require(Currency(code: "USD"))
        for units in Int64(0)...20_000 { try Self.check(units, decimals: 2, currency: usd) }
        var random = SeededGenerator(seed: 11)
        for digits in 5...13 {
            let limit = (0..<digits).reduce(Int64(1)) { power, _ in power * 10 }
            for _ in 0..<400 { try Self.check(Int64.random(in: 0..<limit, using: &random), decimals: 2, currency: usd) }
        }
    }

    @Test(arguments: 0...8)
    func `amounts with other decimals come back, too`(decimals: Int) throws {
        var random = SeededGenerator(seed: UInt64(decimals) + 1)
        for digits in 1...12 {
            let limit = (0..<digits).reduce(Int64(1)) { power, _ in power * 10 }
            for code in ["JPY", "EUR", "KWD", "CLF", nil] {
                for _ in 0..<40 {
                    let units = Int64.random(in: 0..<limit, using: &random)
                    // From 10^8 on, a double's 17 digits leave fewer than nine decimals, as an honest number may have them.
                    if decimals > 2, digits - decimals > 8 { continue }
                    try Self.check(units, decimals: decimals, currency: code.flatMap { Currency(code: $0) })
                }
            }
        }
    }

    @Test func `the traces of a product or a sum are undone`() throws {
        var random = SeededGenerator(seed: 3)
        let eur = try #require(Currency(code: "EUR"))
        for _ in 0..<5_000 {
            let (price, count) = (Int64.random(in: 1...99_999, using: &random), Int64.random(in: 2...12, using: &random))
            // As a sender's program computes; the gateway itself never does.
            let product = Double(price) / 100 * Double(count)
            let sum = (0..<count).reduce(0.0) { total, _ in total + Double(price) / 100 }
            let expected = try #require(ExactDecimal(price * count).scaled(byPowerOfTen: -2))
            for double in [product, sum] {
                #expect(try MoneyFormat(unit: .major).read("\(double)", currency: eur).amount == expected, "\(double)")
            }
        }
    }

    @Test func `an honest amount of up to eight decimals is never read as another`() throws {
        var random = SeededGenerator(seed: 8)
        for decimals in 0...8 {
            for digits in 1...16 {
                let limit = (0..<digits).reduce(Int64(1)) { power, _ in power * 10 }
                for code in ["USD", "JPY", nil] {
                    for _ in 0..<60 {
                        let units = Int64.random(in: 0..<limit, using: &random)
                        let amount = try #require(ExactDecimal(units).scaled(byPowerOfTen: -decimals))
                        let reading = try MoneyFormat(unit: .major).read(amount.description, currency: code.flatMap { Currency(code: $0) })
                        if reading.amount != amount { Issue.record("\(amount) was read as \(reading.amount)") }
                        if reading.note == .noise { Issue.record("\(amount) was called noise") }
                    }
                }
            }
        }
        // Whoever writes 25 digits does not count in binary.
        #expect(try ExactDecimal(parsing: "99999999999999999999999.99").denoised(decimals: nil) == nil)
        // Digits that look like noise, and are not.
        for text in ["0.00000001", "1234567.00000001", "99999.99999999", "1.00000001", "4.1472", "448.753425", "10.10101010"] {
            #expect(try ExactDecimal(parsing: text).denoised(decimals: 2) == nil, "\(text)")
        }
    }

    @Test func `a whole expansion without a short number near it keeps the digits of its double`() throws {
        let third = String(format: "%.80f", 10.0 / 3).trimmingZeros
        #expect(third.count > 40)
        let reading = try MoneyFormat(unit: .major).read(third, currency: nil)
        #expect(reading.amount.description == "3.3333333333333335")
        #expect(reading.note == .noise)
        // One digit more and it is no double; nobody can say what was meant.
        for text in [third + "1", third.replacing("3.", with: "3.0"), String(repeating: "9", count: 39)] {
            #expect(throws: MoneyError.notANumber(DecimalError(kind: .tooManyDigits))) {
                try MoneyFormat(unit: .major).read(text, currency: nil)
            }
        }
        #expect(
            try MoneyFormat(unit: .major, allowsNegative: true).read("-" + third, currency: nil).amount.description == "-3.3333333333333335"
        )
    }

    @Test func `what is read as meant is read again as the same`() throws {
        var random = SeededGenerator(seed: 5)
        for _ in 0..<3_000 {
            let double = Double.random(in: 0...1_000_000, using: &random) / Double.random(in: 1...1000, using: &random)
            for text in Self.spellings(of: double) {
                let amount = try MoneyFormat(unit: .major).read(text, currency: nil).amount
                #expect(try MoneyFormat(unit: .major).read(amount.description, currency: nil) == .init(amount: amount, note: nil))
            }
        }
    }
}

extension String {
    fileprivate var trimmingZeros: String {
        guard contains(".") else { return self }
        var text = self
        while text.last == "0" { text.removeLast() }
        if text.last == "." { text.removeLast() }
        return text
    }
}

extension Double {
    fileprivate func scaled(byPowerOfTen places: Int) -> Double { (0..<places).reduce(self) { power, _ in power * 10 } }
}
