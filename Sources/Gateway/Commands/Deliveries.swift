import ArgumentParser
import Mappings

struct Deliveries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Lists deliveries; show ID gives one's attempts.",
        discussion: "Filters such as --state and --destination are shown by `gateway help deliveries list`.",
        subcommands: [List.self, Show.self], defaultSubcommand: List.self)

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Lists deliveries, newest first.")

        @OptionGroup var store: StoreOption
        @OptionGroup var page: PageOptions
        @OptionGroup var filter: DeliveryOptions

        func run() async throws {
            let (store, _) = try store.open()
            let rows = try await store.deliveries(filter.filter(page))
            if self.store.json { return Listing.print(rows.map { Listing.object(of: $0) }) }
            var table = TextTable("conversion", "destination", "state", "tries", "order", "next try", "reason")
            for row in rows {
                table.add(
                    row.id.conversion.description, row.id.destination, row.state.rawValue, String(row.attempts), row.orderID ?? "",
                    row.state == .pending ? row.nextAttempt?.description ?? "" : "", row.reason ?? row.remoteID.map { "there \($0)" } ?? "")
            }
            if table.isEmpty { return Terminal.complain("no deliveries match") }
            Terminal.print(table.lines)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Shows a delivery with every attempt, below the conversion and its request.")

        @OptionGroup var store: StoreOption
        @Argument(help: "The delivery's id, conversion:destination, or a conversion's.") var id: String

        func run() async throws {
            let (store, _) = try store.open()
            let delivery = DeliveryID(id)
            let row: ConversionRow? =
                if let conversion = delivery?.conversion ?? ConversionID(id) { try await store.conversion(conversion) } else { nil }
            guard let row else {
                Terminal.complain(
                    "there is no delivery \(id.quotedBriefly); ids are CONVERSION:DESTINATION as `gateway deliveries --json` shows them")
                throw ExitStatus.findings
            }
            let trace = try await ConversionTrace(row, in: store, destination: delivery?.destination)
            if self.store.json { Listing.printPretty(trace.object) } else { Terminal.print(trace.lines) }
        }
    }
}

/// Which deliveries are meant.
struct DeliveryOptions: ParsableArguments {
    @Option(name: .long, help: "Of this source's conversions.") var source: String?
    @Option(name: .long, help: "To this destination.") var destination: String?
    @Option(name: .long, help: "In this state.") var state: DeliveryState?
    @Option(name: .long, help: "Of the conversion with this order id.") var orderID: String?

    var isEmpty: Bool { source == nil && destination == nil && state == nil && orderID == nil }

    func filter(_ page: PageOptions) -> DeliveryFilter {
        DeliveryFilter(
            source: source, destination: destination, state: state, orderID: orderID, since: page.since?.time, until: page.until?.time,
            limit: page.limit, offset: page.offset)
    }
}
