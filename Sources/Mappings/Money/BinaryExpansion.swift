/// The whole decimal expansion of a double: what some programs write if they are asked for a hundred digits.
///
///     67.2000000000000028421709430404007434844970703125
///
/// Such a text has more digits than an `ExactDecimal`. It ends because a double is a whole number below 2^53 divided by a power of two, and that is
/// how it is recognised. 17 of its digits say which double it is, so no more are kept.
struct BinaryExpansion {
    /// Rounded to 17 significant digits.
    let value: ExactDecimal

    /// A double of 0.0001 has 66 decimals; what is longer than this is no amount.
    static let maximumBytes = 96
    /// The expansion is gone through in groups of nine digits.
    private static let group: UInt64 = 1_000_000_000

    /// Nil if the text is anything else.
    init?(_ bytes: UnsafeBufferPointer<UInt8>) {
        var text = bytes[...]
        while text.first?.isBlank == true { text.removeFirst() }
        while text.last?.isBlank == true { text.removeLast() }
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative { text.removeFirst() }
        guard text.count <= Self.maximumBytes, let point = text.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        var fraction = text[text.index(after: point)...]
        while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
        let whole = text[..<point]
        guard !whole.isEmpty, whole.count <= 16, whole.allSatisfy(\.isDigit), !fraction.isEmpty, fraction.allSatisfy(\.isDigit) else {
            return nil
        }
        let start = whole.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) }
        guard Self.isDouble(start, fraction) else { return nil }
        var digits: [UInt8] = []
        for digit in Array(whole) + Array(fraction) where !digits.isEmpty || digit != 0x30 { digits.append(digit) }
        let kept = digits.prefix(ExactDecimal.maximumDigits)
        let magnitude = kept.reduce(UInt128(0)) { $0 * 10 + UInt128($1 - 0x30) }
        let exponent = digits.count - kept.count - fraction.count
        guard let number = ExactDecimal(magnitude: magnitude, exponent: exponent, isNegative: isNegative) else { return nil }
        // What is cut off decides nothing here: behind 38 digits it cannot make a half of the 18th.
        value = number.rounded(toDecimals: max(0, 17 - digits.count + fraction.count), .halfUp)
    }

    /// Doubles the fraction until nothing of it is left; what was carried must stay below 2^53.
    private static func isDouble(_ whole: UInt64, _ fraction: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        var groups: [UInt64] = []
        var rest = fraction
        while !rest.isEmpty {
            let digits = rest.prefix(9)
            var group = digits.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) }
            for _ in digits.count..<9 { group *= 10 }
            groups.append(group)
            rest = rest.dropFirst(9)
        }
        var carried = whole
        while carried < 1 << 53 {
            if groups.allSatisfy({ $0 == 0 }) { return true }
            var carry: UInt64 = 0
            for index in groups.indices.reversed() {
                let doubled = groups[index] * 2 + carry
                carry = doubled >= Self.group ? 1 : 0
                groups[index] = doubled - carry * Self.group
            }
            // Leading zeros of a small number cost doublings, too; it is at least 10^-30.
            carried = carried * 2 + carry
        }
        return false
    }
}

extension UInt8 {
    fileprivate var isDigit: Bool { self &- 0x30 < 10 }
}
