import ArgumentParser

struct Migrate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Sets the store up, or brings its tables up to date.",
        discussion: """
            Run it once before the first `gateway serve` on a PostgreSQL database, and once after each update of the gateway. Gateways may \
            serve meanwhile, and several may migrate at once. An SQLite store needs none: `gateway serve` does the same by itself.
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    func run() throws {
        let configuration = try configuration.load(for: .store)
        do throws(StoreError) {
            switch configuration.store {
            case .sqlite(let path):
                _ = try SQLiteConversionStore(path: path)
                Terminal.print("'\(path)' is up to date: schema \(SQLiteSchema.version)")
            case .postgres(let address):
                let (before, after) = try PostgresConversionStore.migrate(address)
                let change = before == after ? "is up to date: schema \(after)" : "went from schema \(before) to \(after)"
                Terminal.print("\(address) \(change)")
            }
        } catch {
            Terminal.complain(error.description)
            throw error.kind == .unreachable ? ExitStatus.findings : ExitStatus.badConfiguration
        }
    }
}
