import Mappings
import Synchronization

/// The `Date` header, worded once a second: `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7).
final class DateHeader: Sendable {
    private struct State {
        var second = Int64.min
        var text = ""
    }
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

    private let now: @Sendable () -> Timestamp
    private let state = Mutex(State())

    init(now: @escaping @Sendable () -> Timestamp) { self.now = now }

    var text: String {
        let time = now()
        let second = time.seconds
        return state.withLock { state in
            if state.second != second {
                state.second = second
                state.text = Self.text(time)
            }
            return state.text
        }
    }

    /// `1994-11-06T08:49:37…` is how a timestamp writes itself.
    static func text(_ time: Timestamp) -> String {
        let iso = Timestamp(seconds: time.seconds).description
        let parts = iso.prefix { $0 != "T" }.split(separator: "-")
        let clock = iso.drop { $0 != "T" }.dropFirst().prefix(8)
        guard parts.count == 3, let month = Int(parts[1]), months.indices.contains(month - 1) else { return iso }
        // 1970-01-01 was a Thursday.
        let days = time.seconds / 86_400
        return "\(Self.days[Int((days % 7 + 7) % 7)]), \(parts[2]) \(months[month - 1]) \(parts[0]) \(clock) GMT"
    }
}
