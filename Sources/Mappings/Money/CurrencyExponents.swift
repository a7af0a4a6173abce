/// How many digits the minor unit of a currency has at one partner: ISO 4217, with the partner's deviations.
///
///     EUR, no override          →  2
///     CVE, overrides {CVE: 0}   →  0
///     USDT, no override         →  nil: it has no minor unit until one is set
package struct CurrencyExponents: Sendable, Hashable {
    /// The values that an override may have. The reader of a file checks this; amounts in a currency whose override is
    /// outside it are refused.
    package static let allowed = 0...30
    /// ISO 4217 without overrides.
    package static let iso = CurrencyExponents()

    package let overrides: [Currency: Int]
    private let isISO: Bool

    package init(overrides: [Currency: Int] = [:]) {
        self.overrides = overrides
        isISO = overrides.isEmpty
    }

    package func exponent(of currency: Currency) -> Int? {
        guard !isISO, let exponent = overrides[currency] else { return currency.minorUnits }
        return Self.allowed.contains(exponent) ? exponent : nil
    }
}
