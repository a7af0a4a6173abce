/// What programs write for a time that they do not have: the first moment that their calendar knows. No conversion happened then.
///
///     0, 1970-01-01T00:00:00Z       UNIX time, in any zone
///     0000-00-00 00:00:00           MySQL; -0001-11-30 is what PHP makes of it
///     0001-01-01T00:00:00           .NET, Go, Java
///     1899-12-30, 1900-01-01        spreadsheets and SQL Server, at midnight; so are those below
///     1601-01-01, 1753-01-01        Windows, older SQL Server
///     1904-01-01, 1980-01-01        older Macs, DOS
enum ZeroDate {
    /// Zones lie up to 14 hours apart from UTC, and some programs leave the zone out.
    private static let day: Int64 = 86_400
    /// The end of the year 1, from 1970.
    private static let secondYear: Int64 = -62_104_060_800

    /// - Parameter text: ISO 8601, or what should be.
    static func isWritten(in text: String) -> Bool {
        let text = text.trimmed
        // All of these begin in one of four ways.
        guard let first = text.utf8.first, first == UInt8(ascii: "0") || first == UInt8(ascii: "1") || first == UInt8(ascii: "-") else {
            return false
        }
        if text.hasPrefix("0000-") || text.hasPrefix("-0001-11-30") { return true }
        if text.utf8.allSatisfy({ $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: ".") }) { return true }
        guard let time = Timestamp(iso8601: text) else { return false }
        return isZero(time.seconds) || midnights.contains { isMidnight(text, of: $0) }
    }

    /// - Parameter number: of seconds, or of parts of a second, since 1970.
    static func isCounted(_ number: ExactDecimal, perSecond: Int64) -> Bool {
        guard number < latest(perSecond), let whole = number.rounded(toDecimals: 0, .down).int64 else { return false }
        let seconds = whole.flooredDivision(by: perSecond).quotient
        return isZero(seconds) || midnights.contains { Timestamp(iso8601: $0)?.seconds == seconds }
    }

    private static let midnights = ["1601-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01", "1904-01-01", "1980-01-01"]

    /// The day behind the last of them.
    private static func latest(_ perSecond: Int64) -> ExactDecimal { ExactDecimal(3653 * day * perSecond) }

    private static func isZero(_ seconds: Int64) -> Bool { seconds.magnitude < UInt64(day) || seconds < secondYear }

    private static func isMidnight(_ text: String, of day: String) -> Bool {
        guard text.hasPrefix(day) else { return false }
        return text.dropFirst(day.count).prefix { $0 != "+" && $0 != "Z" }.allSatisfy { "T 0:.".contains($0) }
    }
}
