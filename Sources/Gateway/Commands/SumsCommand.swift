import ArgumentParser
import Mappings
import Rules

struct SumsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sums",
        abstract: "Adds conversions up: how many, and what they are worth, received against delivered.",
        discussion: """
            Amounts are exact, and different currencies are never added. `amount` is gross: what the conversions are worth, before refunds. \
            `refunded` is what was taken back so far, `net` is the rest.

            By destination, a conversion counts once at each destination that it is owed to; one that no route took is under no destination. \
            Otherwise a conversion counts once: as pending if a delivery is pending, else as failed if one was skipped, rejected, is dead or unconfirmed, \
            else as delivered. That is about the conversion's own deliveries; a correction is no further sale, and changes `refunded`.
            """)

    @OptionGroup var store: StoreOption

    @Option(name: .long, help: ArgumentHelp("What to group by: \(SumKey.list). Currencies are always apart.", valueName: "keys"))
    var by = "destination"

    @Option(name: .long, help: PageOptions.sinceHelp, transform: TimeOption.since) var since: TimeOption?
    @Option(name: .long, help: PageOptions.untilHelp, transform: TimeOption.until) var until: TimeOption?
    @Option(name: .long, help: DateChoice.help) var byDate = DateChoice.received
    @Option(name: .long, help: "Whose midnight begins a day, such as Europe/Berlin, instead of the terminal's zone.") var zone: String?
    @Option(name: .long, help: "Of this source.") var source: String?
    @Option(name: .long, help: "Owed to this destination.") var destination: String?
    @Option(name: .long, help: "sale, lead, deposit …") var type: String?
    @Option(name: .long, help: "approved, pending, rejected …") var status: String?
    @Flag(name: .long, help: "Prints comma-separated values with a header line.") var csv = false

    @OptionGroup var table: TableOptions

    func validate() throws {
        try table.check(SumsTable.names(keys()), json: store.json || csv)
        try KnownNames.check("--type", type, among: Field.types)
        try KnownNames.check("--status", status, among: Field.statuses)
        if csv, store.json { throw ValidationError("--csv and --json are two forms; drop one") }
        if let zone {
            guard let found = Zone(name: zone) else {
                throw ValidationError("there is no time zone \(zone.quotedBriefly); write one such as Europe/Berlin or UTC")
            }
            if store.utc { throw ValidationError("--utc and --zone name two zones; drop one") }
            Terminal.zone = found
        }
        try PageOptions.checkOrder(since, until)
    }

    private func keys() throws -> [SumKey] {
        var keys: [SumKey] = []
        for word in by.split(separator: ",").map(String.init) {
            guard let key = SumKey(rawValue: word.trimmed) else {
                let near = word.suggestion(from: SumKey.allCases.map(\.rawValue))
                throw ValidationError("--by takes \(SumKey.list), with commas between them, not \(word.quotedBriefly)\(near)")
            }
            if !keys.contains(key) { keys.append(key) }
        }
        guard !keys.isEmpty else { throw ValidationError("--by takes \(SumKey.list), such as --by destination,day") }
        return keys
    }

    func run() async throws {
        let (store, configuration) = try store.open(for: .store)
        self.store.tellSpan(since, until, by: byDate)
        let zone = Terminal.zone
        let filter = ConversionFilter(
            source: source, type: type, status: status, since: since?.time, until: until?.time, byOccurrence: byDate == .occurred)
        let sums = try await store.summed(filter, into: Sums(by: keys(), destination: destination, day: { zone.dayText($0) }))
        await store.close()
        guard let sums else {
            Terminal.complain("a sum has more than \(ExactDecimal.maximumDigits) digits; take a shorter time or more keys")
            throw ExitStatus.findings
        }
        if sums.rows.isEmpty {
            try KnownNames.check(.source, source, in: configuration)
            try KnownNames.check(.destination, destination, in: configuration)
        }
        let table = SumsTable(sums)
        if self.store.json { return Listing.print(table.objects) }
        if csv { return Terminal.print(table.csv) }
        guard !sums.rows.isEmpty else {
            return Terminal.complain("no conversions match; `gateway sums` without options adds all of them up")
        }
        self.table.print(table.table(isWhole: self.table.columns != nil))
    }
}

extension SumKey {
    static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
