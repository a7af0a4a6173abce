import ArgumentParser
import Logging
import Mappings
import ServiceLifecycle

struct Demo: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fires the documented sample requests and shows how they arrive at every tracker.",
        discussion: """
            Starts the gateway on a store in a temporary folder and a sandbox that impersonates all trackers, posts each tracker page's own \
            sample request, and prints what every tracker received. Keeps serving, so that the printed curl lines can be tried; ends with \
            Ctrl-C. Nothing leaves this machine.
            """
    )

    @Flag(name: .long, help: "Ends after the report; the exit code is 1 if anything did not arrive.")
    var once = false

    @Option(name: .long, help: ArgumentHelp("Where the gateway listens; any free port if this one is taken.", valueName: "host:port"))
    var listen = "127.0.0.1:8080"

    @Option(name: .long, help: ArgumentHelp("Where the console listens; any free port if this one is taken.", valueName: "host:port"))
    var console = "127.0.0.1:8082"

    func run() async throws {
        let logger = Logger.gateway(level: .error)
        let folder = try TemporaryFolder(for: "demo")
        defer { folder.remove() }

        let draft = try configuration(sandbox: "http://127.0.0.1:1", folder: folder)
        let inbox = DemoInbox()
        let sandboxPort = PortPromise()
        let sandbox = try Sandbox(
            sources: Sandbox.sources(impersonating: draft.destinations), listen: ListenAddress(host: "127.0.0.1", port: 0), logger: logger,
            onListening: { sandboxPort.fulfil($0) }, onReceived: { inbox.add($0) })
        let isComplete: Bool
        do {
            isComplete = try await serve(sandbox, at: sandboxPort, inbox: inbox, folder: folder, logger: logger)
        } catch {
            // Ctrl-C amid the report, for one.
            await sandbox.clear()
            throw error
        }
        await sandbox.clear()
        if !isComplete { throw ExitStatus.findings }
    }

    private func serve(
        _ sandbox: Sandbox, at sandboxPort: PortPromise, inbox: DemoInbox, folder: TemporaryFolder, logger: Logger
    ) async throws -> Bool {
        let sandboxGroup = ServiceGroup(services: [sandbox.server], logger: logger)
        return try await withThrowingTaskGroup(of: Bool?.self) { group in
            group.addTask {
                try await sandboxGroup.run()
                return nil
            }
            let port = await sandboxPort.value
            let configuration = try self.configuration(sandbox: "http://127.0.0.1:\(port)", folder: folder)
            group.addTask { try await self.runGateway(configuration, inbox: inbox, sandbox: sandbox, logger: logger) }
            var isComplete = false
            for try await result in group {
                if let result { isComplete = result }
                await sandboxGroup.triggerGracefulShutdown()
            }
            return isComplete
        }
    }

    private func runGateway(_ configuration: Configuration, inbox: DemoInbox, sandbox: Sandbox, logger: Logger) async throws -> Bool {
        let store = try configuration.openStore(logger: logger)
        let (gatewayPort, consolePort) = (PortPromise(), PortPromise())
        let service = GatewayService(
            configuration, store: store, logger: logger, onListening: { gatewayPort.fulfil($0) }, onConsole: { consolePort.fulfil($0) })
        let report = DemoReport(
            configuration: configuration, store: store, inbox: inbox, sandbox: sandbox, port: gatewayPort, console: consolePort,
            keepsServing: !once)
        try await service.run(with: [report])
        return report.isComplete
    }

    /// The demo's configuration, carried by the binary.
    private func configuration(sandbox: String, folder: TemporaryFolder) throws -> Configuration {
        let environment = [
            "SANDBOX": sandbox, "DEMO_LISTEN": once ? "127.0.0.1:0" : PortProbe.isFree(listen) ? listen : "127.0.0.1:0",
            "DEMO_STORE": folder.file("demo.db"),
            "DEMO_CONSOLE": once ? "127.0.0.1:0" : PortProbe.isFree(console) ? console : "127.0.0.1:0",
        ]
        let (configuration, diagnostics) = ConfigurationLoader.load(
            path: "demo.yaml", environment: environment, readFile: { _ in MappingCatalog.demoConfiguration }, listFolder: { _ in [] })
        guard let configuration else { throw DiagnosticsError(diagnostics.sorted) }
        return configuration
    }
}
