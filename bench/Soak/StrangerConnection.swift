import NIOCore
import NIOPosix

/// A connection that carries any bytes, from any address of the loopback network.
final class StrangerConnection: Sendable {
    private let channel: any Channel
    /// The first reply's status, 0 if none came before the end or the time limit.
    private let status: EventLoopPromise<Int>

    private init(_ channel: any Channel, _ status: EventLoopPromise<Int>) {
        self.channel = channel
        self.status = status
    }

    /// Strangers have a thread of their own, so that they do not slow the good senders inside this process.
    static let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)

    static func open(from address: String, to port: Int, reads: Bool = true) async throws -> StrangerConnection {
        let status = group.next().makePromise(of: Int.self)
        do {
            let channel = try await ClientBootstrap(group: group)
                .connectTimeout(.seconds(2))
                .bind(to: SocketAddress(ipAddress: address, port: 0))
                .channelOption(.autoRead, value: reads)
                .channelOption(.socketOption(.so_rcvbuf), value: 8192)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(StatusHandler(status)) }
                }
                .connect(host: "127.0.0.1", port: port).get()
            return StrangerConnection(channel, status)
        } catch {
            status.succeed(0)
            throw error
        }
    }

    var isOpen: Bool { channel.isActive }

    func write(_ bytes: ByteBuffer) { if bytes.readableBytes > 0 { channel.writeAndFlush(bytes, promise: nil) } }

    func status(within limit: TimeAmount) async -> Int {
        let timeout = channel.eventLoop.scheduleTask(in: limit) { [status] in status.succeed(0) }
        defer { timeout.cancel() }
        return (try? await status.futureResult.get()) ?? 0
    }

    func close() { channel.close(promise: nil) }
}

/// Reads the status of the first reply and throws the rest away.
private final class StatusHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let status: EventLoopPromise<Int>
    private var start = ByteBuffer()

    init(_ status: EventLoopPromise<Int>) { self.status = status }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard start.readableBytes < 12 else { return }
        var part = unwrapInboundIn(data)
        start.writeBuffer(&part)
        guard let line = start.getString(at: start.readerIndex, length: 12) else { return }
        status.succeed(Int(line.suffix(3)) ?? 0)
    }

    func channelInactive(context: ChannelHandlerContext) { status.succeed(0) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
