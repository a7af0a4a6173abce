/// Finds out what a sender did to a number that the grammar refuses, and how it is written here.
///
///     1,234.56  →  thousandsSeparator, 1234.56
///     12,50     →  decimalComma, 12.50
///     1,234     →  ambiguousComma, no rewrite: it could be 1234 or 1.234
struct DecimalDiagnosis {
    static let maximumBytes = 64

    let kind: DecimalError.Kind
    /// The same number in the accepted spelling; nil if more than one number could be meant.
    let rewrite: String?

    init(_ value: String) {
        let text = Self.trimmed(value[...])
        guard !text.isEmpty else {
            (kind, rewrite) = (.empty, nil)
            return
        }
        guard value.utf8.count <= Self.maximumBytes else {
            (kind, rewrite) = (.notANumber, nil)
            return
        }
        (kind, rewrite) =
            Self.notFinite(text) ?? Self.plusSign(text) ?? Self.unfinished(text) ?? Self.underscore(text) ?? Self.currencySign(text)
            ?? Self.separators(text) ?? Self.foreignDigits(text) ?? (.notANumber, nil)
    }

    private typealias Finding = (DecimalError.Kind, String?)

    private static func notFinite(_ text: Substring) -> Finding? {
        let word = text.drop { $0 == "-" || $0 == "+" }.lowercased()
        return ["nan", "inf", "infinity"].contains(word) ? (.notFinite, nil) : nil
    }

    private static func plusSign(_ text: Substring) -> Finding? {
        guard text.first == "+", let rest = plain(text.dropFirst()), rest.first != "-" else { return nil }
        return (.plusSign, rest)
    }

    private static func unfinished(_ text: Substring) -> Finding? {
        if text.last == ".", isNumber(text.dropLast()) { return (.missingFraction, String(text.dropLast())) }
        let mantissa = text.last == "+" || text.last == "-" ? text.dropLast() : text
        guard mantissa.last == "e" || mantissa.last == "E", isNumber(mantissa.dropLast()) else { return nil }
        return (.missingExponent, nil)
    }

    private static func underscore(_ text: Substring) -> Finding? {
        let rest = text.filter { $0 != "_" }
        guard rest.count < text.count, isNumber(rest[...]) else { return nil }
        return (.underscore, rest)
    }

    /// A symbol or a code before or after the number, on either side of the minus.
    private static func currencySign(_ text: Substring) -> Finding? {
        let isNegative = text.first == "-"
        let body = isNegative ? trimmed(text.dropFirst()) : text
        let leading = body.prefix(while: isCurrencyCharacter)
        let trailing = String(body.dropFirst(leading.count).reversed().prefix(while: isCurrencyCharacter).reversed())[...]
        guard leading.isEmpty != trailing.isEmpty else { return nil }
        let sign = leading.isEmpty ? trailing : leading
        guard isCurrencySign(sign) else { return nil }
        let amount = trimmed(leading.isEmpty ? body.dropLast(trailing.count) : body.dropFirst(leading.count))
        guard amount.first != "-" || !isNegative, let rest = plain(amount) else { return nil }
        return (.currencySign, isNegative ? "-" + rest : rest)
    }

    private static func isCurrencyCharacter(_ character: Character) -> Bool {
        character.isCurrencySymbol || character.isASCII && character.isLetter
    }

    private static func isCurrencySign(_ sign: Substring) -> Bool {
        sign.contains(where: \.isCurrencySymbol) || Currency(code: String(sign)) != nil
    }

    /// Commas, and points or spaces between groups of three digits.
    private static func separators(_ text: Substring) -> Finding? {
        let isNegative = text.first == "-"
        let body = isNegative ? text.dropFirst() : text
        let marks = body.filter { !isDigit($0) }
        guard let lastMark = marks.last, marks.allSatisfy({ isGrouping($0) || $0 == "." }) else { return nil }

        let isDecimalMark = lastMark == "." || lastMark == ","
        let isOnlyMark = marks.count == 1
        var whole = body
        var fraction: Substring?
        if isDecimalMark, isOnlyMark || marks.dropLast().allSatisfy({ $0 != lastMark }) {
            let parts = body.split(separator: lastMark, omittingEmptySubsequences: false)
            whole = parts[0]
            fraction = parts[1]
        }
        if isOnlyMark, lastMark == ",", fraction?.count == 3, whole.count <= 3, whole != "0" {
            return whole.isEmpty ? nil : (.ambiguousComma, nil)
        }
        let separator = marks.first.flatMap { fraction != nil && isOnlyMark ? nil : $0 }
        guard let digits = ungrouped(whole, separator: separator), fraction?.isEmpty != true else { return nil }
        let number = (isNegative ? "-" : "") + digits + (fraction.map { "." + $0 } ?? "")
        guard isNumber(number[...]) else { return nil }
        return (separator == nil ? .decimalComma : .thousandsSeparator, number)
    }

    /// Joins `1,234,567` if the groups are as they should be.
    private static func ungrouped(_ whole: Substring, separator: Character?) -> String? {
        guard let separator else { return whole.isEmpty ? nil : String(whole) }
        let groups = whole.split(separator: separator, omittingEmptySubsequences: false)
        guard groups.count > 1, (1...3).contains(groups[0].count), groups.dropFirst().allSatisfy({ $0.count == 3 }) else { return nil }
        return groups.joined()
    }

    private static func foreignDigits(_ text: Substring) -> Finding? {
        guard !text.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        var number = ""
        for scalar in text.unicodeScalars {
            if scalar.properties.numericType == .decimal, let digit = scalar.properties.numericValue {
                number += String(Int(digit))
            } else {
                number.unicodeScalars.append(scalar)
            }
        }
        return isNumber(number[...]) ? (.foreignDigits, number) : nil
    }

    /// The number as sent, or with its separators taken out.
    private static func plain(_ text: Substring) -> String? {
        isNumber(text) ? String(text) : separators(text)?.1
    }

    private static func isNumber(_ text: Substring) -> Bool {
        guard text == trimmed(text) else { return false }
        return Array(text.utf8).withUnsafeBufferPointer { (try? ExactDecimal.scan($0)) != nil }
    }

    private static func isDigit(_ character: Character) -> Bool { character >= "0" && character <= "9" && character.isASCII }
    private static func isGrouping(_ character: Character) -> Bool { ",. '’\u{A0}\u{202F}".contains(character) }

    private static func trimmed(_ text: Substring) -> Substring {
        var text = text
        while text.first == " " || text.first == "\t" { text.removeFirst() }
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
