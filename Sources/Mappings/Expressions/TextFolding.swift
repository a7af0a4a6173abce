/// What platforms take out of a text before they hash it.
enum TextFolding {
    /// Digits of any script, as ASCII ones.
    static func digits(_ text: String) -> String {
        var digits = ""
        for scalar in text.unicodeScalars { if let digit = scalar.decimalDigit { digits.append(digit) } }
        return digits
    }

    /// Letters, with their marks, and digits, in lower case.
    static func letters(_ text: String) -> String {
        var letters = String.UnicodeScalarView()
        for scalar in text.lowercased().unicodeScalars where scalar.isOfWord { letters.append(scalar) }
        return String(letters)
    }

    static func without(_ characters: String, in text: String) -> String {
        let unwanted = Set(characters.unicodeScalars)
        var kept = String.UnicodeScalarView()
        for scalar in text.unicodeScalars where !unwanted.contains(scalar) { kept.append(scalar) }
        return String(kept)
    }

    /// An address as Gmail knows it: without the dots before the `@` and what follows a `+`. Other addresses stay.
    static func gmail(_ address: String) -> String {
        guard let at = address.lastIndex(of: "@") else { return address }
        let domain = address[at...].lowercased()
        guard domain == "@gmail.com" || domain == "@googlemail.com" else { return address }
        let name = address[..<at].prefix { $0 != "+" }.filter { $0 != "." }
        return name.isEmpty ? address : name + address[at...]
    }

    /// Whether the text is the hexadecimal form of an MD5, SHA-1 or SHA-256 digest.
    static func isDigest(_ text: String) -> Bool {
        [32, 40, 64].contains(text.utf8.count) && text.utf8.allSatisfy { $0.hexDigit != nil }
    }
}

extension Unicode.Scalar {
    /// `7` for a seven of any script.
    var decimalDigit: Character? {
        if (0x30...0x39).contains(value) { return Character(self) }
        guard !isASCII, properties.numericType == .decimal, let number = properties.numericValue, (0...9).contains(number) else {
            return nil
        }
        return Character(Unicode.Scalar(UInt8(0x30 + UInt8(number))))
    }

    fileprivate var isOfWord: Bool {
        if isASCII { return (0x61...0x7A).contains(value) || (0x30...0x39).contains(value) }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .nonspacingMark, .spacingMark,
            .decimalNumber:
            return true
        default: return false
        }
    }
}
