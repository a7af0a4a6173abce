import ArgumentParser
import Mappings
import Rules

/// How much of a list's table is shown on a terminal, and which columns.
struct TableOptions: ParsableArguments {
    @Flag(name: .long, help: "Shows all columns in full, however narrow the terminal.")
    var wide = false

    @Option(name: .long, help: ArgumentHelp("Shows these columns, in this order, with commas between them.", valueName: "names"))
    var columns: String?

    /// - Parameter known: those that the command may show.
    func check(_ known: [String], json: Bool) throws {
        if json, columns != nil { throw ValidationError("--columns is for people; --json and --csv have every value, so drop one") }
        for name in names ?? [] where !known.contains(name) {
            let written = known.map { $0.replacing(" ", with: "_") }
            let hint = name.nearest(in: known).map { "did you mean '\($0)'?" } ?? "the columns are \(written.joined(separator: ","))"
            throw ValidationError("there is no column \(name.quotedBriefly); \(hint)")
        }
        if names?.isEmpty == true {
            throw ValidationError("--columns names columns, such as --columns \(known.prefix(2).joined(separator: ","))")
        }
    }

    /// As headers have them: `next_try` is `next try`.
    var names: [String]? {
        columns?.split(separator: ",").map { $0.trimmed.lowercased().replacing("_", with: " ").replacing("-", with: " ") }
    }

    var width: Int? { wide ? nil : Terminal.width }

    func print(_ table: TextTable) {
        let (lines, leftOut) = table.fitting(width, only: names)
        Terminal.print(lines)
        guard !leftOut.isEmpty else { return }
        Terminal.complain("not shown: \(leftOut.joined(separator: ", ")); --wide shows all")
    }
}

extension TextTable.Cell {
    /// Shortened to its first characters, which other commands take too.
    static func id(_ id: some CustomStringConvertible) -> Self { Self(id.description, isID: true) }

    static func time(_ time: Timestamp?) -> Self {
        guard let time else { return Self("") }
        return Self(time.shown, brief: time.shownBriefly)
    }

    static func state(_ state: DeliveryState) -> Self { Self(state.rawValue, style: state.style) }
}

extension Timestamp {
    /// Without what goes without saying today: `14:05:09`, `11-26 14:05`, `2025-11-26`.
    func brief(in zone: Zone, now: Timestamp) -> String {
        let (local, today) = (zone.local(self).description, zone.local(now).description)
        if local.prefix(10) == today.prefix(10) { return String(local.dropFirst(11).prefix(8)) }
        guard local.prefix(4) == today.prefix(4) else { return String(local.prefix(10)) }
        return "\(local.dropFirst(5).prefix(5)) \(local.dropFirst(11).prefix(5))"
    }

    var shownBriefly: String { brief(in: Terminal.zone, now: SystemClock.now()) }
}
