extension String {
    /// Whether the first character may begin a macro, or white space before one. Most texts are none by that alone.
    var mayBeMacro: Bool {
        utf8.first?.mayBeginMacro ?? false
    }

    /// Whether the whole text is a macro that was not filled in, or a program's word for nothing.
    ///
    /// Seen in the wild: `{click_id}`, `{{cid}}`, `%7Bclickid%7D`, `[CLICKID]`, `#reqid#`, `<subid>`, `${id}`, `%click%`, `null`, `undefined`.
    package var isUnexpandedMacro: Bool {
        guard let first = utf8.first, let last = utf8.last else { return false }
        switch (first, last) {
        // `{6F9619FF-8B86-D011-B42D-00CF4FC964FF}` is how some write a GUID.
        case (UInt8(ascii: "{"), UInt8(ascii: "}")):
            return !(utf8.count == 38 && utf8.dropFirst().dropLast().allSatisfy { $0.hexDigit != nil || $0 == UInt8(ascii: "-") })
        case (UInt8(ascii: "["), UInt8(ascii: "]")), (UInt8(ascii: "<"), UInt8(ascii: ">")): return true
        case (UInt8(ascii: "#"), UInt8(ascii: "#")): return utf8.count > 2
        case (UInt8(ascii: "$"), UInt8(ascii: "}")): return hasPrefix("${")
        case (UInt8(ascii: "%"), _):
            if last == UInt8(ascii: "%") { return utf8.count > 2 }
            let upper = uppercased()
            return upper.hasPrefix("%7B") && upper.hasSuffix("%7D") || upper.hasPrefix("%5B") && upper.hasSuffix("%5D")
        case (UInt8(ascii: "n"), _), (UInt8(ascii: "N"), _), (UInt8(ascii: "u"), _), (UInt8(ascii: "U"), _):
            return isEqualIgnoringCase("null") || isEqualIgnoringCase("undefined")
        default: return false
        }
    }
}

extension FieldPath {
    /// Texts and times in which a macro or `null` is never meant: everything but people's names, free words, and the currency, which must not be
    /// guessed.
    var refusesMacros: Bool {
        switch self {
        case .subID, .clickID: true
        case .field(let field):
            switch field {
            case .customerFirstName, .customerLastName, .customerCity, .reason, .eventName, .currency: false
            default: field.kind == .text || field.kind == .time
            }
        default: false
        }
    }
}

extension UInt8 {
    /// Whether a macro, or white space before one, may begin with this byte.
    var mayBeginMacro: Bool {
        switch self {
        case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "<"), UInt8(ascii: "#"), UInt8(ascii: "$"), UInt8(ascii: "%"): true
        case UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "u"), UInt8(ascii: "U"): true
        default: !isVisibleASCII
        }
    }
}
