/// A telephone number in the form of ITU-T E.164: `+493012345678`.
///
///     +49 (0)30 1234-5678   DE  →  +493012345678
///     030 12345678          DE  →  +493012345678
///     0049 30 12345678          →  +493012345678
///     (650) 555-1212        US  →  +16505551212
///     4930 12345678         DE  →  +493012345678: a calling code, since a number inside Germany begins with 0
///     06 12345678           IT  →  +390612345678: Italy dials no prefix, so the zero is part of the number
enum PhoneNumber {
    /// Nil if the text is no number, or could be two.
    /// - Parameter country: where a number is dialled that does not say its country; nil if that is unknown.
    static func e164(_ text: String, country: String?) -> String? {
        guard let (digits, isInternational) = digits(of: text) else { return nil }
        if isInternational { return international(digits[...]) }
        guard let country else { return digits.hasPrefix("00") ? international(digits.dropFirst(2)) : nil }
        guard let plan = Country.named(country)?.phones else { return nil }
        return dialled(digits, plan)
    }

    /// At least the digits of the shortest numbers with their code, at most those that E.164 allows.
    private static let length = 7...15

    private static func international(_ digits: Substring) -> String? {
        guard length.contains(digits.count), let (code, rest, dropsZero) = PhonePlan.split(digits) else { return nil }
        let number = dropsZero && rest.first == "0" ? rest.dropFirst() : rest
        return length.contains(code.count + number.count) ? "+\(code)\(number)" : nil
    }

    private static func dialled(_ digits: String, _ plan: PhonePlan) -> String? {
        if let exit = plan.exitPrefix, digits.hasPrefix(exit), let number = international(digits.dropFirst(exit.count)) { return number }
        func national(_ number: Substring) -> String? { plan.lengths.contains(number.count) ? "+\(plan.callingCode)\(number)" : nil }
        for prefix in plan.trunkPrefixes where digits.hasPrefix(prefix) {
            if let number = national(digits.dropFirst(prefix.count)) { return number }
        }
        let behindCode = digits.hasPrefix(plan.callingCode) ? national(digits.dropFirst(plan.callingCode.count)) : nil
        guard let behindCode else { return national(digits[...]) }
        // Where a prefix is dialled, what begins with the calling code is not a number without it. Elsewhere it may be either.
        return plan.trunkPrefixes.isEmpty && national(digits[...]) != nil ? nil : behindCode
    }

    /// The digits without what people put between them and behind them, and whether a plus is before them.
    private static func digits(of text: String) -> (digits: String, isInternational: Bool)? {
        var digits = ""
        var isInternational = false
        for scalar in text.trimmed.unicodeScalars {
            if let digit = scalar.decimalDigit {
                digits.append(digit)
            } else if scalar == "+" || scalar == "\u{FF0B}" {
                guard digits.isEmpty, !isInternational else { return nil }
                isInternational = true
            } else if !separators.contains(scalar), !scalar.properties.isWhitespace {
                // An extension follows a whole number.
                guard digits.count >= length.lowerBound, extensions.contains(scalar) else { return nil }
                break
            }
        }
        return digits.isEmpty ? nil : (digits, isInternational)
    }

    private static let separators: Set<Unicode.Scalar> = [
        "-", ".", "/", "(", ")", "[", "]", "~", "\u{AD}", "\u{200B}", "\u{200E}", "\u{202A}", "\u{202C}", "\u{2010}", "\u{2011}",
        "\u{2012}",
        "\u{2013}", "\u{2014}", "\u{2212}",
    ]
    private static let extensions: Set<Unicode.Scalar> = ["x", "X", "e", "E", "#", ";", ","]
}
