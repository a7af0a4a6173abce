/// Why a text is not a number the gateway reads.
///
/// Holds only the bounded `kind`; the value stays with the caller, who passes it again for the sentence.
package struct DecimalError: Error, Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case empty
        case notANumber = "not_a_number"
        case notFinite = "not_finite"
        case plusSign = "plus_sign"
        case thousandsSeparator = "thousands_separator"
        case decimalComma = "decimal_comma"
        case ambiguousComma = "ambiguous_comma"
        case currencySign = "currency_sign"
        case underscore
        case foreignDigits = "foreign_digits"
        case missingFraction = "missing_fraction"
        case missingExponent = "missing_exponent"
        case tooManyDigits = "too_many_digits"
        case outOfRange = "out_of_range"
    }

    package let kind: Kind

    package init(kind: Kind) { self.kind = kind }

    /// For text the number grammar refused.
    @inline(never)
    init(diagnosing bytes: UnsafeBufferPointer<UInt8>) {
        // Only short values are looked into, so a long one costs no more than a short one.
        let beginning = bytes.prefix(DecimalDiagnosis.maximumBytes + 1)
        kind = DecimalDiagnosis(String(decoding: beginning, as: UTF8.self)).kind
    }

    /// `amount '12,50' has a decimal comma; write 12.50`. A spelling is proposed only if it can mean no other number.
    package func sentence(field: String, value: String) -> String {
        "\(field) \(QuotedValue(value)) \(rule(for: value))"
    }

    /// The same where minor units are taken: `amount '9,00' has a decimal comma; send a whole number of minor units (EUR: 9.00 is 900)`.
    ///
    /// - Parameter currency: nil if it is not known yet.
    package func sentence(field: String, value: String, minorUnitsOf currency: Currency?, exponent: Int) -> String {
        let (major, minor) = MoneyError.exampleParts(amount(meantBy: value), exponent: exponent)
        let example = currency.map { " (\($0): \(major) is \(minor))" } ?? ", such as \(minor) for EUR \(major)"
        let write = wholeNumber(meantBy: value).map { "write \($0)" } ?? "send a whole number of minor units" + example
        return "\(field) \(QuotedValue(value)) \(rule(write, sample: "4990"))"
    }

    private func rewrite(_ value: String) -> String? {
        let diagnosis = DecimalDiagnosis(value)
        return diagnosis.kind == kind ? diagnosis.rewrite : nil
    }

    /// In minor units, if it can be nothing else.
    private func wholeNumber(meantBy value: String) -> String? {
        switch kind {
        case .thousandsSeparator, .plusSign, .underscore, .foreignDigits: rewrite(value).flatMap { $0.contains(".") ? nil : $0 }
        default: nil
        }
    }

    /// In major units.
    private func amount(meantBy value: String) -> ExactDecimal? { rewrite(value).flatMap { try? ExactDecimal(parsing: $0) } }

    private func rule(for value: String) -> String {
        rule("write \(rewrite(value) ?? "plain digits with a point for decimals, such as 1234.56")", sample: "49.90")
    }

    private func rule(_ write: String, sample: String) -> String {
        switch kind {
        case .empty: "is empty; send a number such as \(sample)"
        case .notANumber: "is not a number; \(write)"
        case .notFinite: "is not a finite number; \(write)"
        case .plusSign: "has a plus sign; \(write)"
        case .thousandsSeparator: "has a thousands separator; \(write)"
        case .decimalComma: "has a decimal comma; \(write)"
        case .ambiguousComma: "has a comma that could mean thousands or decimals; \(write)"
        case .currencySign: "has a currency sign; \(write)"
        case .underscore: "has an underscore; \(write)"
        case .foreignDigits: "has digits other than 0 to 9; \(write)"
        case .missingFraction: "has no digit after the point; \(write)"
        case .missingExponent: "has no digits after the e; \(write)"
        case .tooManyDigits: "has more than \(ExactDecimal.maximumDigits) significant digits; round it before sending"
        case .outOfRange: "is out of range; its power of ten must be between -60 and 60"
        }
    }
}
