extension String {
    /// With everything that a terminal would obey, reorder or hide written out as JSON writes it: `\n`, `\u001b`, `\u202e`.
    ///
    /// These are control characters, line breaks, and what is invisible by itself, such as U+200D between two emoji. In a line of JSON the
    /// result is the same JSON, since such a character is only inside a string there.
    var printable: String {
        guard utf8.contains(where: { !(0x20..<0x7F).contains($0) }), unicodeScalars.contains(where: \.isUnprintable) else { return self }
        var text = UnicodeScalarView()
        for scalar in unicodeScalars {
            if scalar.isUnprintable { text.append(contentsOf: scalar.escape.unicodeScalars) } else { text.append(scalar) }
        }
        return String(text)
    }
}

extension Unicode.Scalar {
    fileprivate var isUnprintable: Bool {
        if value < 0x7F { return value < 0x20 }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return properties.isDefaultIgnorableCodePoint
        }
    }

    fileprivate var escape: String {
        switch self {
        case "\n": "\\n"
        case "\t": "\\t"
        case "\r": "\\r"
        default:
            UTF16.encode(self)?.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }.joined() ?? ""
        }
    }
}
