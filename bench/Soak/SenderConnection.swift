import NIOCore
import NIOHTTP1
import NIOPosix

/// A sender's keep-alive connection: one request at a time, and an error if no whole reply comes.
final class SenderConnection: Sendable {
    enum Failure: Error { case closed, timeout }

    private let channel: any Channel

    private init(_ channel: any Channel) { self.channel = channel }

    /// - Parameter address: a stranger's loopback address; nil: the system's choice, which is 127.0.0.1.
    static func open(port: Int, from address: String? = nil) async throws -> SenderConnection {
        var bootstrap = ClientBootstrap(group: address == nil ? MultiThreadedEventLoopGroup.singleton : StrangerConnection.group)
        if let address { bootstrap = try bootstrap.bind(to: SocketAddress(ipAddress: address, port: 0)) }
        let channel =
            try await bootstrap
            .connectTimeout(.seconds(2))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHTTPClientHandlers()
                    try channel.pipeline.syncOperations.addHandler(ReplyHandler())
                }
            }
            .connect(host: "127.0.0.1", port: port).get()
        return SenderConnection(channel)
    }

    var isOpen: Bool { channel.isActive }

    func exchange(_ request: Request, within limit: TimeAmount = .seconds(8)) async throws -> Answer {
        let promise = channel.eventLoop.makePromise(of: Answer.self)
        let timeout = channel.eventLoop.scheduleTask(in: limit) { [channel] in
            promise.fail(Failure.timeout)
            channel.close(promise: nil)
        }
        channel.writeAndFlush(ReplyHandler.Call(request: request, promise: promise)).cascadeFailure(to: promise)
        defer { timeout.cancel() }
        return try await promise.futureResult.get()
    }

    func close() async { try? await channel.close() }
}

/// Writes a call's request and completes its promise with the reply.
private final class ReplyHandler: ChannelDuplexHandler {
    struct Call: Sendable {
        var request: Request
        var promise: EventLoopPromise<Answer>
    }
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundIn = Call
    typealias OutboundOut = HTTPClientRequestPart

    private var promise: EventLoopPromise<Answer>?
    private var answer = Answer(status: 0, body: "")
    private var body = ByteBuffer()

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let call = unwrapOutboundIn(data)
        guard context.channel.isActive else { return call.promise.fail(SenderConnection.Failure.closed) }
        self.promise = call.promise
        var headers = HTTPHeaders([("Host", "gateway")] + call.request.headers)
        if call.request.method != "GET" { headers.add(name: "Content-Length", value: "\(call.request.body.utf8.count)") }
        let head = HTTPRequestHead(
            version: .http1_1, method: HTTPMethod(rawValue: call.request.method), uri: call.request.target, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !call.request.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: call.request.body)))), promise: nil)
        }
        context.write(wrapOutboundOut(.end(nil)), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            answer = Answer(status: Int(head.status.code), retryAfter: head.headers.first(name: "Retry-After"), body: "")
            body.clear()
        case .body(var part): body.writeBuffer(&part)
        case .end:
            // An interim reply is not the answer.
            guard answer.status >= 200 else { return }
            answer.body = String(buffer: body)
            promise?.succeed(answer)
            promise = nil
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        promise?.fail(SenderConnection.Failure.closed)
        promise = nil
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        promise?.fail(error)
        promise = nil
        context.close(promise: nil)
    }
}
