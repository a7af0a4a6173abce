import ArgumentParser
import Mappings
import Rules

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is going on: each destination, each source, and what waits.",
        discussion: """
            A destination is *paused*; *down* if it failed so often in a row that only probes are sent; *failing* if more than half of \
            what ended in the last hour (or ever, if nothing did) was skipped, rejected or is dead; *slow* if what waits is older than \
            \(DestinationHealth.patience.text); or *ok*. Whether it is down is known while a gateway serves.

            When everything will be through is an estimate by what ended in the last hour.
            """)

    @OptionGroup var store: StoreOption

    func run() async throws {
        let (store, configuration) = try store.open()
        let now = SystemClock.now()
        let zone = Terminal.zone
        let midnight = zone.today(at: now).lowerBound
        let stored = try await store.status(endedSince: now.advanced(by: .seconds(-3600)), midnight: midnight)
        let destinations = try await DestinationStatus.all(in: store, configuration)
        await store.close()
        var sources = stored.sources
        for source in configuration?.sources ?? [] where !sources.contains(where: { $0.source == source.name }) {
            sources.append(SourceActivity(source: source.name, last: Timestamp(microseconds: .min)))
        }
        let text = StatusText(destinations, stored, sources: sources, now: now)
        if self.store.json { return Listing.printPretty(text.object) }
        Terminal.print(text.lines)
        if !destinations.isEmpty, !destinations.contains(where: \.isServed) {
            Terminal.complain("no gateway serves this store now; what is pending waits for the next 'gateway serve'")
        }
    }
}

extension Zone {
    /// The day that is now.
    func today(at now: Timestamp) -> Range<Timestamp> { day(from: Timestamp(iso8601: local(now).day) ?? now) }
}
