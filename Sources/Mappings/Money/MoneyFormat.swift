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
    /// What becomes of decimals that the currency does not have. Nil keeps them where they fit: read, they are kept with a warning; written in major
    /// units, they are sent; in minor units, which cannot hold them, the amount is rounded once, half up.
    package var surplus: SurplusRule?
    /// Whether `4990.0000000000009` is read as `4990` in minor units. In major units binary noise is always undone.
    package var toleratesFloatNoise: Bool
    package var allowsNegative: Bool

    package init(unit: Unit, surplus: SurplusRule? = nil, toleratesFloatNoise: Bool = false, allowsNegative: Bool = false) {
        self.unit = unit
        self.surplus = surplus
        self.toleratesFloatNoise = toleratesFloatNoise
        self.allowsNegative = allowsNegative
    }

    /// An amount as it was read, in major units.
    package struct Reading: Sendable, Hashable {
        package let amount: ExactDecimal
        /// What is worth a warning.
        package var note: Note?
    }

    package enum Note: Sendable, Hashable {
        /// The text carried binary noise that the amount no longer has.
        case noise
        /// The amount keeps decimals that its currency does not have.
        case surplus(Currency, exponent: Int)
        /// The amount was rounded to its currency's decimals.
        case rounded
    }

    /// Reads an amount into major units.
    ///
    /// Without a currency, or in one without a minor unit, a major amount keeps all its decimals and a minor one is refused.
    /// `surplus` applies to major amounts only: a fraction of a cent mostly means that the unit is wrong.
    package func read(
        _ bytes: UnsafeBufferPointer<UInt8>,
        currency: Currency?,
        exponents: CurrencyExponents = .iso
    ) throws(MoneyError) -> Reading {
        let exponent = currency.flatMap { exponents.exponent(of: $0) }
        let value: ExactDecimal
        var isRepaired = false
        do throws(DecimalError) {
            if unit == .major {
                (value, isRepaired) = try ExactDecimal.meant(by: bytes, decimals: exponent)
            } else {
                value = try ExactDecimal(parsing: bytes)
            }
        } catch {
            throw unit == .minor ? .notMinorUnits(error, currency, exponent: exponent ?? 2) : .notANumber(error)
        }
        if value.isNegative, !allowsNegative { throw .negative }
        switch unit {
        case .major: return try readMajor(value, isRepaired, currency, exponent)
        case .minor: return try readMinor(value, hasPlainPoint: bytes.hasPlainPoint, currency, exponents)
        }
    }

    package func read(_ text: String, currency: Currency?, exponents: CurrencyExponents = .iso) throws(MoneyError) -> Reading {
        var text = text
        return try text.withUTF8 { bytes in
            Result { () throws(MoneyError) in try read(bytes, currency: currency, exponents: exponents) }
        }.get()
    }

    private func readMajor(
        _ value: ExactDecimal, _ isRepaired: Bool, _ currency: Currency?, _ exponent: Int?
    ) throws(MoneyError) -> Reading {
        let note: Note? = isRepaired ? .noise : nil
        guard let currency, let exponent, value.decimals > exponent else { return Reading(amount: value, note: note) }
        switch surplus {
        case nil: return Reading(amount: value, note: note ?? .surplus(currency, exponent: exponent))
        case .refuse: throw .surplusDecimals(value.decimals, currency, exponent: exponent)
        case .round(let mode): return Reading(amount: value.rounded(toDecimals: exponent, mode), note: .rounded)
        }
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
        guard meant.map(\.isInteger) ?? (value.isInteger && !hasPlainPoint) else {
            throw .fractionOfMinorUnit(currency, exponent: exponent)
        }
        guard let amount = (meant ?? value).scaled(byPowerOfTen: -exponent) else { throw .notANumber(DecimalError(kind: .outOfRange)) }
        return Reading(amount: amount, note: meant == nil ? nil : .noise)
    }

    /// Appends an amount in major units as this format has it, or appends nothing and throws.
    ///
    /// Major amounts get all decimals of their currency; without a currency or a minor unit, the shortest text. The value to
    /// quote in an error's sentence is the amount itself.
    ///
    /// - Returns: the amount that the text says, if it is not the one that was given.
    @discardableResult
    package func write(
        _ amount: ExactDecimal,
        currency: Currency?,
        exponents: CurrencyExponents = .iso,
        into bytes: inout some ByteSink
    ) throws(MoneyError) -> ExactDecimal? {
        if amount.isNegative, !allowsNegative { throw .negative }
        switch unit {
        case .major:
            guard let currency, let exponent = exponents.exponent(of: currency) else {
                amount.append(to: &bytes)
                return nil
            }
            let fitted = rounds(currency, exponents) ? try fitted(amount, currency, exponent) : amount
            _ = fitted.append(to: &bytes, decimals: max(exponent, fitted.decimals))
            return fitted == amount ? nil : fitted
        case .minor:
            let (currency, exponent) = try minorUnit(currency, exponents)
            let fitted = try fitted(amount, currency, exponent)
            guard let minor = fitted.scaled(byPowerOfTen: exponent) else { throw .notANumber(DecimalError(kind: .outOfRange)) }
            minor.append(to: &bytes)
            return fitted == amount ? nil : fitted
        }
    }

    /// Whether amounts of this currency are written with no more decimals than it has. A partner's own number of decimals says what it can hold.
    package func rounds(_ currency: Currency, _ exponents: CurrencyExponents) -> Bool {
        unit == .minor || surplus != nil || exponents.overrides[currency] != nil
    }

    /// How surplus decimals are rounded when an amount is written; nil refuses them.
    package var writingMode: RoundingMode? {
        switch surplus {
        case nil: .halfUp
        case .refuse: nil
        case .round(let mode): mode
        }
    }

    private func minorUnit(_ currency: Currency?, _ exponents: CurrencyExponents) throws(MoneyError) -> (Currency, Int) {
        guard let currency else { throw .noCurrency }
        guard let exponent = exponents.exponent(of: currency) else { throw .noMinorUnit(currency) }
        return (currency, exponent)
    }

    private func fitted(_ amount: ExactDecimal, _ currency: Currency, _ exponent: Int) throws(MoneyError) -> ExactDecimal {
        guard amount.decimals > exponent else { return amount }
        guard let mode = writingMode else { throw .surplusDecimals(amount.decimals, currency, exponent: exponent) }
        return amount.rounded(toDecimals: exponent, mode)
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
