/// A conversion's identifier: 26 characters of Crockford's Base32, 48 bits of milliseconds before 80 random bits (the ULID layout).
///
/// Ids sort by time both as numbers and as text. The time and the random bits come from the caller.
package struct ConversionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// - Parameter random: 80 bits are used, all of `low` and 16 of `high`.
    package init(at time: Timestamp, random: (high: UInt16, low: UInt64)) {
        high = UInt64(truncatingIfNeeded: time.milliseconds) << 16 | UInt64(random.high)
        low = random.low
    }

    package static func < (left: Self, right: Self) -> Bool { (left.high, left.low) < (right.high, right.low) }

    /// The moment the id was made, to the millisecond.
    package var time: Timestamp { Timestamp(microseconds: Int64(high >> 16) &* 1000) }

    private static let alphabet: [UInt8] = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    package var description: String {
        String(unsafeUninitializedCapacity: 26) { buffer in
            var (high, low) = (high, low)
            for index in stride(from: 25, through: 0, by: -1) {
                buffer[index] = Self.alphabet[Int(low & 31)]
                low = low >> 5 | high << 59
                high >>= 5
            }
            return 26
        }
    }

    /// Nil unless the text is an id as `description` writes it; lower case is accepted.
    package init?(_ text: some StringProtocol) {
        guard text.utf8.count == 26 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in text.utf8.enumerated() {
            let upper = byte >= 0x61 ? byte & 0xDF : byte
            guard let digit = Self.alphabet.firstIndex(of: upper), index > 0 || digit < 8 else { return nil }
            high = high << 5 | low >> 59
            low = low << 5 | UInt64(digit)
        }
        self.init(high: high, low: low)
    }
}
