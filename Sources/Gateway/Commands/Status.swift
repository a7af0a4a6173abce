import ArgumentParser
import Mappings
import Rules

struct Status: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Says what is going on: each destination, each source, and what waits.",
        discussion: """
            A destination is `paused`; `down` if it failed so often in a row that only probes are sent; `failing` if more than half of \
            what ended in the last hour (or ever, if nothing did) was skipped, rejected, is dead or unconfirmed, or if it failed twice or more in a row; what a dry run records is no failure; `slow` if what waits is older than \
            \(DestinationHealth.patience.text); or `ok`. Whether it is down is known while a gateway serves.

            When everything will be through is an estimate by the pace of the last hour; it is said once there is a pace.
            """)

    @OptionGroup var store: StoreOption

    @Flag(name: .long, help: "Shows it again every two seconds, until Ctrl-C.")
    var watch = false

    @Flag(name: .long, help: "Shows all in full, however narrow the terminal.")
    var wide = false

    func run() async throws {
        let (store, configuration) = try store.open(for: .store)
        guard watch else {
            let (text, complaint) = try await read(store, configuration)
            await store.close()
            show(text)
            if let complaint { Terminal.complain(complaint) }
            return
        }
        if Terminal.isTerminal { Terminal.clear() }
        while true {
            do {
                let (text, complaint) = try await read(store, configuration)
                if self.store.json {
                    show(text)
                } else {
                    Terminal.redraw(text.lines(width: width) + (complaint.map { [""] + Terminal.folded($0) } ?? []))
                }
            } catch let error as StoreError {
                Terminal.redraw(Terminal.folded("\(SystemClock.now().shown): \(error)"))
            }
            try await Task.sleep(for: .seconds(2))
        }
    }

    private var width: Int? { wide ? nil : Terminal.width }

    private func show(_ text: StatusText) {
        if store.json { Listing.printPretty(text.object) } else { Terminal.print(text.lines(width: width)) }
    }

    /// Also what is said beside it.
    private func read(
        _ store: any ConversionStore, _ configuration: Configuration?
    ) async throws -> (text: StatusText, complaint: String?) {
        let now = SystemClock.now()
        let zone = Terminal.zone
        let midnight = zone.today(at: now).lowerBound
        let stored = try await store.status(endedSince: now.advanced(by: .seconds(-3600)), midnight: midnight)
        let destinations = try await DestinationStatus.all(in: store, configuration, stored, now: now)
        var sources = stored.sources
        for name in configuration?.sourceNames ?? [] where !sources.contains(where: { $0.source == name }) {
            sources.append(SourceActivity(source: name, last: Timestamp(microseconds: .min)))
        }
        let text = StatusText(destinations, stored, sources: sources, now: now)
        let isIdle = !destinations.isEmpty && !destinations.contains(where: \.isServed)
        return (text, isIdle ? "no gateway serves this store now; what is pending waits for the next 'gateway serve'" : nil)
    }
}

extension Zone {
    /// The day that is now.
    func today(at now: Timestamp) -> Range<Timestamp> { day(from: Timestamp(iso8601: local(now).day) ?? now) }
}
