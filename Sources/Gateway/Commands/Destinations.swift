import ArgumentParser
import Mappings
import Rules

struct Destinations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the state of every destination.",
        discussion: """
            For each destination, its state in the word of `gateway status`, what is stored, and what a running gateway reports of it. A \
            running gateway reports about once a second, if something has changed.
            """)

    @OptionGroup var store: StoreOption
    @OptionGroup var table: TableOptions

    private static let columns = TextTable.Columns(
        names: [
            "destination", "state", "pending", "oldest", "delivered", "skipped", "rejected", "dead", "unconfirmed", "in flight", "rate",
            "last answer",
            "why",
        ], leaving: ["rate", "in flight", "oldest", "last answer", "skipped", "dead", "rejected", "unconfirmed"], cut: ["why": 20])

    func validate() throws { try table.check(Self.columns.names, json: store.json) }

    func run() async throws {
        let (store, configuration) = try store.open(for: .store)
        let now = SystemClock.now()
        let stored = try await store.status(endedSince: now.advanced(by: .seconds(-3600)), midnight: now)
        let status = try await DestinationStatus.all(in: store, configuration, stored, now: now)
        await store.close()
        if self.store.json { return Listing.print(status.map(\.object)) }
        guard !status.isEmpty else { return Terminal.complain("there are no destinations") }
        var table = TextTable(Self.columns)
        for row in status {
            table.add(Self.cells(of: row))
        }
        self.table.print(table)
        if !status.contains(where: \.isServed) {
            Terminal.complain("no gateway serves this store now; what is pending waits for the next 'gateway serve'")
        }
    }

    private static func cells(of row: DestinationStatus) -> [TextTable.Cell] {
        let counts = [DeliveryState.skipped, .rejected, .dead, .unconfirmed].map { TextTable.Cell("\(row.count($0))") }
        let state = row.state(in: Terminal.zone)
        return [
            .init(row.name), .init(row.word, style: row.style), .init("\(row.count(.pending))"), .init(row.oldest.map(age) ?? ""),
            .init("\(row.count(.delivered) + row.count(.duplicate))"),
        ] + counts + [
            .init(row.isServed ? "\(row.inFlight)" : ""), .init(row.rate ?? ""), row.lastAnswer,
            .init(state == "ok" ? "" : state, brief: row.health.reason),
        ]
    }

    private static func age(_ time: Timestamp) -> String { max(.zero, time.duration(to: SystemClock.now())).text }
}

struct Pause: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Stops sending to a destination, until it is resumed.",
        discussion: """
            What it is owed stays pending and uses up no tries; conversions are taken as before. A running gateway obeys within a second, \
            what is under way ends, and a restart changes nothing.
            """)

    @OptionGroup var store: StoreOption
    @Option(name: .long, help: "Why; shown by `gateway destinations`.") var reason: String?
    @Argument(help: "The destination.") var name: String

    func run() async throws {
        let (store, configuration) = try store.open(readOnly: false, for: .store)
        try await DestinationStatus.check(name, in: store, configuration)
        try await store.setPaused(name, reason: reason ?? "", at: SystemClock.now())
        let pending = try await store.counts().first { $0.destination == name && $0.state == .pending }?.count ?? 0
        await store.close()
        Terminal.print("'\(name)' is paused, \(pending) pending; 'gateway resume \(name)' sends them")
    }
}

struct Resume: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Sends to a paused destination again.")

    @OptionGroup var store: StoreOption
    @Argument(help: "The destination.") var name: String

    func run() async throws {
        let (store, configuration) = try store.open(readOnly: false, for: .store)
        try await DestinationStatus.check(name, in: store, configuration)
        let wasPaused = try await store.controls().contains { $0.destination == name }
        try await store.setPaused(name, reason: nil, at: SystemClock.now())
        await store.close()
        Terminal.print(wasPaused ? "'\(name)' is resumed; a running gateway sends within a second" : "'\(name)' was not paused")
    }
}
