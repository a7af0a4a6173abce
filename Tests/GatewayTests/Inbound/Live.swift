import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

@testable import Gateway

/// A server on a free port, and a client that knows bytes only.
enum Live {
    static func serve(
        _ bench: IntakeBench, body: Int = 1024 * 1024, idle: Duration = .seconds(10), _ use: @Sendable (_ port: Int) async throws -> Void
    ) async throws {
        var logger = Logger(label: "test")
        logger.logLevel = .critical
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let limits = ConnectionLimits(body: body, idle: idle, arrival: idle, taking: idle, connections: 64)
        let server = InboundServer(bench.intake, at: ListenAddress(host: "127.0.0.1", port: 0), limits: limits, logger: logger) { port in
            continuation.yield(port)
            continuation.finish()
        }
        let group = ServiceGroup(configuration: .init(services: [.init(service: server)], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            for await port in ports { try await use(port) }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// Sends the bytes again and again, and reads nothing. Returns once the server has cut the connection.
    static func flood(_ port: Int, _ text: String) async throws {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.autoRead, value: false)
            .connect(host: "127.0.0.1", port: port).get()
        while (try? await channel.writeAndFlush(ByteBuffer(string: text)).get()) != nil {}
        try? await channel.close().get()
    }

    static func exchange(_ port: Int, _ text: String) async throws -> String { try await exchange(port, Array(text.utf8)) }

    /// Sends the bytes and reads until the server closes.
    static func exchange(_ port: Int, _ bytes: [UInt8]) async throws -> String {
        let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        var received = ByteBuffer()
        do {
            try await channel.executeThenClose { inbound, outbound in
                if !bytes.isEmpty { try await outbound.write(ByteBuffer(bytes: bytes)) }
                for try await part in inbound { received.writeImmutableBuffer(part) }
            }
        } catch let error where error is IOError || error is ChannelError {
            // A connection that was cut is at its end, too.
        }
        return String(buffer: received)
    }
}
