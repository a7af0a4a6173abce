import ArgumentParser
import Mappings

struct Destinations: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows the state of every destination.",
        discussion: """
            For each destination, what is stored and what a running gateway reports of it: it is paused, its breaker is open after a run of \
            failures, or all is well. A running gateway reports about once a second, if something has changed.
            """)

    @OptionGroup var store: StoreOption

    func run() async throws {
        let (store, configuration) = try store.open()
        let status = try await DestinationStatus.all(in: store, configuration)
        await store.close()
        if self.store.json { return Listing.print(status.map(\.object)) }
        guard !status.isEmpty else { return Terminal.complain("there are no destinations") }
        var table = TextTable(
            "destination", "state", "pending", "oldest", "delivered", "skipped", "rejected", "dead", "in flight", "rate", "last answer",
            "why")
        for row in status {
            let state = row.state(in: Terminal.zone)
            table.add(
                row.name, row.word, "\(row.count(.pending))", row.oldest.map(Self.age) ?? "",
                "\(row.count(.delivered) + row.count(.duplicate))", "\(row.count(.skipped))", "\(row.count(.rejected))",
                "\(row.count(.dead))", row.isServed ? "\(row.inFlight)" : "", row.rate ?? "", row.lastAnswer ?? "",
                state == "ok" ? "" : state)
        }
        Terminal.print(table.lines)
        if !status.contains(where: \.isServed) {
            Terminal.complain("no gateway serves this store now; what is pending waits for the next 'gateway serve'")
        }
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
        let (store, configuration) = try store.open(readOnly: false)
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
        let (store, configuration) = try store.open(readOnly: false)
        try await DestinationStatus.check(name, in: store, configuration)
        let wasPaused = try await store.controls().contains { $0.destination == name }
        try await store.setPaused(name, reason: nil, at: SystemClock.now())
        await store.close()
        Terminal.print(wasPaused ? "'\(name)' is resumed; a running gateway sends within a second" : "'\(name)' was not paused")
    }
}
