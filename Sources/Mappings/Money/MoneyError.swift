/// Why an amount cannot be read or written as it is.
///
/// The sentences state what the mapping's author or the sender can change; the value is passed again for the quote.
package enum MoneyError: Error, Sendable, Hashable {
    case notANumber(DecimalError)
    /// The same where minor units are taken.
    case notMinorUnits(DecimalError, Currency?, exponent: Int)
    case negative
    /// More decimals than the currency has, and no rounding named.
    case surplusDecimals(Int, Currency, exponent: Int)
    /// Minor units with a point or a fraction.
    case fractionOfMinorUnit(Currency, exponent: Int)
    case noMinorUnit(Currency)
    /// Minor units of an amount that came without a currency.
    case noCurrency

    /// Bounded, for metrics.
    package var kind: String {
        switch self {
        case .notANumber(let error), .notMinorUnits(let error, _, _): error.kind.rawValue
        case .negative: "negative"
        case .surplusDecimals: "surplus_decimals"
        case .fractionOfMinorUnit: "fraction_of_minor_unit"
        case .noMinorUnit: "no_minor_unit"
        case .noCurrency: "no_currency"
        }
    }

    /// `amount '12.505' has 3 decimals but EUR has 2`.
    package func sentence(field: String, value: String) -> String {
        let subject = "\(field) \(QuotedValue(value))"
        switch self {
        case .notANumber(let error):
            return error.sentence(field: field, value: value)
        case .notMinorUnits(let error, let currency, let exponent):
            return error.sentence(field: field, value: value, minorUnitsOf: currency, exponent: exponent)
        case .negative:
            return "\(subject) is negative; send zero or more"
        case .surplusDecimals(let decimals, let currency, let exponent):
            return "\(subject) has \(decimals) decimal\(decimals == 1 ? "" : "s") but \(currency) has \(exponent)"
        case .fractionOfMinorUnit(let currency, let exponent):
            return
                "\(subject) must be a whole number of minor units (\(currency): \(Self.example(Self.fraction(value), exponent: exponent)))"
        case .noMinorUnit(let currency):
            return "\(currency) has no minor unit; set exponents: {\(currency): 6} if amounts are in its smallest unit"
        case .noCurrency:
            return "\(subject) needs a currency to know its minor unit"
        }
    }

    /// The value in major units if it has a fraction: without one, nobody knows which unit was meant.
    private static func fraction(_ value: String) -> ExactDecimal? {
        (try? ExactDecimal(parsing: value)).flatMap { $0.isInteger ? nil : $0 }
    }

    /// `9.00 is 900`: an amount in major units and in minor ones.
    ///
    /// - Parameter meant: by the sender; nil gives another example.
    private static func example(_ meant: ExactDecimal?, exponent: Int) -> String {
        let (major, minor) = exampleParts(meant, exponent: exponent)
        return "\(major) is \(minor)"
    }

    static func exampleParts(_ meant: ExactDecimal?, exponent: Int) -> (major: String, minor: String) {
        for major in [meant, ExactDecimal(4990).scaled(byPowerOfTen: -exponent)] {
            if let major, let minor = major.scaled(byPowerOfTen: exponent), minor.isInteger, let text = major.text(decimals: exponent) {
                return (text, minor.description)
            }
        }
        return ("0", "0")
    }
}
