/// The powers of ten that decimal arithmetic scales by.
enum PowersOfTen {
    /// The first magnitude with too many digits, 10^38.
    static var limit: UInt128 { 100_000_000_000_000_000_000_000_000_000_000_000_000 }

    /// 10^0 to 10^19, all that fit one word.
    static let words: [UInt64] = [
        1,
        10,
        100,
        1_000,
        10_000,
        100_000,
        1_000_000,
        10_000_000,
        100_000_000,
        1_000_000_000,
        10_000_000_000,
        100_000_000_000,
        1_000_000_000_000,
        10_000_000_000_000,
        100_000_000_000_000,
        1_000_000_000_000_000,
        10_000_000_000_000_000,
        100_000_000_000_000_000,
        1_000_000_000_000_000_000,
        10_000_000_000_000_000_000,
    ]

    /// 10^`exponent` for 0...38, `nil` beyond: 10^39 does not fit.
    static func wide(_ exponent: Int) -> UInt128? {
        guard exponent >= 0, exponent <= 38 else { return nil }
        if exponent <= 19 { return UInt128(words[exponent]) }
        return UInt128(words[19]) * UInt128(words[exponent - 19])
    }

    /// `magnitude` × 10^`exponent`, or `nil` when it does not fit 128 bits.
    static func multiply(_ magnitude: UInt128, _ exponent: Int) -> UInt128? {
        guard let power = wide(exponent) else { return nil }
        let (product, overflow) = magnitude.multipliedReportingOverflow(by: power)
        return overflow ? nil : product
    }
}
