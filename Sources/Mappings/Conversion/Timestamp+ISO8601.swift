/// ISO 8601 in the profile of RFC 3339, written by hand because a date formatter costs microseconds a call.
extension Timestamp: CustomStringConvertible {
    /// `2026-11-20T09:30:00.123Z`: UTC, with milliseconds if there are any.
    package var description: String {
        let (days, rest) = microseconds.flooredDivision(by: 86_400_000_000)
        let date = CivilDate(daysSinceEpoch: days)
        let second = rest / 1_000_000
        let millisecond = rest / 1000 % 1000
        var text: [UInt8] = []
        text.reserveCapacity(24)
        text.append(digits: date.year, count: 4)
        text.append(UInt8(ascii: "-"))
        text.append(digits: date.month, count: 2)
        text.append(UInt8(ascii: "-"))
        text.append(digits: date.day, count: 2)
        text.append(UInt8(ascii: "T"))
        text.append(digits: second / 3600, count: 2)
        text.append(UInt8(ascii: ":"))
        text.append(digits: second / 60 % 60, count: 2)
        text.append(UInt8(ascii: ":"))
        text.append(digits: second % 60, count: 2)
        if millisecond != 0 {
            text.append(UInt8(ascii: "."))
            text.append(digits: millisecond, count: 3)
        }
        text.append(UInt8(ascii: "Z"))
        return String(decoding: text, as: UTF8.self)
    }

    /// `2026-11-20`: the day in UTC, for names of files and folders.
    package var day: String { String(description.prefix(10)) }

    /// Reads `2026-11-20`, `2026-11-20T09:30`, `2026-11-20 09:30:00.25`, each with `Z`, `+02`, `+0200`, `+02:00` or no zone, which means UTC.
    package init?(iso8601 text: String) {
        var reader = DigitReader(bytes: Array(text.utf8))
        guard let year = reader.digits(4), reader.take("-"), let month = reader.digits(2), reader.take("-"), let day = reader.digits(2),
            let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        else { return nil }
        var microseconds = days * 86_400_000_000
        if !reader.isAtEnd {
            guard reader.take("T") || reader.take("t") || reader.take(" "), let time = reader.timeOfDay(), let offset = reader.zoneOffset(),
                reader.isAtEnd
            else { return nil }
            microseconds += time - offset * 60_000_000
        }
        // A zone may lead out of the years that four digits can write.
        guard Self.writable.contains(microseconds) else { return nil }
        self.init(microseconds: microseconds)
    }

    /// Years 0000 to 9999.
    static let writable: Range<Int64> = -62_167_219_200_000_000..<253_402_300_800_000_000
}

private struct DigitReader {
    let bytes: [UInt8]
    var position = 0

    init(bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }
    private var isAtDigit: Bool { position < bytes.count && (0x30...0x39).contains(bytes[position]) }

    mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
        position += 1
        return true
    }

    mutating func digits(_ count: Int) -> Int64? {
        var value: Int64 = 0
        for _ in 0..<count {
            guard isAtDigit else { return nil }
            value = value * 10 + Int64(bytes[position] - 0x30)
            position += 1
        }
        return value
    }

    /// Microseconds since midnight; a leap second counts as the second before it.
    mutating func timeOfDay() -> Int64? {
        guard let hour = digits(2), hour < 24, take(":"), let minute = digits(2), minute < 60 else { return nil }
        var microseconds = (hour * 60 + minute) * 60_000_000
        guard take(":") else { return microseconds }
        guard let second = digits(2), second <= 60 else { return nil }
        microseconds += min(second, 59) * 1_000_000
        guard take(".") || take(",") else { return microseconds }
        guard isAtDigit else { return nil }
        var unit: Int64 = 100_000
        while isAtDigit {
            microseconds += Int64(bytes[position] - 0x30) * unit
            unit /= 10
            position += 1
        }
        return microseconds
    }

    /// Minutes east of UTC.
    mutating func zoneOffset() -> Int64? {
        if isAtEnd || take("Z") || take("z") { return 0 }
        let sign: Int64
        if take("+") { sign = 1 } else if take("-") { sign = -1 } else { return nil }
        guard let hours = digits(2), hours <= 23 else { return nil }
        if isAtEnd { return sign * hours * 60 }
        _ = take(":")
        guard let minutes = digits(2), minutes < 60 else { return nil }
        return sign * (hours * 60 + minutes)
    }
}

extension [UInt8] {
    /// Appends the number in decimal, with zeros in front up to `count` digits.
    mutating func append(digits number: Int64, count: Int) {
        var divisor: Int64 = 1
        for _ in 1..<count { divisor *= 10 }
        while divisor > 0 {
            append(0x30 + UInt8(truncatingIfNeeded: number / divisor % 10))
            divisor /= 10
        }
    }
}
