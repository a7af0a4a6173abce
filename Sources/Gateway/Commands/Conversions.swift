import ArgumentParser
import Mappings

struct Conversions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists conversions; show ID gives one's full trace.",
        discussion: "Filters such as --order-id and --since are shown by `gateway help conversions list`.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists conversions, newest first.")

        @OptionGroup var store: StoreOption
        @OptionGroup var page: PageOptions
        @Option(name: .long, help: "Of this source.") var source: String?
        @Option(name: .long, help: "Read with this mapping.") var tracker: String?
        @Option(name: .long, help: "sale, lead, deposit …") var type: String?
        @Option(name: .long, help: "approved, pending, rejected …") var status: String?
        @Option(name: .long, help: "With this order id.") var orderID: String?
        @Option(name: .long, help: "With this click id.") var clickID: String?
        @Option(name: .long, help: "With a delivery in this state.") var state: DeliveryState?
        @Flag(name: .long, help: "Only those that were sent again with other content.") var repeated = false

        func validate() throws {
            try KnownNames.check("--type", type, among: Field.types)
            try KnownNames.check("--status", status, among: Field.statuses)
        }

        func run() async throws {
            let (store, configuration) = try store.open()
            let filter = ConversionFilter(
                source: source, tracker: tracker, type: type, status: status, orderID: orderID, clickID: clickID, since: page.since?.time,
                until: page.until?.time, state: state, withRepeats: repeated, limit: page.limit, offset: page.offset)
            let rows = try await store.conversions(filter)
            if rows.isEmpty {
                try KnownNames.check(.source, source, in: configuration)
                try KnownNames.check(.tracker, tracker, in: configuration)
            }
            if self.store.json {
                var objects: [JSONObject] = []
                for row in rows {
                    var object = Listing.object(of: row)
                    object["deliveries"] = try await .array(
                        store.deliveries(DeliveryFilter(conversion: row.id, limit: 1000)).map {
                            ["destination": .string($0.id.destination), "state": .string($0.state.rawValue)]
                        })
                    objects.append(object)
                }
                return Listing.print(objects)
            }
            var table = TextTable("id", "received", "source", "type", "status", "order", "click", "amount", "deliveries")
            for row in rows {
                let deliveries = try await store.deliveries(DeliveryFilter(conversion: row.id, ascending: true, limit: 1000))
                let states = deliveries.map { "\($0.id.destination) \($0.state.rawValue)" }.joined(separator: ", ")
                table.add(
                    row.id.description, row.receivedAt.description, row.source, row.type ?? "", row.status ?? "", row.orderID ?? "",
                    row.clickID ?? "", [row.currency, row.amount].compactMap { $0 }.joined(separator: " "), states)
            }
            if table.isEmpty { return Terminal.complain("no conversions match; a request that was turned away is under `gateway refused`") }
            Terminal.print(table.lines)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a conversion's full trace: the request, the conversion, its repeats, and each delivery with every attempt.")

        @OptionGroup var store: StoreOption
        @Argument(help: "The conversion's id.") var id: String

        func run() async throws {
            let (store, _) = try store.open()
            guard let id = ConversionID(id), let row = try await store.conversion(id) else {
                Terminal.complain("there is no conversion \(id.quotedBriefly); find ids with `gateway conversions --order-id …`")
                throw ExitStatus.findings
            }
            let trace = try await ConversionTrace(row, in: store)
            if self.store.json { Listing.printPretty(trace.object) } else { Terminal.print(trace.lines) }
        }
    }
}

extension DeliveryState: ExpressibleByArgument {}
