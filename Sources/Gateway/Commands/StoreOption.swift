import ArgumentParser
import Foundation
import Rules

/// Opens the store that the configuration names, for commands that read or repair while the service may run beside them.
struct StoreOption: ParsableArguments {
    @OptionGroup var configuration: ConfigurationOption

    @Option(name: .long, help: ArgumentHelp("The store's file or postgres:// URL, instead of the configuration's.", valueName: "store"))
    var store: String?

    @Flag(name: .long, help: "Prints JSON.")
    var json = false

    func open(readOnly: Bool = true) throws -> (store: any ConversionStore, configuration: Configuration?) {
        let (location, configuration) = try location()
        if store != nil { Self.warnOfPassword(in: location) }
        return (try Self.open(location, readOnly: readOnly), configuration)
    }

    func location() throws -> (StoreLocation, Configuration?) {
        if let store {
            let colon = store.firstIndex(of: ":")
            let isPath = colon.map { !(["sqlite"] + PostgresAddress.schemes).contains(String(store[..<$0])) } ?? true
            let location: StoreLocation
            do throws(StoreLocation.Failure) {
                location = isPath ? .sqlite(path: store) : try StoreLocation(parsing: store, folder: "")
            } catch {
                throw ValidationError(error.message)
            }
            return (location, try? Configuration.load(path: configuration.config))
        }
        let configuration = try configuration.load()
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
    @Option(name: .long, help: "At most this many.")
    var limit = 50

    @Option(name: .long, help: "Leaves out the first rows.")
    var offset = 0

    @Option(name: .long, help: "Received at or after: a date, a time, or an age such as 2h.")
    var since: TimeOption?

    @Option(name: .long, help: "Received before.")
    var until: TimeOption?

    func validate() throws {
        guard limit > 0, limit <= 1_000_000 else { throw ValidationError("--limit must be from 1 to 1000000") }
        guard offset >= 0 else { throw ValidationError("--offset must be 0 or more") }
    }
}
