import Logging
import NIOCore
import NIOHTTP1

/// One browser's connection: a request comes in whole, and its reply goes out, one after another.
struct ConsoleChannel: ConnectionSetup {
    typealias ResponsePart = HTTPPart<HTTPResponseHead, ByteBuffer>
    typealias Connection = NIOAsyncChannel<HTTPServerRequestPart, ResponsePart>

    let console: Console
    let logger: Logger

    /// A browser keeps a connection for about a minute.
    private static let idle = TimeAmount.seconds(75)

    func setup(channel: any Channel) -> EventLoopFuture<Connection> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
            try pipeline.addHandler(IdleStateHandler(allTimeout: Self.idle))
            try pipeline.addHandler(IdleCloser())
            try pipeline.addHandler(ResponseBuffers())
            return try NIOAsyncChannel(wrappingChannelSynchronously: channel)
        }
    }

    func handle(_ connection: Connection) async {
        let peer = connection.channel.remoteAddress?.ipAddress ?? ""
        do {
            try await connection.executeThenClose { inbound, outbound in
                var parts = inbound.makeAsyncIterator()
                while case .head(let head)? = try await parts.next() {
                    guard try await answer(head, &parts, outbound, peer) else { return }
                }
            }
        } catch {
            logger.trace("a connection to the console ended", metadata: ["reason": "\(error)"])
        }
    }

    /// False if the connection ends with this reply.
    private func answer(
        _ head: HTTPRequestHead, _ parts: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator,
        _ outbound: NIOAsyncChannelOutboundWriter<ResponsePart>, _ peer: String
    ) async throws -> Bool {
        let limit = await console.bodyLimit(for: ConsoleRequest(head, body: [], peer: peer))
        var body: [UInt8] = []
        reading: while let part = try await parts.next() {
            switch part {
            case .body(let buffer):
                guard body.count + buffer.readableBytes <= limit else {
                    try await write(console.tooLarge(limit), to: head, isLast: true, outbound)
                    return false
                }
                body.append(contentsOf: buffer.readableBytesView)
            case .end: break reading
            case .head: return false
            }
        }
        let reply = await console.respond(to: ConsoleRequest(head, body: body, peer: peer))
        try await write(reply, to: head, isLast: !head.isKeepAlive, outbound)
        return head.isKeepAlive
    }

    private func write(
        _ reply: ConsoleReply, to request: HTTPRequestHead, isLast: Bool, _ outbound: NIOAsyncChannelOutboundWriter<ResponsePart>
    ) async throws {
        var head = HTTPResponseHead(version: request.version, status: HTTPResponseStatus(statusCode: reply.status))
        head.headers.add(name: "Content-Type", value: reply.contentType)
        head.headers.add(name: "Cache-Control", value: reply.isPublic ? "public, max-age=86400" : "no-store")
        for (name, value) in ConsoleReply.safeguards + reply.headers { head.headers.add(name: name, value: value) }
        if isLast { head.headers.add(name: "Connection", value: "close") }
        switch reply.body {
        case .bytes(let bytes):
            head.headers.add(name: "Content-Length", value: String(bytes.count))
            try await outbound.write(.head(head))
            if request.method != .HEAD, !bytes.isEmpty { try await outbound.write(.body(ByteBuffer(bytes: bytes))) }
        case .events(let send):
            try await outbound.write(.head(head))
            if request.method != .HEAD {
                await send { text in
                    (try? await outbound.write(.body(ByteBuffer(string: text)))) != nil
                }
            }
        }
        try await outbound.write(.end(nil))
    }
}

/// A response's body as the encoder takes it.
private final class ResponseBuffers: ChannelOutboundHandler {
    typealias OutboundIn = ConsoleChannel.ResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let part: HTTPServerResponsePart =
            switch unwrapOutboundIn(data) {
            case .head(let head): .head(head)
            case .body(let buffer): .body(.byteBuffer(buffer))
            case .end(let trailers): .end(trailers)
            }
        context.write(wrapOutboundOut(part), promise: promise)
    }
}

/// Closes a connection on which nothing happens.
private final class IdleCloser: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event is IdleStateHandler.IdleStateEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
