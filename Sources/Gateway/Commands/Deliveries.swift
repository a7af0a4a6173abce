import ArgumentParser
import Mappings
import Rules

struct Deliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists deliveries; show ID gives one's attempts.",
        discussion: """
            `gateway deliveries --failed` lists what ended and is not known to have reached its destination: skipped, rejected, dead and unconfirmed, \
            each with its reason and the last reply. Unconfirmed is what a tracker answered with a 2xx that does not say that it has the conversion; \
            it is not sent again by itself. `gateway deliveries --not-routed` lists conversions that have none. Filters such as --destination and --since are shown by `gateway help deliveries list`.
            """,
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists deliveries, newest first.")

        @OptionGroup var store: StoreOption
        @OptionGroup var page: PageOptions
        @OptionGroup var filter: DeliveryOptions
        @OptionGroup var table: TableOptions

        private static let columns = TextTable.Columns(
            names: ["conversion", "destination", "state", "tries", "order", "amount", "next try", "reason"],
            leaving: ["tries", "amount", "order", "next try"], cut: ["order": 12, "reason": 16])
        private static let failedColumns = TextTable.Columns(
            names: ["conversion", "destination", "state", "tries", "order", "amount", "ended", "reason", "last reply"],
            leaving: ["tries", "amount", "last reply", "order", "ended"], cut: ["order": 12, "reason": 16, "last reply": 20])

        private var isAboutFailed: Bool { filter.failed || filter.state?.isFailed == true }

        @Flag(
            name: .long,
            help:
                "Conversions that went to no destination instead, or not to --destination, and which part of which route kept them from it."
        )
        var notRouted = false

        func validate() throws {
            let columns = notRouted ? UnroutedList.columns : isAboutFailed ? Self.failedColumns : Self.columns
            try table.check(columns.names, json: store.json)
            if notRouted, filter.failed || filter.state != nil {
                throw ValidationError(
                    "--not-routed takes conversions without a delivery, so --state and --failed find nothing beside it; drop one")
            }
        }

        private func listUnrouted(in store: any ReadingStore, _ configuration: Configuration?) async throws {
            var wanted = ConversionFilter(
                source: filter.source, orderID: filter.orderID, since: page.since?.time, until: page.until?.time,
                byOccurrence: filter.byDate == .occurred, limit: page.limit, offset: page.offset)
            try KnownNames.check(.destination, filter.destination, in: configuration)
            wanted.unsent = filter.destination.map { .to($0) } ?? .anywhere
            let rows = try await store.conversions(wanted)
            let counted = wanted
            if rows.isEmpty {
                try filter.checkNames(configuration)
                wanted.unsent = nil
                // If some match, each of them was routed.
                let matching = try await store.count(wanted)
                if page.offset > 0 || matching == 0 {
                    return try await EmptyList.conversions.complain(self.store, page, in: store) { () throws(StoreError) in
                        try await store.count(counted)
                    }
                }
            }
            try await page.complainOfRest(rows.count) { () throws(StoreError) in try await store.count(counted) }
            try await UnroutedList(store: store, configuration: configuration, destination: filter.destination, options: table).print(
                rows, asJSON: self.store.json)
        }

        func run() async throws {
            let (store, configuration) = try store.open(for: .store)
            self.store.tellSpan(page, by: filter.byDate)
            if notRouted { return try await listUnrouted(in: store, configuration) }
            let wanted = filter.filter(page)
            let rows = try await store.deliveries(wanted)
            let count = { () async throws(StoreError) in try await store.count(wanted) }
            if rows.isEmpty {
                try filter.checkNames(configuration)
                return try await EmptyList.deliveries.complain(self.store, page, in: store, matching: count)
            }
            try await page.complainOfRest(rows.count, count: count)
            if isAboutFailed { return try await printFailed(rows, in: store) }
            var objects: [JSONObject] = []
            var table = TextTable(Self.columns)
            for row in rows {
                let change = try await row.change(in: store)
                objects.append(Self.object(of: row, change))
                table.add(
                    row.firstCells(change) + [
                        .time(row.state == .pending ? row.nextAttempt : nil),
                        .init(row.said(row.saidReason ?? row.remoteID.map { "tracker's id \($0)" })),
                    ])
            }
            if self.store.json { return Listing.print(objects) }
            self.table.print(table)
        }

        private static func object(of row: DeliveryRow, _ change: String?) -> JSONObject {
            var object = Listing.object(of: row)
            object["correction"] = change.map(JSONValue.string)
            return object
        }

        /// Also when they ended, and what the destination answered last.
        private func printFailed(_ rows: [DeliveryRow], in store: any ReadingStore) async throws {
            var objects: [JSONObject] = []
            var table = TextTable(Self.failedColumns)
            for row in rows {
                let last = row.tries > 0 ? try await store.attempts(of: row.id).last : nil
                let change = try await row.change(in: store)
                var object = Self.object(of: row, change)
                object["last_attempt"] = last.map { .object(Listing.object(of: $0)) }
                objects.append(object)
                table.add(
                    row.firstCells(change) + [
                        .time(row.changedAt), .init(row.said(row.saidReason)),
                        .init(last.map { "\($0.status.map { "\($0) " } ?? "")\($0.reply.prefix(200))" } ?? ""),
                    ])
            }
            if self.store.json { return Listing.print(objects) }
            self.table.print(table)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a delivery with every attempt, below the conversion and its request.")

        @OptionGroup var store: StoreOption
        @Argument(help: "The delivery's id, CONVERSION:DESTINATION, or a conversion's id, the first characters of it, or its order id.")
        var id: String

        func run() async throws {
            let (store, configuration) = try store.open(for: .store)
            let (found, destination) = try await lookUp(in: store)
            if let destination {
                let sought = DeliveryFilter(history: found.root ?? found.id, destination: destination, limit: 1)
                guard try await !store.deliveries(sought).isEmpty else {
                    Terminal.complain(found.hasNoDelivery(to: destination))
                    throw ExitStatus.findings
                }
            }
            let trace = try await ConversionTrace(found, in: store, configuration, destination: destination)
            if self.store.json { Listing.printPretty(trace.object) } else { Terminal.print(trace.lines) }
        }

        /// An order id may hold a colon too.
        private func lookUp(in store: any ReadingStore) async throws -> (conversion: ConversionRow, destination: String?) {
            let whole = ConversionLookup(text: id, store: store)
            guard let colon = id.lastIndex(of: ":"), try await whole.candidates().isEmpty else { return (try await whole.find(), nil) }
            let part = ConversionLookup(text: String(id[..<colon]), store: store)
            return (try await part.find(), String(id[id.index(after: colon)...]))
        }
    }
}

/// Which deliveries are meant.
struct DeliveryOptions: ParsableArguments {
    @Option(name: .long, help: "Of this source's conversions.") var source: String?
    @Option(name: .long, help: "To this destination.") var destination: String?
    @Option(name: .long, help: "In this state.") var state: DeliveryState?
    @Flag(name: .long, help: "Only those that ended and are not known to have arrived: \(DeliveryState.failedNames).") var failed = false
    @Option(name: .long, help: "Of the conversion with this order id.") var orderID: String?
    @Option(name: .long, help: DateChoice.help) var byDate = DateChoice.received

    func validate() throws {
        if failed, let state, !state.isFailed {
            throw ValidationError(
                "--failed takes \(DeliveryState.failedNames), so --state \(state.rawValue) finds nothing beside it; drop one")
        }
    }

    var isEmpty: Bool { source == nil && destination == nil && state == nil && !failed && orderID == nil }

    func fits(_ row: DeliveryRow) -> Bool {
        state.map { $0 == row.state } ?? true && (!failed || row.state.isFailed) && source.map { $0 == row.source } ?? true
            && destination.map { $0 == row.id.destination } ?? true && orderID.map { $0 == row.orderID } ?? true
    }

    func filter(_ page: PageOptions) -> DeliveryFilter {
        DeliveryFilter(
            source: source, destination: destination, state: state, failed: failed, orderID: orderID, since: page.since?.time,
            until: page.until?.time, byOccurrence: byDate == .occurred, limit: page.limit, offset: page.offset)
    }

    /// For a filter that found nothing.
    func checkNames(_ configuration: Configuration?) throws {
        try KnownNames.check(.source, source, in: configuration)
        try KnownNames.check(.destination, destination, in: configuration)
    }
}

extension DeliveryRow {
    /// What a correction changes, in words; nil for a conversion's own delivery.
    fileprivate func change(in store: any ReadingStore) async throws(StoreError) -> String? {
        guard isCorrection, let row = try await store.conversion(id.conversion) else { return nil }
        return (try? Conversion(document: row.document))?.change ?? "a change"
    }

    /// Of every list. A correction has what it changes in the place of an amount.
    fileprivate func firstCells(_ change: String?) -> [TextTable.Cell] {
        [
            .id(id.conversion), .init(id.destination), .state(state), .init("\(tries)"), .init(orderID ?? ""), .init(change ?? worth),
        ]
    }

    /// `2 of 3 lines: line 3 of 3 (B-1): …`, or the text alone if the delivery is one request.
    fileprivate func said(_ text: String?) -> String { [lines?.summary, text].compactMap { $0 }.joined(separator: ": ") }

    /// With what became of it before a replay, if that still counts.
    fileprivate var saidReason: String? {
        known == state || lines != nil ? reason : "it had arrived before" + (reason.map { "; \($0)" } ?? "")
    }

    /// `EUR 49.90`; empty without an amount.
    fileprivate var worth: String { amount == nil ? "" : [currency, amount].compactMap { $0 }.joined(separator: " ") }
}
