import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Listens for browsers, apart from senders: a listener of its own, with limits of its own.
struct ConsoleServer: Service {
    let console: Console
    private let listener: Listener<ConsoleChannel>

    /// - Parameter onRunning: called with the port once the socket listens.
    init(
        _ console: Console, at address: ListenAddress, logger: Logger, group: any EventLoopGroup = MultiThreadedEventLoopGroup.singleton,
        onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.console = console
        listener = Listener(
            setup: ConsoleChannel(console: console, logger: logger), address: address, connections: 256, backlog: 128, drain: .seconds(1),
            group: group, logger: logger
        ) { port in
            logger.info("the console listens", metadata: ["host": "\(address.host)", "port": "\(port)"])
            await onRunning(port)
        }
    }

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await listener.run()
        } onGracefulShutdown: {
            console.end()
        }
    }
}
