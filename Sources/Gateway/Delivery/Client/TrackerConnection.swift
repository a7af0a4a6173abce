import NIOCore
import NIOHTTP1
import NIOSSL
import NIOTLS
import Rules

/// One open connection: writes a request, gathers its reply within bounds, and is then free for the next or closed.
///
/// Of a reply no more is read than `Reply.readLimit`; what lies beyond is not waited for, and the connection is closed. A connection is used again only if the reply
/// ended by its own framing, the request had gone out whole and nothing was left over, so that no byte can count as the answer to the next request.
final class TrackerConnection: ChannelInboundHandler {
    typealias InboundIn = HTTPClientResponsePart
    typealias OutboundOut = HTTPClientRequestPart

    var idleSince = NIODeadline.now()
    private let pool: ConnectionPool
    /// Called once, if there is a handshake: with nil when it is done.
    private var handshake: ((ExchangeFailure?) -> Void)?
    private var context: ChannelHandlerContext?
    private lazy var wire = Wire(self)
    private var isClosed = false
    /// Whether the pool counts it.
    private var isLent = false
    private var served = 0

    // The exchange under way.
    private var exchange: Exchange?
    private var isWritten = false
    private var wireBytes = 0
    private var statusLine = StatusLine()
    /// Whether the HTTP parser knows of the request: it reads what is no plain answer.
    private var isAnnounced = false
    private var plain: Reply?
    private var head: HTTPResponseHead?
    private var body = ByteBuffer()
    private var isComplete = false
    private var keepsAlive = false
    private var damage: Reply.Damage?

    /// The most that one reply may take on the wire, interim replies and the framing of chunks included.
    private static let wireLimit = 1024 * 1024
    private static let headLimits = {
        var limits = NIOHTTPDecoderLimitConfiguration()
        limits.maxHeaderFieldSize = 64 * 1024
        limits.maxHeaderListSize = 64 * 1024
        limits.maxHeaderFieldCount = TrackerClient.headerFields
        return limits
    }()

    init(in pool: ConnectionPool, handshake: ((ExchangeFailure?) -> Void)?) {
        self.pool = pool
        self.handshake = handshake
    }

    func addHandlers(to pipeline: ChannelPipeline.SynchronousOperations) throws {
        try pipeline.addHandler(wire)
        try pipeline.addHandler(ByteToMessageHandler(HTTPResponseDecoder(limitConfiguration: Self.headLimits)))
        try pipeline.addHandler(self)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    // MARK: - Sending

    func send(_ exchange: Exchange) {
        isLent = true
        guard let context, !isClosed else {
            // It was closed before the pool counted it.
            if isClosed { pool.closed(self) }
            return fail(.closed(midReply: false), exchange)
        }
        exchange.stage = .sent(self)
        self.exchange = exchange
        isWritten = false
        wireBytes = 0
        statusLine = StatusLine()
        damage = nil
        head = nil
        plain = nil
        isComplete = false
        isAnnounced = false
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.assumeIsolated().whenSuccess { self.isWritten = true }
        wire.send(exchange.request.bytes, promise: written)
    }

    /// Closes at once; what is under way there must have ended already.
    func close() {
        exchange = nil
        forget()
        context?.close(promise: nil)
    }

    /// Closes a connection that was never lent.
    func abandon() {
        handshake = nil
        isClosed = true
        context?.close(promise: nil)
    }

    private func forget() {
        guard !isClosed else { return }
        isClosed = true
        if isLent { pool.closed(self) }
    }

    // MARK: - Receiving

    /// Whether bytes from the socket are all of a plain answer, which then is the reply.
    fileprivate func isReply(_ bytes: ByteBuffer) -> Bool {
        guard let exchange, !isComplete, wireBytes == 0, let answer = PlainReply(bytes, keeping: exchange.headerNames) else { return false }
        wireBytes = bytes.readableBytes
        plain = answer.reply
        keepsAlive = answer.keepsAlive
        isComplete = true
        return true
    }

    /// Whether bytes from the socket are part of the reply.
    fileprivate func takes(_ bytes: ByteBuffer) -> Bool {
        guard exchange != nil, !isComplete else {
            // No request asked for this. A reply that is already whole still counts.
            keepsAlive = false
            if exchange == nil { close() }
            return false
        }
        if !isAnnounced, let exchange {
            isAnnounced = true
            context?.write(wrapOutboundOut(.head(exchange.request.head)), promise: nil)
        }
        if head == nil { statusLine.take(bytes.readableBytesView) }
        wireBytes += bytes.readableBytes
        if wireBytes <= Self.wireLimit { return true }
        if head == nil {
            fail(.notHTTP("its head has no end"))
        } else {
            cut()
            settle()
        }
        return false
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if exchange == nil || isComplete { return }
        switch unwrapInboundIn(data) {
        case .head(let head):
            self.head = head
            keepsAlive = head.isKeepAlive && head.status.code != 101
            body.clear()
        case .body(var part):
            let room = Reply.readLimit - body.readableBytes
            if part.readableBytes > room {
                part = part.getSlice(at: part.readerIndex, length: room) ?? ByteBuffer()
                cut()
            }
            if body.readableBytes == 0 { body = part } else { body.writeBuffer(&part) }
        case .end: isComplete = true
        }
    }

    private func cut() {
        damage = .oversized
        isComplete = true
        keepsAlive = false
    }

    /// Only once all that came at the same time has been looked at: more than a whole reply is no reply to trust the connection after.
    func channelReadComplete(context: ChannelHandlerContext) { if isComplete { settle() } }

    private func settle() {
        guard let exchange, let reply = plain ?? head.map({ Reply($0, body: body, keeping: exchange.headerNames, damage) }) else { return }
        self.exchange = nil
        plain = nil
        body = ByteBuffer()
        served += 1
        pool.end(exchange, .success(reply))
        if keepsAlive, isWritten, !isClosed { pool.release(self) } else { close() }
    }

    // MARK: - Ending

    func channelInactive(context: ChannelHandlerContext) {
        keepsAlive = false
        if isComplete { settle() }
        forget()
        if let handshake = takeHandshake() { return handshake(.tls("the connection was closed")) }
        fail(.closed(midReply: wireBytes > 0))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let handshake = takeHandshake() {
            let tls = try? context.pipeline.syncOperations.handler(type: NIOSSLClientHandler.self)
            return handshake(ExchangeFailure(handshake: error, host: pool.origin.host, certificate: tls?.peerCertificate))
        }
        keepsAlive = false
        if isComplete { return }
        if exchange == nil { return close() }
        fail(ExchangeFailure(exchanging: error, midReply: wireBytes > 0))
    }

    private func fail(_ failure: ExchangeFailure) {
        guard let exchange else { return }
        fail(failure, exchange)
    }

    private func fail(_ failure: ExchangeFailure, _ exchange: Exchange) {
        let reply = reply(damagedBy: failure)
        close()
        if let reply {
            pool.end(exchange, .success(reply))
        } else if failure == .closed(midReply: false), served > 0, !exchange.isRepeated {
            pool.again(exchange)
        } else {
            pool.end(exchange, .failure(failure))
        }
    }

    /// What has come of an answer that breaks off, if its status line said that the request was taken. To send that again might double it.
    func reply(damagedBy failure: ExchangeFailure) -> Reply? {
        guard let exchange, let status = head.map({ Int($0.status.code) }) ?? statusLine.status, (200..<300).contains(status) else {
            return nil
        }
        let damage: Reply.Damage =
            switch failure {
            case .timeout(let limit): .unfinished(within: limit)
            case .notHTTP(let reason): .malformed(reason)
            default: .cutShort
            }
        guard let head else { return Reply(status: status, body: [], damage: damage) }
        return Reply(head, body: body, keeping: exchange.headerNames, damage)
    }

    // MARK: - Handshake

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .some(.handshakeCompleted) = event as? TLSUserEvent, let handshake = takeHandshake() { handshake(nil) }
    }

    func expireHandshake() { takeHandshake()?(.tls("no answer within \(TrackerClient.connectTimeout.text)")) }

    private func takeHandshake() -> ((ExchangeFailure?) -> Void)? {
        defer { handshake = nil }
        return handshake
    }
}

/// Sits between the socket and the decoder: counts what comes, takes plain answers past the decoder, and writes the request, which is bytes already.
private final class Wire: ChannelInboundHandler, ChannelOutboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = HTTPClientRequestPart
    typealias OutboundOut = ByteBuffer

    private unowned let connection: TrackerConnection
    private var context: ChannelHandlerContext?

    init(_ connection: TrackerConnection) { self.connection = connection }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }
    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    func send(_ bytes: ByteBuffer, promise: EventLoopPromise<Void>) {
        guard let context else { return promise.fail(ChannelError.ioOnClosedChannel) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: promise)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        if !connection.isReply(bytes), connection.takes(bytes) { context.fireChannelRead(data) }
    }

    /// A head is written for the decoder alone, which learns from it what was asked.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) { promise?.succeed() }
}

extension Reply {
    /// - Parameter names: Headers to be kept, in lower case.
    fileprivate init(_ head: HTTPResponseHead, body: ByteBuffer, keeping names: [String], _ damage: Damage?) {
        self.init(status: Int(head.status.code), body: Array(body.readableBytesView), damage: damage)
        for name in names {
            let values = head.headers[name]
            if !values.isEmpty { headers[name] = values.joined(separator: ", ") }
        }
        for (name, value) in head.headers {
            switch name.utf8.count {
            case 8 where name.lowercased() == "location": location = location ?? value
            case 11 where name.lowercased() == "retry-after": retryAfter = retryAfter ?? value
            case 16 where name.lowercased() == "content-encoding" && value.lowercased() != "identity": encoding = value
            default: break
            }
        }
        unpack()
    }
}
