import NIOCore
import NIOHTTP1
import Rules

/// One sender's connection: whole requests come out of its pipeline, whole replies go in.
///
/// The connection's task runs on the connection's event loop, so that a request changes threads only for the store's commit.
struct InboundChannel: ConnectionSetup {
    struct Connection {
        let channel: any Channel
        let handover: NIOLoopBound<RequestHandover>
    }

    let current: CurrentIntake
    let date: DateHeader

    func setup(channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            Self.bound(channel)
            if let tls = current.latest.tls { try pipeline.addHandler(TLSGate(tls)) }
            let feeder = RequestFeeder(.ofThisLoop)
            try pipeline.addHandler(feeder)
            try pipeline.addHandler(Self.decoder())
            try pipeline.addHandler(InboundHandler(current: current, date: date, feeder: feeder))
            let handover = RequestHandover()
            try pipeline.addHandler(handover)
            return Connection(channel: channel, handover: NIOLoopBound(handover, eventLoop: channel.eventLoop))
        }
    }

    /// A head has at most as many bytes as its longest line may have.
    static func decoder() -> ByteToMessageHandler<HTTPRequestDecoder> {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = limits.maxHeaderFieldSize
        return ByteToMessageHandler(HTTPRequestDecoder(leftOverBytesStrategy: .dropBytes, limitConfiguration: limits))
    }

    /// What was read and waits is one small buffer for each connection.
    private static func bound(_ channel: any Channel) {
        guard let options = channel.syncOptions else { return }
        try? options.setOption(.maxMessagesPerRead, value: 1)
        try? options.setOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 16_384))
    }

    func handle(_ connection: Connection) async {
        let channel = connection.channel
        let peer = channel.remoteAddress?.ipAddress ?? ""
        await withTaskExecutorPreference(EventLoopTaskExecutor(loop: channel.eventLoop)) {
            await withTaskCancellationHandler {
                let handover = connection.handover.value
                var version = current.latest
                while let request = await handover.next() {
                    if !current.isLatest(version) { version = current.latest }
                    handover.reply(
                        await version.intake.respond(to: request.wire, peer: peer, fault: request.fault, isCut: request.isCut))
                    withExtendedLifetime(request.reservation) {}
                }
                try? await channel.close()
            } onCancel: {
                channel.eventLoop.execute { connection.handover.value.end() }
            }
        }
    }
}
