import Foundation
import Mappings

/// A time zone: what clocks show there at each moment.
struct Zone: Sendable {
    /// Seconds by which clocks are ahead of UTC at a moment given in UNIX seconds.
    let offset: @Sendable (Int64) -> Int64

    static let utc = Zone { _ in 0 }

    init(offset: @escaping @Sendable (Int64) -> Int64) { self.offset = offset }

    /// By its name in the time zone database, `Europe/Berlin`; nil if there is none of that name.
    init?(name: String) {
        guard let zone = TimeZone(identifier: name) else { return nil }
        self.init { Int64(zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double($0)))) }
    }

    /// That of the environment's `TZ`, else the machine's.
    static let current: Zone = {
        let name = ProcessInfo.processInfo.environment["TZ"].map { $0.hasPrefix(":") ? String($0.dropFirst()) : $0 }
        if let name, let zone = Zone(name: name) { return zone }
        // Also understands a rule such as `CET-1CEST,M3.5.0,M10.5.0/3`.
        tzset()
        return Zone { second in
            var time = time_t(second)
            var local = tm()
            localtime_r(&time, &local)
            return Int64(local.tm_gmtoff)
        }
    }()

    /// The moments at which clocks here show a local time, which is given as if it were UTC.
    ///
    /// Usually one moment. Two, if the clocks were put back over this time. If they were put forward over it, the moment of that change.
    func moments(showing local: Timestamp) -> ClosedRange<Timestamp> {
        let second = local.seconds
        let offsets = [offset(second - 86_400), offset(second + 86_400)]
        let fitting = offsets.filter { offset(second - $0) == $0 }.map { local.advanced(by: .seconds(-$0)) }
        if let first = fitting.min(), let last = fitting.max() { return first...last }
        var before = second - max(offsets[0], offsets[1])
        var after = second - min(offsets[0], offsets[1])
        let old = offset(before)
        while after - before > 1 {
            let middle = before + (after - before) / 2
            if offset(middle) == old { before = middle } else { after = middle }
        }
        let change = Timestamp(seconds: after)
        return change...change
    }

    /// What clocks here show at the moment, as if it were UTC.
    func local(_ time: Timestamp) -> Timestamp { time.advanced(by: .seconds(offset(time.seconds))) }

    /// The day that begins at local midnight, or at the first moment after it; it has 23 to 25 hours where clocks change.
    /// - Parameter midnight: as if it were UTC.
    func day(from midnight: Timestamp) -> Range<Timestamp> {
        let start = moments(showing: midnight).lowerBound
        return start..<max(start, moments(showing: midnight.advanced(by: .seconds(86_400))).lowerBound)
    }

    /// `2026-11-27T15:00:00.123+01:00`, or `…Z` while clocks here show UTC.
    func text(_ time: Timestamp) -> String {
        let minutes = offset(time.seconds) / 60
        let text = time.advanced(by: .seconds(minutes * 60)).description
        guard minutes != 0 else { return text }
        let (hours, rest) = abs(minutes).quotientAndRemainder(dividingBy: 60)
        return "\(text.dropLast())\(minutes < 0 ? "-" : "+")\(hours < 10 ? "0" : "")\(hours):\(rest < 10 ? "0" : "")\(rest)"
    }

    /// The local day, `2026-11-27`.
    func dayText(_ time: Timestamp) -> String { local(time).day }
}
