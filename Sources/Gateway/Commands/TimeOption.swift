import ArgumentParser
import Mappings
import Synchronization

/// A time on the command line, read in the zone that the command shows times in.
struct TimeOption: Sendable {
    private enum Side { case since, until }

    private let text: String
    private let side: Side
    private let now: Timestamp
    /// Read in UTC; whether a text can be read does not depend on the zone.
    private let fallback: WrittenTime

    /// From a day's first moment on.
    static func since(_ text: String) throws -> Self { try Self(text, .since) }
    /// Up to a day's end.
    static func until(_ text: String) throws -> Self { try Self(text, .until) }

    private init(_ text: String, _ side: Side) throws {
        let now = SystemClock.now()
        guard let time = WrittenTime(text, now: now, zone: .utc) else {
            throw ValidationError("that is no time; write \(WrittenTime.examples)")
        }
        (self.text, self.side, self.now, fallback) = (text, side, now, time)
    }

    var time: Timestamp {
        let written = WrittenTime(text, now: now, zone: Terminal.zone) ?? fallback
        return side == .since ? written.first : written.end
    }
}

/// Which date of a conversion `--since` and `--until` mean.
enum DateChoice: String, ExpressibleByArgument, CaseIterable {
    case received, occurred

    static let help = ArgumentHelp(
        """
        What --since and --until compare: when a conversion was received, or when it occurred. One that does not say when it occurred \
        counts when it was received.
        """, valueName: "date")
}

extension Terminal {
    private static let chosenZone = Mutex<Zone?>(nil)

    /// The zone in which times are read and shown: the terminal's unless an option names another.
    static var zone: Zone {
        get { chosenZone.withLock { $0 } ?? .current }
        set { chosenZone.withLock { $0 = newValue } }
    }
}

extension Timestamp {
    /// In the terminal's zone, for people. Programs get `description`.
    var shown: String { Terminal.zone.text(self) }
}
