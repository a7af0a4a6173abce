import Mappings

/// A time as people write it: `today`, `27.11.2026`, `14:00`, `2026-11-27 14:00`, `90 minutes ago`, `2h`, or as RFC 3339 has it.
///
/// A date alone is the whole day, from local midnight on. A time that clocks show twice, because they were put back, means both; one that
/// they skip means the moment at which they were put forward.
struct WrittenTime: Equatable {
    /// What `--since` means by it.
    let first: Timestamp
    /// What `--until` means by it: the end of a day, the moment itself otherwise.
    let end: Timestamp

    static let examples = #"today, yesterday, 27.11.2026, "2026-11-27 14:00", 14:00, 2h or "2 days ago""#

    /// Nil for what is no time.
    init?(_ text: String, now: Timestamp, zone: Zone) {
        let text = text.trimmed.lowercased()
        if text == "now" {
            self.init(now...now)
        } else if let age = Self.age(text) {
            let time = now.advanced(by: .seconds(-age))
            self.init(time...time)
        } else if text.dropFirst(10).contains(where: { "z+-".contains($0) }), let time = Timestamp(iso8601: text) {
            self.init(time...time)
        } else if let time = Self.timeOfDay(text) {
            self.init(zone.moments(showing: Self.midnight(zone.local(now)).advanced(by: time)))
        } else {
            let parts = text.split(maxSplits: 1, whereSeparator: { $0 == " " || $0 == "t" && text.first?.isNumber == true })
            guard let date = parts.first.flatMap({ Self.date(String($0), now: now, zone: zone) }) else { return nil }
            if parts.count == 1 {
                let day = zone.day(from: date)
                self.init(first: day.lowerBound, end: day.upperBound)
            } else {
                guard let time = Self.timeOfDay(String(parts[1]).trimmed) else { return nil }
                self.init(zone.moments(showing: date.advanced(by: time)))
            }
        }
    }

    private init(first: Timestamp, end: Timestamp) { (self.first, self.end) = (first, end) }
    private init(_ moments: ClosedRange<Timestamp>) { self.init(first: moments.lowerBound, end: moments.upperBound) }

    // MARK: Parts

    private static func midnight(_ local: Timestamp) -> Timestamp { Timestamp(iso8601: local.day) ?? local }

    /// Local midnight of a day, as if it were UTC.
    private static func date(_ text: String, now: Timestamp, zone: Zone) -> Timestamp? {
        switch text {
        case "today": return midnight(zone.local(now))
        case "yesterday": return midnight(zone.local(now)).advanced(by: .seconds(-86_400))
        default: break
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return text.utf8.count == 10 ? Timestamp(iso8601: text) : nil }
        guard parts.allSatisfy({ $0.allSatisfy(\.isDigit) }), (1...2).contains(parts[0].count), (1...2).contains(parts[1].count),
            parts[2].count == 4
        else { return nil }
        return Timestamp(iso8601: "\(parts[2])-\(twoDigits(parts[1]))-\(twoDigits(parts[0]))")
    }

    private static func twoDigits(_ text: Substring) -> String { text.count == 1 ? "0\(text)" : String(text) }

    /// `14:00`, `9:30:15`, `14:00:00.25`: since midnight.
    private static func timeOfDay(_ text: String) -> Duration? {
        guard let colon = text.firstIndex(of: ":"), text.allSatisfy({ $0.isDigit || $0 == ":" || $0 == "." }) else { return nil }
        let whole = text[..<colon].count == 1 ? "0" + text : text
        return Timestamp(iso8601: "1970-01-01T\(whole)").map { .microseconds($0.microseconds) }
    }

    /// `2h`, `90 minutes ago`, `1 day ago`, in seconds; a day has 24 hours here.
    private static func age(_ text: String) -> Int64? {
        let written = text.hasSuffix(" ago") ? String(text.dropLast(4)).trimmed : text
        let digits = written.prefix { $0.isDigit }
        guard digits.count <= 9, let count = Int64(digits) else { return nil }
        let unit: Int64
        switch written.dropFirst(digits.count).drop(while: { $0 == " " }) {
        case "s", "sec", "second", "seconds": unit = 1
        case "m", "min", "minute", "minutes": unit = 60
        case "h", "hour", "hours": unit = 3600
        case "d", "day", "days": unit = 86_400
        case "w", "week", "weeks": unit = 604_800
        default: return nil
        }
        let seconds = count * unit
        // Longer ago is before every conversion, and before what a date can be.
        return seconds <= 50_000_000_000 ? seconds : nil
    }
}

extension Character {
    fileprivate var isDigit: Bool { isASCII && isNumber }
}
