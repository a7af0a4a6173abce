extension Currency {
    /// Which codes a field takes.
    package enum Rule: String, Sendable, Hashable, CaseIterable {
        /// Codes in use by ISO 4217, XAU and the other codes without a minor unit included.
        case iso
        /// Any three to five letters or digits with a letter first, such as USDT; withdrawn codes too.
        case any
    }

    /// Reads a code in either case, with spaces and tabs around it ignored.
    package static func parse(_ bytes: UnsafeBufferPointer<UInt8>, rule: Rule) throws(CurrencyError) -> Currency {
        var start = 0
        var end = bytes.count
        while start < end, bytes[start].isBlank { start += 1 }
        while start < end, bytes[end - 1].isBlank { end -= 1 }
        guard start < end else { throw CurrencyError(kind: .empty, rule: rule) }
        guard let currency = Currency(code: UnsafeBufferPointer(rebasing: bytes[start..<end])) else {
            throw CurrencyError(kind: .malformed, rule: rule)
        }
        if rule == .iso, !currency.isISO4217 {
            throw CurrencyError(kind: currency.withdrawn == nil ? .unknown : .withdrawn, rule: rule)
        }
        return currency
    }

    package static func parse(_ text: String, rule: Rule) throws(CurrencyError) -> Currency {
        var text = text
        return try text.withUTF8 { bytes in
            Result { () throws(CurrencyError) in try parse(bytes, rule: rule) }
        }.get()
    }
}
