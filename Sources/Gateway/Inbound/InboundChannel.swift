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
            let requestHead = RequestHeadHandler()
            try pipeline.addHandler(requestHead)
            try pipeline.configureHTTPServerPipeline(withPipeliningAssistance: false, withErrorHandling: false)
            try pipeline.addHandler(InboundHandler(limits: current.latest.limits, date: date, requestHead: requestHead))
            return Value(
                connection: try NIOAsyncChannel(
                    wrappingChannelSynchronously: channel,
                    configuration: NIOAsyncChannel.Configuration(
                        // Requests that a sender pipelines wait in the socket, not in memory.
                        backPressureStrategy: .init(lowWatermark: 1, highWatermark: 2), isOutboundHalfClosureEnabled: true)))
        }
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
                            try await outbound.write(await version.intake.respond(to: request.wire, peer: peer, fault: request.fault))
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
