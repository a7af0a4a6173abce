import ArgumentParser
import Logging
import Mappings
import ServiceLifecycle

struct SandboxCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sandbox",
        abstract: "Impersonates the trackers and prints each conversion they receive.",
        discussion: """
            Point a destination's url at http://HOST:PORT/NAME: without --config NAME is a tracker, such as http://127.0.0.1:8081/trcker, and \
            any credentials are taken; with --config there is one tracker for each of its destinations, under the destination's name, which \
            checks the credentials that the destination sends; one with a postback_url answers 200 to everything there. The documented paths without a name work too.
            """
    )

    @Option(name: .long, help: ArgumentHelp("Where to listen; port 0 takes any free one.", valueName: "host:port"))
    var listen = "127.0.0.1:8081"

    @Option(name: .long, help: ArgumentHelp("Impersonates this configuration's destinations.", valueName: "file"))
    var config: String?

    @OptionGroup var environment: EnvironmentFileOption

    func run() async throws {
        let address: ListenAddress
        do throws(ListenAddress.Failure) {
            address = try ListenAddress(parsing: listen)
        } catch {
            throw ValidationError(error.message)
        }
        try environment.take()
        let destinations = try config.map { try ConfigurationOption.load($0).destinations }
        let sources = destinations.map { Sandbox.sources(impersonating: $0) } ?? Sandbox.openSources(of: .builtIn)
        let postbacks = SandboxPostbacks(impersonating: destinations ?? []) { name, request in
            Terminal.print("\(SystemClock.now()) \(name.styled(.bold)) \(request.printable)")
        }
        let logger = Logger.gateway(level: .error)
        let sandbox = try Sandbox(
            sources: sources, postbacks: postbacks, listen: address, logger: logger,
            onListening: { port in
                Terminal.print("listening on \(address.host):\(port)")
                for source in sources { Terminal.print("  \(source.mapping.tracker): http://\(address.host):\(port)/\(source.name)") }
                for name in postbacks.names { Terminal.print("  a postback_url: http://\(address.host):\(port)/\(name)") }
            },
            onReceived: { conversion in Terminal.print(Self.line(conversion)) })
        let group = ServiceGroup(services: [sandbox.server], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        do {
            try await group.run()
        } catch {
            await sandbox.clear()
            Terminal.complain(address.sentence(for: error))
            throw ExitStatus.findings
        }
        await sandbox.clear()
    }

    static func line(_ conversion: Conversion) -> String {
        "\(conversion.receivedAt) \(conversion.source.styled(.bold)) \(String(decoding: conversion.document(), as: UTF8.self))"
    }
}
