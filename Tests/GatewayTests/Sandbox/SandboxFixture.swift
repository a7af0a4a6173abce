import Logging
import Mappings
import Rules
import ServiceLifecycle
import Synchronization

@testable import Gateway

/// The five trackers of the demo, impersonated on a free port in this process.
enum SandboxFixture {
    static func configuration(sandbox port: Int = 1, store: String = "demo.db", _ change: (String) -> String = { $0 }) -> Configuration? {
        let environment = [
            "SANDBOX": "http://127.0.0.1:\(port)", "DEMO_LISTEN": "127.0.0.1:0", "DEMO_CONSOLE": "127.0.0.1:0", "DEMO_STORE": store,
        ]
        return ConfigurationLoader.load(
            path: "demo.yaml", environment: environment, readFile: { _ in change(MappingCatalog.demoConfiguration) },
            listFolder: { _ in [] }
        ).configuration
    }

    static var logger: Logger {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        return logger
    }

    static func run<Result: Sendable>(
        _ sources: [SourceConfiguration], _ body: (Sandbox, _ port: Int, DemoInbox) async throws -> Result
    ) async throws -> Result {
        let (port, inbox) = (PortPromise(), DemoInbox())
        let sandbox = try Sandbox(
            sources: sources, listen: ListenAddress(host: "127.0.0.1", port: 0), logger: logger, onListening: { port.fulfil($0) },
            onReceived: { inbox.add($0) })
        let group = ServiceGroup(services: [sandbox.server], logger: logger)
        let result = try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            let result = try await body(sandbox, port.value, inbox)
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
            return result
        }
        await sandbox.clear()
        return result
    }
}
