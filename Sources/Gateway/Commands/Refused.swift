import ArgumentParser
import Mappings
import Rules

struct Refused: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists refused requests; show ID gives one whole.",
        discussion: "Filters such as --code and --since are shown by `gateway help refused list`.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Lists refused requests, newest first.",
            discussion: "Senders who proved a credential and strangers are kept apart, so that no stranger pushes a sender's requests out.")

        @OptionGroup var store: StoreOption
        @OptionGroup var page: PageOptions
        @Option(name: .long, help: "Of this source.") var source: String?
        @Option(name: .long, help: "In this tracker's dialect.") var tracker: String?
        @Option(name: .long, help: "Refused with this code, such as missing_field.") var code: String?
        @Flag(name: .long, help: "Only of senders without a proven credential.") var strangers = false
        @OptionGroup var table: TableOptions

        private static let columns = TextTable.Columns(
            names: ["id", "received", "source", "tracker", "status", "code", "reason"], leaving: ["tracker", "status", "code", "source"],
            cut: ["reason": 30])

        func validate() throws { try table.check(Self.columns.names, json: store.json) }

        func run() async throws {
            let (store, configuration) = try store.open(for: .store)
            self.store.tellSpan(page)
            let filter = RefusedFilter(
                source: source, tracker: tracker, code: code, since: page.since?.time, until: page.until?.time,
                strangers: strangers ? true : nil, limit: page.limit, offset: page.offset)
            let rows = try await store.refused(filter)
            if rows.isEmpty {
                try KnownNames.check(.source, source, in: configuration)
                try KnownNames.check(.tracker, tracker, in: configuration)
            }
            try await page.complainOfRest(rows.count) { () throws(StoreError) in try await store.count(filter) }
            if self.store.json { return Listing.print(rows.map { Listing.object(of: $0) }) }
            var table = TextTable(Self.columns)
            for row in rows {
                let reason = row.replayedAs.map { "run again as \($0); was: \(row.refused.reason)" } ?? row.refused.reason
                table.add([
                    .init("\(row.id)"), .time(row.refused.receivedAt), .init(row.refused.source ?? "(stranger)"),
                    .init(row.refused.tracker ?? ""), .init("\(row.refused.status)"), .init(row.refused.code), .init(reason),
                ])
            }
            if table.isEmpty { return Terminal.complain("no refused requests match") }
            self.table.print(table)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a refused request whole, credentials removed.")

        @OptionGroup var store: StoreOption
        @Argument(help: "The request's number.") var id: Int64

        func run() async throws {
            let (store, _) = try store.open(for: .store)
            guard let row = try await store.refused(RefusedFilter(id: id, limit: 1)).first else {
                Terminal.complain("there is no refused request \(id); `gateway refused` lists them")
                throw ExitStatus.findings
            }
            if self.store.json { return Listing.printPretty(Listing.object(of: row)) }
            let refused = row.refused
            Terminal.print("refused \(row.id): \(refused.status) \(refused.code)".styled(.bold))
            Terminal.print("  \(refused.reason)".styled(.red))
            Terminal.print(
                "  received \(refused.receivedAt.shown) from \(refused.source ?? "a stranger") as \(refused.tracker ?? "no tracker")")
            if let replayed = row.replayedAs { Terminal.print("  run again as conversion \(replayed)") }
            Terminal.print()
            Terminal.print(Listing.lines(of: refused.request).map { "  " + $0 })
        }
    }
}
