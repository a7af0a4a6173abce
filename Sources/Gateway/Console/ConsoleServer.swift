import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Listens for browsers, apart from senders: a listener of its own, with limits of its own.
struct ConsoleServer: Service {
    let console: Console
    private let server: Server<ConsoleChannel>

    /// - Parameter onRunning: called with the port once the socket listens.
    init(
        _ console: Console, at address: ListenAddress, logger: Logger, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.console = console
        // Its own log lines have nothing that a person can act on.
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        server = Server(
            childChannelSetup: ConsoleChannel(console: console),
            configuration: ServerConfiguration(
                address: .hostname(address.host, port: address.port), backlog: 128,
                availableConnectionsDelegate: .maximum(256, logger: quiet)),
            onServerRunning: { channel in
                let port = channel.localAddress?.port ?? address.port
                logger.info("the console listens", metadata: ["host": "\(address.host)", "port": "\(port)"])
                await onRunning(port)
            },
            eventLoopGroup: group, logger: quiet)
    }

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server.run() }
            group.addTask {
                guard (try? await gracefulShutdown()) != nil else { return }
                console.end()
                try? await Task.sleep(for: .seconds(1))
            }
            try await group.next()
            group.cancelAll()
        }
    }
}
