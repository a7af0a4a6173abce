/// How amounts are written in one request or at one destination: in which unit, and what may be done to those that do not fit.
///
/// Inside the gateway amounts are always in major units; only requests have minor units.
///
///                       minor    inside   major
///     EUR (2 decimals)  4990     49.9     49.90
///     JPY (0)           50       50       50
///     KWD (3)           1500     1.5      1.500
package struct MoneyFormat: Sendable, Hashable {
    package enum Unit: String, Sendable, Hashable, CaseIterable {
        /// Euros: `49.90`.
        case major
        /// Cents: `4990`.
        case minor
    }

    package var unit: Unit
    /// Without one, an amount with more decimals than its currency is refused, never rounded in silence.
    package var rounding: RoundingMode?
    /// Whether `63.749999999999996` is read as `63.75`; see `ExactDecimal.denoised(decimals:)` for what that risks.
    package var toleratesFloatNoise: Bool
    package var allowsNegative: Bool

    package init(unit: Unit, rounding: RoundingMode? = nil, toleratesFloatNoise: Bool = false, allowsNegative: Bool = false) {
        self.unit = unit
        self.rounding = rounding
        self.toleratesFloatNoise = toleratesFloatNoise
        self.allowsNegative = allowsNegative
    }

    /// An amount as it was read, in major units.
    package struct Reading: Sendable, Hashable {
        package let amount: ExactDecimal
        /// Whether the text carried binary noise that `amount` no longer has; worth a warning.
        package let noiseRemoved: Bool
    }

    /// Reads an amount into major units.
    ///
    /// Without a currency, or in one without a minor unit, a major amount keeps all its decimals and a minor one is refused.
    /// `rounding` applies to major amounts only: a fraction of a cent mostly means that the unit is wrong.
    package func read(
        _ bytes: UnsafeBufferPointer<UInt8>,
        currency: Currency?,
        exponents: CurrencyExponents = .iso
    ) throws(MoneyError) -> Reading {
        let value: ExactDecimal
        do {
            value = try ExactDecimal(parsing: bytes)
        } catch {
            throw .notANumber(error)
        }
        if value.isNegative, !allowsNegative { throw .negative }
        switch unit {
        case .major: return try readMajor(value, currency, exponents)
        case .minor: return try readMinor(value, hasPlainPoint: bytes.hasPlainPoint, currency, exponents)
        }
    }

    package func read(_ text: String, currency: Currency?, exponents: CurrencyExponents = .iso) throws(MoneyError) -> Reading {
        var text = text
        return try text.withUTF8 { bytes in
            Result { () throws(MoneyError) in try read(bytes, currency: currency, exponents: exponents) }
        }.get()
    }

    private func readMajor(_ value: ExactDecimal, _ currency: Currency?, _ exponents: CurrencyExponents) throws(MoneyError) -> Reading {
        guard let currency, let exponent = exponents.exponent(of: currency), value.decimals > exponent else {
            return Reading(amount: value, noiseRemoved: false)
        }
        if toleratesFloatNoise, let meant = value.denoised(decimals: exponent) {
            return Reading(amount: meant, noiseRemoved: true)
        }
        guard let rounding else { throw .surplusDecimals(value.decimals, currency, exponent: exponent) }
        return Reading(amount: value.rounded(toDecimals: exponent, rounding), noiseRemoved: false)
    }

    private func readMinor(
        _ value: ExactDecimal,
        hasPlainPoint: Bool,
        _ currency: Currency?,
        _ exponents: CurrencyExponents
    ) throws(MoneyError) -> Reading {
        let (currency, exponent) = try minorUnit(currency, exponents)
        let meant = toleratesFloatNoise ? value.denoised(decimals: 0) : nil
        // `4990.0` is refused like `49.90`: if a point were allowed, cents and euros could not be distinguished.
        guard meant != nil || value.isInteger && !hasPlainPoint else { throw .fractionOfMinorUnit(currency, exponent: exponent) }
        guard let amount = (meant ?? value).scaled(byPowerOfTen: -exponent) else { throw .notANumber(DecimalError(kind: .outOfRange)) }
        return Reading(amount: amount, noiseRemoved: meant != nil)
    }

    /// Appends an amount in major units as this format has it, or appends nothing and throws.
    ///
    /// Major amounts get all decimals of their currency; without a currency or a minor unit, the shortest text. The value to
    /// quote in an error's sentence is the amount itself.
    package func write(
        _ amount: ExactDecimal,
        currency: Currency?,
        exponents: CurrencyExponents = .iso,
        into bytes: inout [UInt8]
    ) throws(MoneyError) {
        if amount.isNegative, !allowsNegative { throw .negative }
        switch unit {
        case .major:
            guard let currency, let exponent = exponents.exponent(of: currency) else {
                amount.append(to: &bytes)
                return
            }
            _ = try fitted(amount, currency, exponent).append(to: &bytes, decimals: exponent)
        case .minor:
            let (currency, exponent) = try minorUnit(currency, exponents)
            guard let minor = try fitted(amount, currency, exponent).scaled(byPowerOfTen: exponent) else {
                throw .notANumber(DecimalError(kind: .outOfRange))
            }
            minor.append(to: &bytes)
        }
    }

    private func minorUnit(_ currency: Currency?, _ exponents: CurrencyExponents) throws(MoneyError) -> (Currency, Int) {
        guard let currency else { throw .noCurrency }
        guard let exponent = exponents.exponent(of: currency) else { throw .noMinorUnit(currency) }
        return (currency, exponent)
    }

    private func fitted(_ amount: ExactDecimal, _ currency: Currency, _ exponent: Int) throws(MoneyError) -> ExactDecimal {
        guard amount.decimals > exponent else { return amount }
        guard let rounding else { throw .surplusDecimals(amount.decimals, currency, exponent: exponent) }
        return amount.rounded(toDecimals: exponent, rounding)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// A point in a number without an exponent: `49.90`, but not `4.99e3`.
    fileprivate var hasPlainPoint: Bool {
        var hasPoint = false
        for byte in self {
            if byte | 0x20 == UInt8(ascii: "e") { return false }
            if byte == UInt8(ascii: ".") { hasPoint = true }
        }
        return hasPoint
    }
}
