import ArgumentParser
import Foundation
import Logging
import NIOCore

struct Serve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs the gateway.",
        discussion: """
            Prints 'listening on HOST:PORT' once it takes requests. SIGTERM drains: no more requests are taken, attempts under way are \
            finished or stay pending for the next start, and the exit code is 0; a second SIGTERM or SIGINT ends at once with 1. SIGHUP, or a \
            change of the configuration or of a mapping, reloads both: a file with mistakes changes nothing, and the log says why.
            """
    )

    @OptionGroup var configuration: ConfigurationOption

    @Argument(help: ArgumentHelp("The configuration file, as --config names it.", valueName: "file"))
    var file: String?

    @Option(name: .long, help: "How much is logged.")
    var logLevel = LogLevel.info

    func run() async throws {
        let option = try self.configuration.replaced(by: file)
        let (reading, configuration) = try option.read()
        Terminal.complain(configuration.warnings.map(\.description))
        let logger = Logger.gateway(level: logLevel.level)
        // Before the store is touched: a start that fails here leaves nothing behind.
        do {
            try PortProbe.check(configuration.listen)
        } catch {
            Terminal.complain(configuration.listen.sentence(for: error))
            throw ExitStatus.findings
        }
        try Self.probeConsole(configuration.console)
        let lock = try StoreLock.taken(for: configuration)
        let store = try configuration.openStore(logger: logger)
        let service = GatewayService(
            configuration, store: store, logger: logger,
            onListening: { port in Terminal.print("listening on \(configuration.listen.host):\(port)") },
            onConsole: { port in
                if let console = configuration.console { Terminal.print("console on \(console.listen.link(port: port))") }
            })
        do {
            let reloader = Reloader(path: option.config, running: reading, logger: logger) { service.apply($0) }
            try await service.run(with: [reloader])
            withExtendedLifetime(lock) {}
        } catch {
            Terminal.complain(configuration.listen.sentence(for: error))
            throw ExitStatus.findings
        }
    }
}

extension Serve {
    private static func probeConsole(_ console: ConsoleConfiguration?) throws {
        guard let listen = console?.listen else { return }
        do {
            try PortProbe.check(listen)
        } catch {
            Terminal.complain("the console: \(listen.sentence(for: error))")
            throw ExitStatus.findings
        }
    }
}

extension ListenAddress {
    /// Where a browser on this machine finds it: `http://127.0.0.1:8082/`.
    func link(port: Int) -> String {
        let name = host == "0.0.0.0" || host == "::" ? "127.0.0.1" : host.contains(":") ? "[\(host)]" : host
        return "http://\(name):\(port)/"
    }

    /// Why a server ended, with what helps if it could not listen on the address.
    func sentence(for error: any Error) -> String {
        switch (error as? IOError)?.errnoCode {
        case EADDRINUSE: "another process listens on \(host):\(port); stop it or listen elsewhere"
        case EADDRNOTAVAIL: "\(host) is no address of this machine; listen on 127.0.0.1, 0.0.0.0 or one that it has"
        case EACCES: "this user may not listen on port \(port); choose one above 1023"
        default: "\(error)"
        }
    }
}

extension StoreLock {
    /// Takes the lock for the service's life; ends the command with a sentence if another has it. Nodes of a database need none.
    static func taken(for configuration: Configuration) throws -> StoreLock? {
        guard case .sqlite(let path) = configuration.store else { return nil }
        do throws(StoreError) {
            return try StoreLock(store: path)
        } catch {
            Terminal.complain(error.description)
            throw error.kind == .busy ? ExitStatus.findings : ExitStatus.badConfiguration
        }
    }
}

extension Configuration {
    /// Opens the store for the service; ends the command with a sentence if that is impossible: 1 for a database that does not answer, 78
    /// for what only another configuration or `gateway migrate` repairs.
    func openStore(logger: Logger) throws -> any ConversionStore {
        do throws(StoreError) {
            switch store {
            case .sqlite(let path):
                return try SQLiteConversionStore(path: path, limits: SQLiteLimits(refused: limits.refused))
            case .postgres(let address):
                return try PostgresConversionStore(address, limits: PostgresLimits(refused: limits.refused)) {
                    logger.warning("\($0)")
                }
            }
        } catch {
            Terminal.complain(error.description)
            throw error.kind == .unreachable ? ExitStatus.findings : ExitStatus.badConfiguration
        }
    }
}
