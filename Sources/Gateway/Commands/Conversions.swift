import ArgumentParser
import Mappings
import Rules

struct Conversions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists conversions; show ID gives one's full trace.",
        discussion: "Filters such as --order-id and --since are shown by `gateway help conversions list`.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists conversions, newest first.")

        @OptionGroup var store: StoreOption
        @OptionGroup var page: PageOptions
        @OptionGroup var table: TableOptions
        @Option(name: .long, help: "Of this source.") var source: String?
        @Option(name: .long, help: "Read with this mapping.") var tracker: String?
        @Option(name: .long, help: "sale, lead, deposit …") var type: String?
        @Option(name: .long, help: "approved, pending, rejected …") var status: String?
        @Option(name: .long, help: "With this order id.") var orderID: String?
        @Option(name: .long, help: "With this click id.") var clickID: String?
        @Option(name: .long, help: "With a delivery of its own in this state; those of corrections are under `gateway deliveries`.")
        var state: DeliveryState?
        @Option(name: .long, help: DateChoice.help) var byDate = DateChoice.received
        @Flag(name: .long, help: "Only those that were sent again, with how often: with the same content, and with other content.")
        var repeated = false
        @Flag(name: .long, help: "Corrections whose conversion has not come instead; --source, --order-id, --since and --until apply.")
        var waiting = false

        private static let columns = TextTable.Columns(
            names: ["id", "received", "source", "type", "status", "order", "click", "amount", "refunded", "deliveries"],
            leaving: ["click", "refunded", "status", "type", "source", "amount"], cut: ["order": 12, "click": 12, "deliveries": 20])
        private static let repeatedColumns = TextTable.Columns(
            names: columns.names + ["sent again"], leaving: columns.leaving, cut: columns.cut)
        private static let waitingColumns = TextTable.Columns(
            names: ["id", "received", "source", "order", "order is with", "says"], leaving: ["source"], cut: ["order": 12, "says": 20])

        private var columns: TextTable.Columns { repeated ? Self.repeatedColumns : Self.columns }

        func validate() throws {
            try table.check((waiting ? Self.waitingColumns : columns).names, json: store.json)
            try KnownNames.check("--type", type, among: Field.types)
            try KnownNames.check("--status", status, among: Field.statuses)
            if waiting, byDate == .occurred {
                throw ValidationError("--by-date occurred takes conversions; a waiting correction is only known by when it was received")
            }
        }

        func run() async throws {
            let (store, configuration) = try store.open(for: .store)
            self.store.tellSpan(page, by: byDate)
            let filter = ConversionFilter(
                source: source, tracker: tracker, type: type, status: status, orderID: orderID, clickID: clickID, since: page.since?.time,
                until: page.until?.time, state: state, withRepeats: repeated, byOccurrence: byDate == .occurred, limit: page.limit,
                offset: page.offset)
            if waiting { return try await listWaiting(filter, in: store, configuration) }
            let rows = try await store.conversions(filter)
            let count = { () async throws(StoreError) in try await store.count(filter) }
            if rows.isEmpty {
                try KnownNames.check(.source, source, in: configuration)
                try KnownNames.check(.tracker, tracker, in: configuration)
                return try await EmptyList.conversions.complain(self.store, page, in: store, matching: count)
            }
            try await page.complainOfRest(rows.count, count: count)
            if self.store.json {
                var objects: [JSONObject] = []
                for row in rows {
                    var object = Listing.object(of: row)
                    object["deliveries"] = .array(try await HistoryDeliveries(of: row, in: store).all.map { .object($0.object) })
                    if repeated { object["sent_again"] = .object(try await RepeatCounts(of: row, in: store).object) }
                    objects.append(object)
                }
                return Listing.print(objects)
            }
            var table = TextTable(columns)
            for row in rows {
                var cells = Self.cells(of: row, try await HistoryDeliveries(of: row, in: store).all)
                if repeated { cells.append(.init(try await RepeatCounts(of: row, in: store).text)) }
                table.add(cells)
            }
            self.table.print(table)
        }

        private static func cells(of row: ConversionRow, _ deliveries: [HistoryDeliveries.Entry]) -> [TextTable.Cell] {
            let amount = [row.currency, row.amount].compactMap { $0 }.joined(separator: " ")
            return [
                .id(row.id), .time(row.receivedAt), .init(row.source), .init(row.type ?? ""), .init(row.status ?? ""),
                .init(row.orderID ?? ""), .init(row.clickID ?? ""), .init(amount), .init(row.refunded ?? ""), deliveries.cell,
            ]
        }

        private func listWaiting(_ filter: ConversionFilter, in store: any ReadingStore, _ configuration: Configuration?) async throws {
            let rows = try await store.waiting(filter)
            let count = { () async throws(StoreError) in try await store.countWaiting(filter) }
            if rows.isEmpty { return try await EmptyList.waiting.complain(self.store, page, in: store, matching: count) }
            try await page.complainOfRest(rows.count, count: count)
            var objects: [JSONObject] = []
            var table = TextTable(Self.waitingColumns)
            var sentences: [String] = []
            for row in rows {
                let elsewhere = try await store.elsewhere(orderID: row.orderID, of: row.source)
                var object = Listing.object(of: row)
                object["order_is_with"] = elsewhere.map { .array($0.holders.map(JSONValue.string)) }
                objects.append(object)
                table.add([
                    .id(row.id), .time(row.receivedAt), .init(row.source), .init(row.orderID ?? ""),
                    .init(elsewhere?.holders.joined(separator: ", ") ?? ""), .init(row.says),
                ])
                if let elsewhere { sentences.append(elsewhere.sentence(sharing: configuration?.sharingOrders(with: row.source) ?? [])) }
            }
            // One for all that have the same remedy; the table names the others.
            if let first = sentences.first {
                let more = sentences.count == 1 ? "" : " (and \(sentences.count - 1) more like it)"
                Terminal.complain("warning: " + first.printable + more)
            }
            if self.store.json { return Listing.print(objects) }
            self.table.print(table)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract:
                "Shows a conversion's full trace: the request, the conversion as it is now, its repeats and corrections, each delivery with every attempt."
        )

        @OptionGroup var store: StoreOption
        @Argument(help: "The conversion's id, the first characters of it, or its order id.") var id: String

        func run() async throws {
            let (store, configuration) = try store.open(for: .store)
            let row = try await ConversionLookup(text: id, store: store).find()
            let trace = try await ConversionTrace(row, in: store, configuration)
            if self.store.json { Listing.printPretty(trace.object) } else { Terminal.print(trace.lines) }
        }
    }
}

extension DeliveryState: ExpressibleByArgument {}
