// The number grammar of requests: [-] digits [. digits] [e [+|-] digits], or a point followed by digits, with
// spaces and tabs around it ignored. Everything else is refused with the rule it breaks.

extension ExactDecimal {
    package init(parsing bytes: UnsafeBufferPointer<UInt8>) throws(DecimalError) {
        if let usual = Self.usual(bytes) {
            self = usual
            return
        }
        do {
            self = try Self.scan(bytes)
        } catch {
            throw error.kind == .notANumber ? DecimalError(diagnosing: bytes) : error
        }
    }

    /// Digits, with or without a point between them, that fit one word; nil for everything else.
    @inline(__always)
    private static func usual(_ bytes: UnsafeBufferPointer<UInt8>) -> ExactDecimal? {
        guard bytes.count <= 19, let last = bytes.last, last &- UInt8(ascii: "0") < 10 else { return nil }
        var (word, decimals, step): (UInt64, Int, Int) = (0, 0, 0)
        for byte in bytes {
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 {
                word = word &* 10 &+ UInt64(digit)
                decimals &+= step
            } else {
                guard byte == UInt8(ascii: "."), step == 0 else { return nil }
                step = 1
            }
        }
        return ExactDecimal(small: word, exponent: 0 &- decimals, isNegative: false)
    }

    /// The grammar itself, which calls all that it refuses `notANumber`.
    @inline(__always)
    static func scan(_ bytes: UnsafeBufferPointer<UInt8>) throws(DecimalError) -> ExactDecimal {
        var index = 0
        var end = bytes.count
        while index < end, bytes[index].isBlank { index &+= 1 }
        while index < end, bytes[end &- 1].isBlank { end &-= 1 }
        var isNegative = false
        if index < end, bytes[index] == UInt8(ascii: "-") {
            isNegative = true
            index &+= 1
        }

        var scanner = DigitScanner()
        let wholeStart = index
        while index < end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            scanner.take(digit)
            index &+= 1
        }
        var hasDigits = index > wholeStart
        var exponent = 0
        if index < end, bytes[index] == UInt8(ascii: ".") {
            index &+= 1
            let fractionStart = index
            while index < end {
                let digit = bytes[index] &- UInt8(ascii: "0")
                guard digit < 10 else { break }
                scanner.take(digit)
                index &+= 1
            }
            exponent = fractionStart &- index
            hasDigits = exponent != 0
        }
        guard hasDigits else { throw DecimalError(kind: .notANumber) }
        if index < end {
            guard let written = Self.writtenExponent(bytes, from: index, to: end) else { throw DecimalError(kind: .notANumber) }
            exponent &+= written
        }

        guard scanner.count <= Self.maximumDigits else { throw DecimalError(kind: .tooManyDigits) }
        exponent &+= scanner.zeros
        let value =
            scanner.count <= 19
            ? ExactDecimal(small: scanner.word, exponent: exponent, isNegative: isNegative)
            : ExactDecimal(magnitude: scanner.wide, exponent: exponent, isNegative: isNegative)
        guard let value else { throw DecimalError(kind: .outOfRange) }
        return value
    }

    package init(parsing bytes: [UInt8]) throws(DecimalError) {
        self = try Self.parse(bytes)
    }

    package init(parsing text: String) throws(DecimalError) {
        self = try Self.parse(text.utf8)
    }

    package init(parsing text: Substring.UTF8View) throws(DecimalError) {
        self = try Self.parse(text)
    }

    @inline(__always)
    private static func parse(_ bytes: some Collection<UInt8>) throws(DecimalError) -> ExactDecimal {
        let result = bytes.withContiguousStorageIfAvailable { buffer in
            Result { () throws(DecimalError) in try ExactDecimal(parsing: buffer) }
        }
        guard let result else { return try ExactDecimal(parsing: Array(bytes)) }
        return try result.get()
    }

    /// Reads `e`, a sign and digits up to `end`; a number too large to matter is clamped.
    private static func writtenExponent(_ bytes: UnsafeBufferPointer<UInt8>, from start: Int, to end: Int) -> Int? {
        guard bytes[start] | 0x20 == UInt8(ascii: "e") else { return nil }
        var index = start + 1
        var isNegative = false
        if index < end, bytes[index] == UInt8(ascii: "+") || bytes[index] == UInt8(ascii: "-") {
            isNegative = bytes[index] == UInt8(ascii: "-")
            index += 1
        }
        guard index < end else { return nil }
        var exponent = 0
        while index < end {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            exponent = min(exponent * 10 + Int(digit), 1_000_000_000)
            index += 1
        }
        return isNegative ? -exponent : exponent
    }
}

/// Collects digits, holding zeros back until a later digit shows that they count.
private struct DigitScanner {
    /// The digits so far while there are at most 19 of them.
    var word: UInt64 = 0
    /// The digits so far when there are more.
    var wide: UInt128 = 0
    /// Digits in the number, without leading zeros and those in `zeros`; stays above the maximum once it got there.
    var count = 0
    /// Zeros at the end of the digits so far.
    var zeros = 0

    @inline(__always)
    mutating func take(_ digit: UInt8) {
        guard digit != 0 else {
            if count != 0 { zeros &+= 1 }
            return
        }
        let next = count &+ zeros &+ 1
        if next <= 19 {
            var power: UInt64 = 10
            while zeros > 0 {
                power &*= 10
                zeros &-= 1
            }
            word = word &* power &+ UInt64(digit)
            count = next
        } else {
            takeWide(digit, count: next)
        }
    }

    @inline(never)
    private mutating func takeWide(_ digit: UInt8, count next: Int) {
        if next <= ExactDecimal.maximumDigits {
            if count <= 19 { wide = UInt128(word) }
            for _ in 0...zeros { wide *= 10 }
            wide += UInt128(digit)
        }
        count = next
        zeros = 0
    }
}

extension UInt8 {
    /// A space or a tab: what is ignored around values.
    @inline(__always)
    var isBlank: Bool { self == UInt8(ascii: " ") || self == UInt8(ascii: "\t") }
}
