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
        @Flag(name: .long, help: "What reached no tracker instead: another path or method, or no HTTP.") var unrouted = false
        @OptionGroup var table: TableOptions

        private static let columns = TextTable.Columns(
            names: ["id", "received", "source", "tracker", "status", "code", "reason"], leaving: ["tracker", "status", "code", "source"],
            cut: ["reason": 30])

        private static let unroutedColumns = TextTable.Columns(
            names: ["id", "received", "from", "request", "status", "code", "reason"], leaving: ["code", "status"],
            cut: ["request": 30, "reason": 30])

        func validate() throws {
            try table.check((unrouted ? Self.unroutedColumns : Self.columns).names, json: store.json)
            if unrouted, source != nil || tracker != nil || strangers {
                throw ValidationError("--unrouted lists what reached no tracker, so no source and no tracker is known")
            }
        }

        func run() async throws {
            let (store, configuration) = try store.open(for: .store)
            self.store.tellSpan(page)
            let filter = RefusedFilter(
                source: source, tracker: tracker, code: code, since: page.since?.time, until: page.until?.time,
                strangers: strangers ? true : nil, unrouted: unrouted, limit: page.limit, offset: page.offset)
            let rows = try await store.refused(filter)
            let count = { () async throws(StoreError) in try await store.count(filter) }
            if rows.isEmpty {
                try KnownNames.check(.source, source, in: configuration)
                try KnownNames.check(.tracker, tracker, in: configuration)
                if !self.store.json, !unrouted { try await mentionUnrouted(in: store) }
                return try await (unrouted ? EmptyList.unrouted : .refused).complain(self.store, page, in: store, matching: count)
            }
            try await page.complainOfRest(rows.count, count: count)
            if self.store.json { return Listing.print(rows.map { Listing.object(of: $0) }) }
            if unrouted { return printUnrouted(rows) }
            try await mentionUnrouted(in: store)
            var table = TextTable(Self.columns)
            for row in rows {
                let reason = row.replayedAs.map { "run again as \($0); was: \(row.refused.reason)" } ?? row.refused.reason
                table.add([
                    .init("\(row.id)"), .time(row.refused.receivedAt), .init(row.refused.source ?? "(stranger)"),
                    .init(row.refused.tracker ?? ""), .init("\(row.refused.status)"), .init(row.refused.code), .init(reason),
                ])
            }
            self.table.print(table)
        }

        private func printUnrouted(_ rows: [RefusedRow]) {
            var table = TextTable(Self.unroutedColumns)
            for row in rows {
                let (refused, request) = (row.refused, row.refused.request)
                let reason = row.replayedAs.map { "run again as \($0); was: \(refused.reason)" } ?? refused.reason
                table.add([
                    .init("\(row.id)"), .time(refused.receivedAt), .init(request.peer), .init("\(request.method) \(request.target)"),
                    .init("\(refused.status)"), .init(refused.code), .init(reason),
                ])
            }
            self.table.print(table)
        }

        /// They are listed apart, since most of them are scanners'.
        private func mentionUnrouted(in store: any ReadingStore) async throws {
            guard source == nil, tracker == nil, code == nil, !strangers else { return }
            let count = try await store.count(RefusedFilter(since: page.since?.time, until: page.until?.time, unrouted: true))
            guard count > 0 else { return }
            Terminal.complain("\(count) more reached no tracker; list \(count == 1 ? "it" : "them") with --unrouted")
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Shows a refused request whole, credentials removed.")

        @OptionGroup var store: StoreOption
        @Argument(help: "The request's number.") var id: String

        func validate() throws {
            guard Int64(id) == nil else { return }
            throw ValidationError(
                "\(id.quotedBriefly) is no number; `gateway refused` lists the requests with theirs, as in `gateway refused show 1`")
        }

        func run() async throws {
            let (store, _) = try store.open(for: .store)
            guard let number = Int64(id), let row = try await store.refused(RefusedFilter(id: number, limit: 1)).first else {
                Terminal.complain("there is no refused request \(id); `gateway refused` lists them")
                throw ExitStatus.findings
            }
            if self.store.json { return Listing.printPretty(Listing.object(of: row)) }
            let refused = row.refused
            Terminal.print("refused \(row.id): \(refused.status) \(refused.code)".styled(.bold))
            Terminal.print("  \(refused.reason)".styled(.red))
            let tracker = refused.tracker.map { "as \($0)" } ?? "for no tracker"
            Terminal.print(
                "  received \(refused.receivedAt.shown) from \(refused.source ?? "a stranger") \(tracker)")
            if let replayed = row.replayedAs { Terminal.print("  run again as conversion \(replayed)") }
            Terminal.print()
            Terminal.print(Listing.lines(of: refused.request).map { "  " + $0 })
        }
    }
}
