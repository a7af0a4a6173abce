/// A currency code: three to five upper-case letters or digits, a letter first.
///
/// Being well-formed is all a `Currency` promises: `USDT` is one, and so is `DEM`. `Currency.parse(_:rule:)` asks for more.
package struct Currency: Sendable, Hashable, CustomStringConvertible {
    /// The ASCII bytes, the last one lowest, so that three letters fill exactly the lower three bytes.
    private let packed: UInt64

    /// Lower case is accepted and upper-cased; blanks are not: `parse(_:rule:)` ignores those around a code.
    package init?(code: String) {
        guard let currency = code.utf8.withContiguousStorageIfAvailable(Self.init(bytes:)) ?? Self(bytes: code.utf8) else { return nil }
        self = currency
    }

    package init?(code bytes: UnsafeBufferPointer<UInt8>) {
        self.init(bytes: bytes)
    }

    @inline(__always)
    private init?(bytes: some Collection<UInt8>) {
        var packed: UInt64 = 0
        var count = 0
        for byte in bytes {
            let isLetter = (byte | 0x20) &- UInt8(ascii: "a") < 26
            let isDigit = byte &- UInt8(ascii: "0") < 10
            guard count < 5, isLetter || isDigit && count > 0 else { return nil }
            packed = packed << 8 | UInt64(isLetter ? byte & 0xDF : byte)
            count &+= 1
        }
        guard count >= 3 else { return nil }
        self.packed = packed
    }

    package var code: String { withBytes { String(valid: $0) } }
    package var description: String { code }

    package func append(to bytes: inout [UInt8]) {
        withBytes { bytes.append(contentsOf: $0) }
    }

    /// Digits of the minor unit by ISO 4217: 2 for EUR, 0 for JPY; `nil` for codes without one (XAU, XTS) and for those not
    /// in use there (USDT, DEM). `CurrencyExponents` adds what partners do differently.
    package var minorUnits: Int? {
        if case .active(let minorUnits) = CurrencyTable.entry(of: self) { minorUnits } else { nil }
    }

    /// Whether the code is in use today, metals, funds and test codes included.
    package var isISO4217: Bool {
        if case .active = CurrencyTable.entry(of: self) { true } else { false }
    }

    /// When the code went out of use, as the list words it: `2002-03`, `1989 to 1990`; `nil` if it did not. Searches a
    /// list, so it is for errors.
    package var withdrawn: String? { isISO4217 ? nil : CurrencyTable.withdrawal(of: code) }

    /// The place of a code of three letters among all 26³, `nil` for any other.
    var tableIndex: Int? {
        guard packed >> 24 == 0 else { return nil }
        let first = Int(packed >> 16) - 65
        let second = Int(packed >> 8 & 0xFF) - 65
        let third = Int(packed & 0xFF) - 65
        // Digits come before the letters, so a code with one has a negative place here.
        guard second >= 0, third >= 0 else { return nil }
        return (first * 26 + second) * 26 + third
    }

    @inline(__always)
    private func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 5) { buffer in
            var rest = packed
            var index = 5
            while rest != 0 {
                index &-= 1
                buffer[index] = UInt8(truncatingIfNeeded: rest)
                rest >>= 8
            }
            return body(UnsafeBufferPointer(rebasing: buffer[index...]))
        }
    }
}
