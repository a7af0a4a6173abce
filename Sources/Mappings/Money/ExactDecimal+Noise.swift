// What a sender's binary floating point did to a number, found and undone by whole numbers alone.

extension ExactDecimal {
    /// Decimals that people and shops really use: eight, as coins have them. A number with no more is what its sender means.
    static let honestDecimals = 8

    /// The number that was meant, or nil if this one shows no binary noise.
    ///
    /// A double holds 53 bits, so a program that writes all of them turns 19.99 into `19.989999999999998`. Noise is a number with at
    /// least 15 significant digits and more than 8 decimals that lies so near to a short one that a double hardly separates the two. Of
    /// the numbers with 0, 1, … 8 decimals the first one counts that is near enough:
    ///
    ///     up to 12 significant digits    within 2^-48 of the value: 16 to 32 steps of a double, the traces of some sums and products
    ///     13 to 15 significant digits    within 2^-52 of the value: one or two steps, what writing a double adds
    ///
    /// A double above 10^8 leaves no room for 8 more decimals. So 17 digits and more, which no person writes, are also noise within 2^-52 of
    /// a number with the decimals of its currency, or with two.
    ///
    ///     59.699999999999996                                    →  59.7
    ///     67.2000000000000028421709430404007434844970703125    →  67.2
    ///     12.441600000000001                                    →  12.4416
    ///     123456789.01000001 (2 decimals)                       →  123456789.01
    ///     3.3333333333333335                                    →  nil: no short number is near
    ///     0.12345678, 4.1472, 448.753425                        →  nil: 8 decimals or fewer
    ///
    /// - Parameter decimals: of the currency; nil if they are not known.
    package func denoised(decimals: Int?) -> ExactDecimal? {
        guard self.decimals > max(decimals ?? 2, 0) else { return nil }
        let isLong = self.decimals > Self.honestDecimals
        let most = isLong ? Self.honestDecimals : max(decimals ?? 0, 2)
        guard significantDigits >= (isLong ? 15 : 17) else { return nil }
        for decimals in 0...most {
            let short = rounded(toDecimals: decimals, .halfEven)
            let digits = short.significantDigits
            guard digits <= 15 else { return nil }
            if isWithin(isLong && digits <= 12 ? 48 : 52, of: short) { return short }
        }
        return nil
    }

    /// Whether the distance is at most the value × 2^-`bits`. Both have the same power of ten, since the last digit of this value is behind all
    /// digits of `short`.
    private func isWithin(_ bits: Int, of short: ExactDecimal) -> Bool {
        guard let distance = subtracting(short)?.absolute, distance.exponent == exponent else { return false }
        return distance.magnitude <= magnitude >> UInt128(bits)
    }
}

extension ExactDecimal {
    /// Reads a number and undoes binary noise in it.
    ///
    /// - Parameter decimals: of the currency; nil if they are not known.
    /// - Returns: the number that is meant, and whether the text says another one.
    package static func meant(
        by bytes: UnsafeBufferPointer<UInt8>, decimals: Int? = nil
    ) throws(DecimalError) -> (value: ExactDecimal, isRepaired: Bool) {
        do throws(DecimalError) {
            let value = try ExactDecimal(parsing: bytes)
            guard value.decimals > 0, let meant = value.denoised(decimals: decimals) else { return (value, false) }
            return (meant, true)
        } catch {
            guard error.kind == .tooManyDigits, let expansion = BinaryExpansion(bytes) else { throw error }
            return (expansion.value.denoised(decimals: decimals) ?? expansion.value, true)
        }
    }

    package static func meant(by text: String, decimals: Int? = nil) throws(DecimalError) -> (value: ExactDecimal, isRepaired: Bool) {
        var text = text
        return try text.withUTF8 { bytes in
            Result { () throws(DecimalError) in try meant(by: bytes, decimals: decimals) }
        }.get()
    }
}
