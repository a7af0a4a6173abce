import ArgumentParser
import Foundation
import Rules

/// Opens the store that the configuration names, for commands that read or repair while the service may run beside them.
struct StoreOption: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(name: .long, help: ArgumentHelp("The store's file or postgres:// URL, instead of the configuration's.", valueName: "store"))
    var store: String?

    @Flag(name: .long, help: "Prints JSON; its times are always UTC.")
    var json = false

    @Flag(name: .long, help: "Reads and shows times in UTC instead of the terminal's zone (TZ).")
    var utc = false

    @Flag(name: .long, help: "Says on standard error which configuration, store and time span the command looks at.")
    var verbose = false

    func validate() throws {
        if utc { Terminal.zone = .utc }
    }

    /// - Parameter need: what the command cannot do without, if --store names no store.
    func open(readOnly: Bool = true, for need: ConfigurationNeed = .everything) throws
        -> (store: any ConversionStore, configuration: Configuration?)
    {
        let (location, configuration) = try location(for: need)
        if store != nil { Self.warnOfPassword(in: location) }
        if verbose { LookedAt.complain(self, location, isConfigured: configuration != nil) }
        return (try Self.open(location, readOnly: readOnly), configuration)
    }

    func location(for need: ConfigurationNeed = .everything) throws -> (StoreLocation, Configuration?) {
        if let store {
            try configuration.environment.take()
            let colon = store.firstIndex(of: ":")
            let isPath = colon.map { !(["sqlite"] + PostgresAddress.schemes).contains(String(store[..<$0])) } ?? true
            let location: StoreLocation
            do throws(StoreLocation.Failure) {
                location = isPath ? .sqlite(path: store) : try StoreLocation(parsing: store, folder: "")
            } catch {
                throw ValidationError(error.message)
            }
            return (location, try? Configuration.load(path: configuration.config, for: need == .store ? .names : need))
        }
        let configuration = try configuration.load(for: need)
        return (configuration.store, configuration)
    }

    /// Every user of a machine may read the arguments of all its processes.
    private static func warnOfPassword(in location: StoreLocation) {
        guard case .postgres(let address) = location, address.hasPassword else { return }
        Terminal.complain(
            "warning: every user of this machine can read the password in --store, in the list of processes; leave it out and set PGPASSWORD or "
                + "write it into ~/.pgpass, or name the database in the configuration, as in store: ${DATABASE_URL}")
    }

    private static func open(_ location: StoreLocation, readOnly: Bool) throws -> any ConversionStore {
        do throws(StoreError) {
            return try location.open(readOnly: readOnly)
        } catch {
            Terminal.complain(error.description)
            throw ExitStatus.findings
        }
    }
}

/// How much of a list is shown.
struct PageOptions: ParsableArguments {
    @Option(name: .customLong("limit"), help: "At most this many. (default: 50)")
    var most: Int?

    @Flag(name: .long, help: "All that match.")
    var all = false

    @Option(name: .long, help: "Leaves out the first rows.")
    var offset = 0

    @Option(name: .long, help: Self.sinceHelp, transform: TimeOption.since)
    var since: TimeOption?

    @Option(name: .long, help: Self.untilHelp, transform: TimeOption.until)
    var until: TimeOption?

    static let sinceHelp = ArgumentHelp(
        """
        From this time on: \(WrittenTime.examples), read in the terminal's zone (TZ), or RFC 3339 with a zone of its own. A day begins at \
        midnight.
        """, valueName: "time")
    static let untilHelp = ArgumentHelp("Before this time. A day counts whole: --until yesterday leaves out today.", valueName: "time")

    func validate() throws {
        try Self.checkOrder(since, until)
        if all, most != nil { throw ValidationError("--all and --limit contradict each other; drop one") }
        guard all || limit > 0 && limit <= 1_000_000 else { throw ValidationError("--limit must be from 1 to 1000000") }
        guard offset >= 0 else { throw ValidationError("--offset must be 0 or more") }
    }
    var limit: Int { all ? Int(Int32.max) : most ?? 50 }

    static func checkOrder(_ since: TimeOption?, _ until: TimeOption?) throws {
        if let since, let until, since.time >= until.time {
            throw ValidationError(
                "nothing is at or after \(since.time.shown) (--since) and before \(until.time.shown) (--until); write for example --since yesterday --until today"
            )
        }
    }

    /// After a list of `shown` rows: says how many there are if that is not all. `EmptyList` speaks of a list without rows.
    func complainOfRest(_ shown: Int, count: () async throws(StoreError) -> Int) async throws(StoreError) {
        guard shown == limit || offset > 0 else { return }
        let count = try await count()
        guard count > shown else { return }
        let rows = offset > 0 ? "rows \(offset + 1) to \(offset + shown)" : "\(shown)"
        Terminal.complain("\(rows) of \(count) shown; --all shows every one")
    }
}
