import NIOCore
import NIOHTTP1
import Rules

/// One sender's connection: whole requests come out of its pipeline, whole replies go in.
struct InboundChannel: ConnectionSetup {
    struct Connection {
        let channel: any Channel
        let link: NIOLoopBound<IntakeLink>
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
            let link = IntakeLink(current, channel: channel)
            let handler = InboundHandler(current: current, date: date, feeder: feeder, taker: link)
            try pipeline.addHandler(handler)
            link.handler = handler
            return Connection(channel: channel, link: NIOLoopBound(link, eventLoop: channel.eventLoop))
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

    /// Returns when the connection is gone.
    func handle(_ connection: Connection) async {
        let channel = connection.channel
        await withTaskCancellationHandler {
            try? await channel.closeFuture.get()
        } onCancel: {
            channel.eventLoop.execute { connection.link.value.end() }
        }
    }
}
