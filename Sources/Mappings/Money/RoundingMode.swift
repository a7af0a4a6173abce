/// What becomes of the digits that do not fit. Negative amounts are rounded like positive ones, so that what is taken back is what was given.
///
///                 1.005   -1.005   1.015   (to 2 decimals)
///     half_up     1.01    -1.01    1.02    a half goes away from zero
///     half_even   1.00    -1.00    1.02    a half goes to the even digit
///     down        1.00    -1.00    1.01    towards zero
///     up          1.01    -1.01    1.02    away from zero
package enum RoundingMode: String, Sendable, Hashable, CaseIterable {
    case halfUp = "half_up"
    case halfEven = "half_even"
    case down
    case up

    /// What was cut off, measured against half a unit of the last digit kept.
    enum Remainder {
        case nothing, belowHalf, half, aboveHalf

        /// For a remainder below `divisor`; comparing with what is missing avoids doubling, which could overflow.
        init<Word: FixedWidthInteger & UnsignedInteger>(_ remainder: Word, of divisor: Word) {
            if remainder == 0 {
                self = .nothing
            } else {
                let missing = divisor - remainder
                self = remainder < missing ? .belowHalf : remainder == missing ? .half : .aboveHalf
            }
        }
    }

    /// Whether the last digit kept grows by one, away from zero.
    func grows(lastIsOdd: Bool, _ remainder: Remainder) -> Bool {
        switch (self, remainder) {
        case (_, .nothing), (.down, _): false
        case (.up, _): true
        case (_, .belowHalf): false
        case (_, .aboveHalf): true
        case (.halfUp, .half): true
        case (.halfEven, .half): lastIsOdd
        }
    }
}
