import Mappings

/// The `Retry-After` header: whole seconds, or one of HTTP's three date forms (RFC 9110 §10.2.3 and §5.6.7).
package enum RetryAfter {
    /// The wait that the header asks for, zero for a date that has passed; nil if the header is neither form.
    package static func wait(_ header: String, at now: Timestamp) -> Duration? {
        let text = header.trimmingSpaces
        if !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) {
            return .seconds(min(Int64(text) ?? .max, Int64(Int32.max)))
        }
        return date(text, at: now).map { max(.zero, now.duration(to: $0)) }
    }

    /// `Sun, 06 Nov 1994 08:49:37 GMT`, `Sunday, 06-Nov-94 08:49:37 GMT` or `Sun Nov  6 08:49:37 1994`. The weekday is not checked.
    private static func date(_ text: Substring, at now: Timestamp) -> Timestamp? {
        let parts = text.split(separator: " ", omittingEmptySubsequences: true)
        switch parts.count {
        case 6 where parts[0].hasSuffix(",") && parts[5] == "GMT":
            return timestamp(year: parts[3], month: parts[2], day: parts[1], time: parts[4])
        case 4 where parts[0].hasSuffix(",") && parts[3] == "GMT":
            let date = parts[1].split(separator: "-", omittingEmptySubsequences: false)
            guard date.count == 3, date[2].utf8.count == 2, let short = Int64(date[2]), let this = Int64(now.description.prefix(4)) else {
                return nil
            }
            // Two digits mean the latest such year that is at most fifty years ahead.
            var year = this - this % 100 + short
            if year > this + 50 { year -= 100 } else if year + 100 <= this + 50 { year += 100 }
            return timestamp(year: "\(year)", month: date[1], day: date[0], time: parts[2])
        case 5:
            return timestamp(year: parts[4], month: parts[1], day: parts[2], time: parts[3])
        default:
            return nil
        }
    }

    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private static func timestamp(year: some StringProtocol, month: Substring, day: Substring, time: Substring) -> Timestamp? {
        guard time.utf8.count == 8, let index = months.firstIndex(of: String(month)) else { return nil }
        return Timestamp(iso8601: "\(year)-\(padded(index + 1))-\(day.utf8.count == 1 ? "0\(day)" : String(day))T\(time)Z")
    }

    private static func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}

extension String {
    fileprivate var trimmingSpaces: Substring {
        var text = self[...]
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return text
    }
}
