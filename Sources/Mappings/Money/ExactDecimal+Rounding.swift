// The only code that gives up digits, each time with the mode that the caller names.

extension ExactDecimal {
    /// Keeps at most `decimals` digits after the point; fewer than zero count as zero.
    package func rounded(toDecimals decimals: Int, _ mode: RoundingMode) -> ExactDecimal {
        let decimals = max(decimals, 0)
        guard self.decimals > decimals else { return self }
        let dropped = self.decimals - decimals
        if high == 0, dropped <= 19 {
            let divisor = PowersOfTen.words[dropped]
            var (kept, rest) = low.quotientAndRemainder(dividingBy: divisor)
            if mode.grows(lastIsOdd: kept & 1 == 1, .init(rest, of: divisor)) { kept += 1 }
            return ExactDecimal(small: kept, exponent: -decimals, isNegative: isNegative) ?? self
        }
        var kept: UInt128 = 0
        var remainder = RoundingMode.Remainder.belowHalf
        // 38 digits are below half of 10^39, so beyond the table everything is cut off and less than a half.
        if let divisor = PowersOfTen.wide(dropped) {
            let parts = magnitude.quotientAndRemainder(dividingBy: divisor)
            kept = parts.quotient
            remainder = .init(parts.remainder, of: divisor)
        }
        if mode.grows(lastIsOdd: kept & 1 == 1, remainder) { kept += 1 }
        // Fewer digits at a power of ten between -60 and 0 always fit.
        return ExactDecimal(magnitude: kept, exponent: -decimals, isNegative: isNegative) ?? self
    }

    /// The quotient with at most `decimals` digits after the point (0 to 60), rounded once from the exact one.
    ///
    /// `nil` for a division by zero, `decimals` out of range, or a quotient of more than 38 digits.
    ///
    ///     10 / 3 to 2 decimals, half_up    →  3.33
    ///     20 / 3 to 2 decimals, down       →  6.66
    ///     1 / 8 to 2 decimals, half_even   →  0.12
    package func divided(by divisor: ExactDecimal, decimals: Int, rounding mode: RoundingMode) -> ExactDecimal? {
        guard !divisor.isZero, decimals >= 0, decimals <= Self.exponents.upperBound else { return nil }
        let denominator = divisor.magnitude
        var (quotient, rest) = magnitude.quotientAndRemainder(dividingBy: denominator)
        // Digits still to produce; negative when the quotient already has too many.
        var missing = exponent - divisor.exponent + decimals
        while missing > 0, rest != 0 {
            let shifted = rest.multipliedFullWidth(by: 10)
            let step = denominator.dividingFullWidth((shifted.high, shifted.low))
            let (grown, overflow) = quotient.multipliedReportingOverflow(by: 10)
            guard !overflow, grown < PowersOfTen.limit else { return nil }
            quotient = grown + step.quotient
            rest = step.remainder
            missing -= 1
        }
        let isNegative = isNegative != divisor.isNegative
        if missing > 0 {
            return ExactDecimal(magnitude: quotient, exponent: missing - decimals, isNegative: isNegative)
        }
        var remainder = RoundingMode.Remainder(rest, of: denominator)
        if missing < 0 {
            (quotient, remainder) = Self.cut(quotient, digits: -missing, hasRest: rest != 0)
        }
        if mode.grows(lastIsOdd: quotient & 1 == 1, remainder) { quotient += 1 }
        return ExactDecimal(magnitude: quotient, exponent: -decimals, isNegative: isNegative)
    }

    /// Drops the last digits of a quotient that itself left a rest, which lifts "nothing" and "half" by a hair.
    private static func cut(_ quotient: UInt128, digits: Int, hasRest: Bool) -> (UInt128, RoundingMode.Remainder) {
        guard let divisor = PowersOfTen.wide(digits) else {
            return (0, quotient == 0 && !hasRest ? .nothing : .belowHalf)
        }
        let (kept, rest) = quotient.quotientAndRemainder(dividingBy: divisor)
        let remainder = RoundingMode.Remainder(rest, of: divisor)
        return switch remainder {
        case .nothing where hasRest: (kept, .belowHalf)
        case .half where hasRest: (kept, .aboveHalf)
        default: (kept, remainder)
        }
    }
}
