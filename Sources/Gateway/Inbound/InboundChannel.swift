import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import Rules

/// One sender's connection: whole requests come out of its pipeline, whole replies go in.
///
/// The connection's task runs on the connection's event loop, so that a request changes threads only for the store's commit.
struct InboundChannel: ServerChildChannel {
    struct Value: ServerChildChannelValue {
        let connection: NIOAsyncChannel<InboundRequest, ReceptionReply>
        var channel: any Channel { connection.channel }
    }

    let current: CurrentIntake
    let date: DateHeader

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            Self.bound(channel)
            let feeder = RequestFeeder(.ofThisLoop)
            try pipeline.addHandler(feeder)
            try pipeline.configureHTTPServerPipeline(
                withPipeliningAssistance: false, withErrorHandling: false, withEncoderConfiguration: .init(),
                withDecoderLimitConfiguration: Self.headLimits)
            try pipeline.addHandler(InboundHandler(current: current, date: date, feeder: feeder))
            return Value(
                connection: try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel,
                    configuration: NIOAsyncChannel.Configuration(isOutboundHalfClosureEnabled: true)))
        }
    }

    /// A head has at most as many bytes as its longest line may have.
    private static var headLimits: NIOHTTPDecoderLimitConfiguration {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderListSize = limits.maxHeaderFieldSize
        return limits
    }

    /// What was read and waits is one small buffer for each connection.
    private static func bound(_ channel: any Channel) {
        guard let options = channel.syncOptions else { return }
        try? options.setOption(.maxMessagesPerRead, value: 1)
        try? options.setOption(.recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 2048, maximum: 16_384))
    }

    func handle(value: Value, logger: Logger) async {
        let channel = value.channel
        let peer = channel.remoteAddress?.ipAddress ?? ""
        await withTaskExecutorPreference(EventLoopTaskExecutor(loop: channel.eventLoop)) {
            await withTaskCancellationHandler {
                do {
                    try await value.connection.executeThenClose { inbound, outbound in
                        var version = current.latest
                        for try await request in inbound {
                            if !current.isLatest(version) { version = current.latest }
                            try await outbound.write(
                                await version.intake.respond(to: request.wire, peer: peer, fault: request.fault, isCut: request.isCut))
                            withExtendedLifetime(request.reservation) {}
                        }
                    }
                } catch {
                    logger.trace("a connection ended early", metadata: ["error": "\(error)"])
                }
            } onCancel: {
                channel.close(mode: .input, promise: nil)
            }
        }
    }
}
