/// How a tracker writes a time, in the letters that Unicode has for it: `yyyy-MM-dd HH:mm:ss`, `dd/MM/yyyy hh:mm a`, `yyyyMMdd'T'HHmmssxx`.
///
/// Compiled when a file is loaded. A time is written and read by the same pattern.
package struct TimePattern: Sendable, Hashable {
    private let parts: [Part]
    /// As it is in the file.
    package let source: String

    private enum Part: Sendable, Hashable {
        case literal(String)
        /// Number of digits; one letter writes as many as there are and reads one or two.
        case number(Unit, Int)
        /// `Jan` to `Dec`.
        case monthName
        /// `AM` or `PM`.
        case half
        /// `Z` for UTC if `hasZ`.
        case offset(colon: String, hasZ: Bool)
    }

    private enum Unit: Sendable {
        case year, month, day, hour, hourOfHalf, minute, second, fraction
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static let known: [String: Part] = [
        "yyyy": .number(.year, 4), "yy": .number(.year, 2), "MM": .number(.month, 2), "M": .number(.month, 1), "MMM": .monthName,
        "dd": .number(.day, 2), "d": .number(.day, 1), "HH": .number(.hour, 2), "H": .number(.hour, 1), "hh": .number(.hourOfHalf, 2),
        "h": .number(.hourOfHalf, 1), "mm": .number(.minute, 2), "ss": .number(.second, 2), "S": .number(.fraction, 1),
        "SS": .number(.fraction, 2), "SSS": .number(.fraction, 3), "SSSSSS": .number(.fraction, 6), "a": .half,
        "xxx": .offset(colon: ":", hasZ: false), "xx": .offset(colon: "", hasZ: false), "XXX": .offset(colon: ":", hasZ: true),
        "XX": .offset(colon: "", hasZ: true), "T": .literal("T"),
    ]

    static func compile(_ text: String) throws(FieldFailure) -> TimePattern {
        var parts: [Part] = []
        var rest = text[...]
        while let first = rest.first {
            if first == "'" {
                guard let end = rest.dropFirst().firstIndex(of: "'") else {
                    throw FieldFailure("the pattern \(text.quotedBriefly) has a ' that is not closed")
                }
                let inside = rest[rest.index(after: rest.startIndex)..<end]
                parts.append(.literal(inside.isEmpty ? "'" : String(inside)))
                rest = rest[rest.index(after: end)...]
            } else if first.isASCII, first.isLetter {
                let run = rest.prefix { $0 == first }
                guard let part = known[String(run)] else { throw unknown(String(run), in: text) }
                parts.append(part)
                rest = rest.dropFirst(run.count)
            } else {
                parts.append(.literal(String(first)))
                rest = rest.dropFirst()
            }
        }
        guard parts.contains(where: { if case .literal = $0 { false } else { true } }) else {
            throw FieldFailure("the pattern \(text.quotedBriefly) has no part of a time; write it as yyyy-MM-dd HH:mm:ss")
        }
        return TimePattern(parts: parts, source: text)
    }

    private static func unknown(_ run: String, in text: String) -> FieldFailure {
        let names = "yyyy MM dd HH mm ss SSS xxx"
        return FieldFailure(
            "the pattern \(text.quotedBriefly) has '\(run)', which is no part of a time; the parts are \(names), and plain letters stand in '…'"
        )
    }

    /// Whether a text of it says its own offset from UTC.
    var hasOffset: Bool { parts.contains { if case .offset = $0 { true } else { false } } }

    /// Whether a text of it is a moment: it has at least a year, a month and a day.
    var isReadable: Bool {
        let units = parts.compactMap { if case .number(let unit, _) = $0 { unit } else { nil } }
        return units.contains(.year) && units.contains(.day) && (units.contains(.month) || parts.contains(.monthName))
    }

    // MARK: Writing

    func text(of time: Timestamp, at zone: ZoneOffset) -> String {
        let (days, rest) = (time.microseconds + zone.minutes * 60_000_000).flooredDivision(by: 86_400_000_000)
        let date = CivilDate(daysSinceEpoch: days)
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .monthName: text += Self.months[Int(date.month) - 1]
            case .half: text += rest < 43_200_000_000 ? "AM" : "PM"
            case .offset(let colon, let hasZ): text += hasZ && zone == .utc ? "Z" : zone.text(colon: colon)
            case .number(let unit, let count):
                let digits = String(Self.value(of: unit, count, date, rest))
                text += String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
            }
        }
        return text
    }

    /// - Parameter rest: microseconds since midnight.
    private static func value(of unit: Unit, _ count: Int, _ date: CivilDate, _ rest: Int64) -> Int64 {
        switch unit {
        case .year: count == 2 ? date.year % 100 : date.year
        case .month: date.month
        case .day: date.day
        case .hour: rest / 3_600_000_000
        case .hourOfHalf: (rest / 3_600_000_000 + 11) % 12 + 1
        case .minute: rest / 60_000_000 % 60
        case .second: rest / 1_000_000 % 60
        case .fraction: rest % 1_000_000 / Int64(PowersOfTen.words[6 - count])
        }
    }

    // MARK: Reading

    /// Nil if the text is not of this pattern, or names a day that the calendar does not have.
    /// - Parameter zone: where the time was written, if the text does not say it.
    func time(in text: String, at zone: ZoneOffset) -> Timestamp? {
        var rest = Substring(text)
        var found = Found(zone: zone)
        for part in parts { guard read(part, from: &rest, into: &found) else { return nil } }
        guard rest.isEmpty else { return nil }
        return found.time
    }

    private struct Found {
        var numbers: [Unit: Int64] = [:]
        var isAfternoon: Bool?
        var zone: ZoneOffset

        var time: Timestamp? {
            guard let year = numbers[.year], let month = numbers[.month], let day = numbers[.day],
                let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
            else { return nil }
            var hour = numbers[.hour] ?? 0
            if let half = numbers[.hourOfHalf] {
                guard (1...12).contains(half) else { return nil }
                hour = half % 12 + (isAfternoon == true ? 12 : 0)
            }
            let (minute, second) = (numbers[.minute] ?? 0, numbers[.second] ?? 0)
            guard hour < 24, minute < 60, second <= 60 else { return nil }
            let clock = (hour * 3600 + minute * 60 + min(second, 59)) * 1_000_000 + (numbers[.fraction] ?? 0)
            let moment = days * 86_400_000_000 + clock - zone.minutes * 60_000_000
            return Timestamp.writable.contains(moment) ? Timestamp(microseconds: moment) : nil
        }
    }

    private func read(_ part: Part, from rest: inout Substring, into found: inout Found) -> Bool {
        switch part {
        case .literal(let literal):
            guard rest.hasPrefix(literal) else { return false }
            rest = rest.dropFirst(literal.count)
        case .monthName:
            guard let month = Self.months.firstIndex(where: { rest.prefix(3).lowercased() == $0.lowercased() }) else { return false }
            found.numbers[.month] = Int64(month + 1)
            rest = rest.dropFirst(3)
        case .half:
            let word = rest.prefix(2).uppercased()
            guard word == "AM" || word == "PM" else { return false }
            found.isAfternoon = word == "PM"
            rest = rest.dropFirst(2)
        case .offset:
            let length = rest.hasPrefix("Z") ? 1 : rest.dropFirst(3).hasPrefix(":") ? 6 : 5
            guard let zone = try? ZoneOffset.parse(String(rest.prefix(length))) else { return false }
            found.zone = zone
            rest = rest.dropFirst(length)
        case .number(let unit, let count):
            let digits = rest.prefix(count == 1 && unit != .fraction ? 2 : count).prefix { $0.isASCII && $0.isNumber }
            guard !digits.isEmpty, count == 1 || digits.count == count, let number = Int64(digits) else { return false }
            found.numbers[unit] =
                switch unit {
                case .year: count == 2 ? 2000 + number : number
                case .fraction: number * Int64(PowersOfTen.words[6 - count])
                default: number
                }
            rest = rest.dropFirst(digits.count)
        }
        return true
    }
}
