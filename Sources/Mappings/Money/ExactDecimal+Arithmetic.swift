// Sums and products: the exact result, or nil exactly when that needs more than 38 digits or a power of ten out of range.

extension ExactDecimal {
    package var negated: ExactDecimal { settingSign(!isNegative) }
    package var absolute: ExactDecimal { settingSign(false) }

    package func adding(_ other: ExactDecimal) -> ExactDecimal? {
        if other.isZero { return self }
        if isZero { return other }
        return exponent >= other.exponent ? addingBelow(other) : other.addingBelow(self)
    }

    package func subtracting(_ other: ExactDecimal) -> ExactDecimal? {
        adding(other.negated)
    }

    package func multiplied(by other: ExactDecimal) -> ExactDecimal? {
        let isNegative = isNegative != other.isNegative
        let power = exponent + other.exponent
        if high == 0, other.high == 0 {
            let (product, overflow) = low.multipliedReportingOverflow(by: other.low)
            if !overflow { return ExactDecimal(small: product, exponent: power, isNegative: isNegative) }
        }
        let (product, overflow) = magnitude.multipliedReportingOverflow(by: other.magnitude)
        if !overflow { return ExactDecimal(magnitude: product, exponent: power, isNegative: isNegative) }
        return multipliedByParts(other, isNegative: isNegative)
    }

    /// Moves the point: `4990` by -2 is `49.90`, `0.005` by 3 is `5`, `12` by 2 is `1200`.
    package func scaled(byPowerOfTen places: Int) -> ExactDecimal? {
        if isZero { return self }
        let (power, overflow) = exponent.addingReportingOverflow(places)
        guard !overflow else { return nil }
        return high == 0
            ? ExactDecimal(small: low, exponent: power, isNegative: isNegative)
            : ExactDecimal(magnitude: magnitude, exponent: power, isNegative: isNegative)
    }

    private func settingSign(_ isNegative: Bool) -> ExactDecimal {
        // Normalised digits stay normalised, so this cannot fail.
        ExactDecimal(magnitude: magnitude, exponent: exponent, isNegative: isNegative) ?? self
    }

    /// Adds a value whose power of ten is not above this one's.
    private func addingBelow(_ other: ExactDecimal) -> ExactDecimal? {
        let distance = exponent - other.exponent
        if high == 0, other.high == 0, distance < 20, let sum = addingBelowInWords(other, distance: distance) {
            return sum
        }
        // An aligned magnitude beyond 128 bits is above 3 × 10^38; with the other's below 10^38 no sum can fit either.
        guard let aligned = PowersOfTen.multiply(magnitude, distance) else { return nil }
        let right = other.magnitude
        if isNegative == other.isNegative {
            let (sum, overflow) = aligned.addingReportingOverflow(right)
            return overflow ? nil : ExactDecimal(magnitude: sum, exponent: other.exponent, isNegative: isNegative)
        }
        return aligned >= right
            ? ExactDecimal(magnitude: aligned - right, exponent: other.exponent, isNegative: isNegative)
            : ExactDecimal(magnitude: right - aligned, exponent: other.exponent, isNegative: other.isNegative)
    }

    private func addingBelowInWords(_ other: ExactDecimal, distance: Int) -> ExactDecimal? {
        let (aligned, overflow) = low.multipliedReportingOverflow(by: PowersOfTen.words[distance])
        guard !overflow else { return nil }
        if isNegative == other.isNegative {
            let (sum, overflow) = aligned.addingReportingOverflow(other.low)
            return overflow ? nil : ExactDecimal(small: sum, exponent: other.exponent, isNegative: isNegative)
        }
        return aligned >= other.low
            ? ExactDecimal(small: aligned - other.low, exponent: other.exponent, isNegative: isNegative)
            : ExactDecimal(small: other.low - aligned, exponent: other.exponent, isNegative: other.isNegative)
    }

    /// A product whose plain digits overflow can still fit once its zeros are gone: 2^60 × 5^60 is 1 × 10^60.
    private func multipliedByParts(_ other: ExactDecimal, isNegative: Bool) -> ExactDecimal? {
        var left = magnitude
        var right = other.magnitude
        var power = exponent + other.exponent
        while left & 1 == 0, right.isMultiple(of: 5) {
            left >>= 1
            right /= 5
            power += 1
        }
        while right & 1 == 0, left.isMultiple(of: 5) {
            right >>= 1
            left /= 5
            power += 1
        }
        let (product, overflow) = left.multipliedReportingOverflow(by: right)
        return overflow ? nil : ExactDecimal(magnitude: product, exponent: power, isNegative: isNegative)
    }
}
