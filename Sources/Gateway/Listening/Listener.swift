import Logging
import NIOCore
import NIOExtras
import NIOPosix
import ServiceLifecycle

/// Accepts connections at an address until a graceful shutdown, and lets those that are open then come to their end.
///
/// Each connection's pipeline hears of a shutdown as `ChannelShouldQuiesceEvent`.
struct Listener<Setup: ConnectionSetup>: Sendable {
    let setup: Setup
    /// Port 0 takes any free one.
    let address: ListenAddress
    /// Connections that are open at once; more of them wait in the backlog.
    let connections: Int
    let backlog: Int
    /// How long connections may go on after a shutdown has begun.
    let drain: Duration
    let group: any EventLoopGroup
    let logger: Logger
    /// Gets the port, once the socket listens.
    let onRunning: @Sendable (_ port: Int) async -> Void

    private typealias Accepting = NIOAsyncChannel<Setup.Connection, Never>

    /// Returns after a graceful shutdown, when the last connection is gone or its time is over.
    ///
    /// - Throws: what the system says if it does not give the address.
    func run() async throws {
        let quiescing = ServerQuiescingHelper(group: group)
        let accepting = try await bind(quiescing)
        let port = accepting.channel.localAddress?.port ?? address.port
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                await withGracefulShutdownHandler {
                    await onRunning(port)
                    await serve(accepting)
                } onGracefulShutdown: {
                    quiescing.initiateShutdown(promise: nil)
                }
            }
            tasks.addTask {
                guard (try? await gracefulShutdown()) != nil else { return }
                try? await Task.sleep(for: drain)
            }
            try await tasks.next()
            tasks.cancelAll()
        }
    }

    private func bind(_ quiescing: ServerQuiescingHelper) async throws -> Accepting {
        try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: Int32(backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ConnectionLimit(connections))
                    try channel.pipeline.syncOperations.addHandler(quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .bind(host: address.host, port: address.port, childChannelInitializer: setup.setup)
    }

    private func serve(_ accepting: Accepting) async {
        await withDiscardingTaskGroup { tasks in
            do {
                try await accepting.executeThenClose { inbound in
                    for try await connection in inbound {
                        tasks.addTask { await setup.handle(connection) }
                    }
                }
            } catch {
                logger.error("no more connections are accepted: \(error)")
            }
        }
    }
}
