import ArgumentParser
import Logging

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the gateway.",
        discussion: """
            Prints 'listening on HOST:PORT' once it takes requests. SIGTERM drains: no more requests are taken, attempts under way are \
            finished or stay pending for the next start, and the exit code is 0.
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    @Option(name: .long, help: "Logs from this level on.")
    var logLevel: Logger.Level = .info

    func run() async throws {
        let configuration = try configuration.load()
        configuration.warnings.forEach { Terminal.complain($0.description) }
        let logger = Logger.gateway(level: logLevel)
        let store = try SQLiteConversionStore.opened(configuration)
        let service = GatewayService(configuration, store: store, logger: logger) { port in
            Terminal.print("listening on \(configuration.listen.host):\(port)")
        }
        do {
            try await service.run()
        } catch {
            Terminal.complain("\(error)")
            throw ExitStatus.findings
        }
    }
}

extension SQLiteConversionStore {
    /// Opens the store that a configuration names for the service; ends the command with a sentence where that cannot be.
    static func opened(_ configuration: Configuration) throws -> SQLiteConversionStore {
        guard case .sqlite(let path) = configuration.store else { throw ExitStatus.badConfiguration }
        do throws(StoreError) {
            return try SQLiteConversionStore(path: path, limits: Limits(refused: configuration.limits.refused))
        } catch {
            Terminal.complain(error.description)
            throw ExitStatus.badConfiguration
        }
    }
}

extension Logger.Level: @retroactive ExpressibleByArgument {}
