// Plain notation, always without an exponent: what every partner's parser can read back.

extension ExactDecimal: CustomStringConvertible {
    /// The shortest plain text: `100`, `0.005`, `-12.5`.
    package var description: String { string(decimals: decimals) }

    /// The text with exactly `decimals` digits after the point, `49.90`; `nil` if that would need rounding or is not
    /// within 0 to 60.
    package func text(decimals: Int) -> String? {
        canWrite(decimals: decimals) ? string(decimals: decimals) : nil
    }

    /// Appends the shortest plain text.
    package func append(to bytes: inout some ByteSink) {
        withText(decimals: decimals) { bytes.append($0) }
    }

    /// Appends the text with exactly `decimals` digits after the point, or appends nothing and returns false if that
    /// would need rounding or is not within 0 to 60.
    package func append(to bytes: inout some ByteSink, decimals: Int) -> Bool {
        guard canWrite(decimals: decimals) else { return false }
        withText(decimals: decimals) { bytes.append($0) }
        return true
    }

    private func canWrite(decimals: Int) -> Bool {
        decimals >= self.decimals && decimals <= Self.exponents.upperBound
    }

    private func string(decimals: Int) -> String {
        withText(decimals: decimals) { String(valid: $0) }
    }

    /// Writes the text from its end into the stack. `decimals` is at least the value's own and at most 60, so the longest
    /// text is a sign, 38 digits, 60 zeros, a point and 60 decimals.
    @inline(__always)
    private func withText<Result>(decimals: Int, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 168) { buffer in
            guard let start = buffer.baseAddress else { return body(UnsafeBufferPointer(start: nil, count: 0)) }
            var next = start + 168
            var digits = TrailingDigits(self)
            if decimals > 0 {
                for _ in self.decimals..<decimals {
                    next -= 1
                    next.pointee = UInt8(ascii: "0")
                }
                for _ in 0..<self.decimals {
                    next -= 1
                    next.pointee = digits.next()
                }
                next -= 1
                next.pointee = UInt8(ascii: ".")
            }
            var zeros = exponent
            while zeros > 0 {
                next -= 1
                next.pointee = UInt8(ascii: "0")
                zeros &-= 1
            }
            repeat {
                next -= 1
                next.pointee = digits.next()
            } while !digits.isEmpty
            if isNegative {
                next -= 1
                next.pointee = UInt8(ascii: "-")
            }
            return body(UnsafeBufferPointer(start: next, count: start + 168 - next))
        }
    }
}

/// The digits of a magnitude from the last to the first, then zeros for ever.
private struct TrailingDigits {
    /// The word being read, and the one above it when the digits needed two.
    private var word: UInt64
    private var upper: UInt64
    private var left: Int

    @inline(__always)
    init(_ value: ExactDecimal) {
        if value.high == 0 {
            (word, upper, left) = (value.low, 0, .max)
        } else {
            let parts = value.magnitude.quotientAndRemainder(dividingBy: UInt128(PowersOfTen.words[19]))
            word = UInt64(truncatingIfNeeded: parts.remainder)
            upper = UInt64(truncatingIfNeeded: parts.quotient)
            left = 19
        }
    }

    @inline(__always)
    var isEmpty: Bool { word == 0 && upper == 0 }

    @inline(__always)
    mutating func next() -> UInt8 {
        if left == 0 { (word, upper, left) = (upper, 0, .max) }
        left &-= 1
        let (rest, digit) = word.quotientAndRemainder(dividingBy: 10)
        word = rest
        return UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: digit)
    }
}
