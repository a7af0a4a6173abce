/// A decimal number that is exact or refused: 38 significant digits and a power of ten, in 24 bytes.
///
/// Every operation either gives the exact result or says that it cannot (`nil`, or an error when reading text); nothing
/// wraps, traps or rounds unless a `RoundingMode` is named. A value has one form, so `1.0 == 1`, both hash alike, and the
/// digits a sender padded with are gone: `text(decimals:)` writes them again.
///
///     value = magnitude × 10^exponent, negated when negative
///     49.90  →  499 × 10^-1
///     100    →  1 × 10^2
///     -0     →  0 × 10^0
package struct ExactDecimal: Sendable, Hashable {
    /// How many significant digits a value can have.
    package static let maximumDigits = 38
    /// The powers of ten a normalised value can have, which are also the bounds of `text(decimals:)`.
    package static let exponents = -60...60
    package static let zero = ExactDecimal(low: 0, high: 0, exponent: 0, isNegative: false)

    // Two words rather than one UInt128: its 16-byte alignment would make every value 32 bytes.
    let low: UInt64
    let high: UInt64
    let power: Int8
    package let isNegative: Bool

    private init(low: UInt64, high: UInt64, exponent: Int8, isNegative: Bool) {
        self.low = low
        self.high = high
        self.power = exponent
        self.isNegative = isNegative
    }

    /// `nil` when the value needs more than 38 digits or a power of ten outside `exponents`.
    package init?(coefficient: Int128, exponent: Int) {
        self.init(magnitude: coefficient.magnitude, exponent: exponent, isNegative: coefficient < 0)
    }

    package init(_ integer: Int64) {
        var magnitude = integer.magnitude
        let zeros = magnitude.removeTrailingZeros()
        self.init(low: magnitude, high: 0, exponent: Int8(truncatingIfNeeded: zeros), isNegative: integer < 0)
    }

    /// Normalises; exponents far outside the range are safe to pass.
    init?(magnitude: UInt128, exponent: Int, isNegative: Bool) {
        if magnitude <= UInt128(UInt64.max) {
            self.init(small: UInt64(truncatingIfNeeded: magnitude), exponent: exponent, isNegative: isNegative)
            return
        }
        var digits = magnitude
        var exponent = exponent
        while digits & 1 == 0 {
            let (quotient, remainder) = digits.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { break }
            digits = quotient
            exponent &+= 1
        }
        guard digits < PowersOfTen.limit, Self.exponents.contains(exponent) else { return nil }
        self.init(
            low: UInt64(truncatingIfNeeded: digits),
            high: UInt64(truncatingIfNeeded: digits >> 64),
            exponent: Int8(truncatingIfNeeded: exponent),
            isNegative: isNegative
        )
    }

    /// The path nearly every amount takes: the digits fit one word.
    @inline(__always)
    init?(small magnitude: UInt64, exponent: Int, isNegative: Bool) {
        guard magnitude != 0 else {
            self = .init(low: 0, high: 0, exponent: 0, isNegative: false)
            return
        }
        var digits = magnitude
        let exponent = exponent &+ digits.removeTrailingZeros()
        guard exponent >= -60, exponent <= 60 else { return nil }
        self.init(low: digits, high: 0, exponent: Int8(truncatingIfNeeded: exponent), isNegative: isNegative)
    }

    var magnitude: UInt128 { UInt128(high) << 64 | UInt128(low) }
    package var exponent: Int { Int(power) }

    package var isZero: Bool { low == 0 && high == 0 }
    package var isInteger: Bool { power >= 0 }
    /// Digits after the point of the shortest text: 0 for `100`, 1 for `49.90`, 3 for `0.005`.
    package var decimals: Int { power < 0 ? -Int(power) : 0 }

    /// Significant digits of the normalised value: 1 for `100`, 3 for `49.90`, 0 for `0`.
    package var significantDigits: Int {
        var count = 0
        var rest = magnitude
        while rest >= 10_000_000_000_000_000_000 {
            rest /= 10_000_000_000_000_000_000
            count += 19
        }
        var word = UInt64(truncatingIfNeeded: rest)
        while word > 0 {
            word /= 10
            count += 1
        }
        return count
    }

    /// The value as a machine integer, or `nil` when it has a fraction or does not fit.
    package var int64: Int64? {
        guard high == 0, power >= 0, power < 19 || isZero else { return nil }
        let (scaled, overflow) = low.multipliedReportingOverflow(by: PowersOfTen.words[exponent])
        guard !overflow else { return nil }
        if isNegative {
            return scaled == Int64.min.magnitude ? .min : Int64(exactly: scaled).map { -$0 }
        }
        return Int64(exactly: scaled)
    }
}

extension ExactDecimal: Comparable {
    package static func < (left: ExactDecimal, right: ExactDecimal) -> Bool {
        if left.isNegative != right.isNegative { return left.isNegative }
        return left.isNegative ? right.isSmaller(than: left) : left.isSmaller(than: right)
    }

    /// Compares magnitudes. An aligned magnitude that overflows is above 10^38 and so above every other.
    private func isSmaller(than other: ExactDecimal) -> Bool {
        if isZero || other.isZero { return isZero && !other.isZero }
        let distance = exponent - other.exponent
        if distance == 0 { return magnitude < other.magnitude }
        if distance > 0 {
            guard let aligned = PowersOfTen.multiply(magnitude, distance) else { return false }
            return aligned < other.magnitude
        }
        guard let aligned = PowersOfTen.multiply(other.magnitude, -distance) else { return true }
        return magnitude < aligned
    }
}

extension UInt64 {
    /// Divides by ten while that is exact and says how often. Zero is left alone.
    @inline(__always)
    mutating func removeTrailingZeros() -> Int {
        var count = 0
        while self & 1 == 0 {
            let (quotient, remainder) = quotientAndRemainder(dividingBy: 10)
            guard remainder == 0, self != 0 else { break }
            self = quotient
            count += 1
        }
        return count
    }
}
