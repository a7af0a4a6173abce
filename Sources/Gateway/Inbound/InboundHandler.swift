import HummingbirdCore
import Mappings
import NIOCore
import NIOExtras
import NIOHTTP1
import Rules

/// Gathers a request's parts into one request and sends a reply in parts.
///
/// Bodies beyond the limit are dropped as they come: up to eight times the limit the connection stays usable, since the rest is read; a larger
/// one is answered at once and the connection closed. Senders that are too slow are cut off.
final class InboundHandler: ChannelDuplexHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = InboundRequest
    typealias OutboundIn = ReceptionReply
    typealias OutboundOut = HTTPServerResponsePart

    private enum State {
        case waiting
        case reading(HTTPRequestHead, ByteBuffer?)
        /// Too large; the number of bytes dropped so far.
        case dropping(HTTPRequestHead, Int)
        /// Nothing that still comes is looked at.
        case ignoring
    }
    private struct Expected {
        var keepsAlive: Bool
        var isHead: Bool
        var isOld: Bool
    }

    private let limits: ConnectionLimits
    /// How long a client may count on the connection.
    private let keepAlive: String
    private let date: DateHeader
    private let requestHead: RequestHeadHandler
    private var state = State.waiting
    /// Requests handed on whose replies are due, in order.
    private var expected = CircularBuffer<Expected>(initialCapacity: 2)
    private var isQuiescing = false
    private var isClosing = false
    private var deadline = NIODeadline.distantFuture
    private var timer: Scheduled<Void>?

    init(limits: ConnectionLimits, date: DateHeader, requestHead: RequestHeadHandler) {
        self.limits = limits
        keepAlive = "timeout=\(limits.idle.components.seconds)"
        self.date = date
        self.requestHead = requestHead
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { expect(within: limits.idle, context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        expect(within: limits.idle, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        stopTimer()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) { stopTimer() }

    // MARK: Requests

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (_, .ignoring): break
        case (.head(let head), _): begin(head, context)
        case (.body(let part), .reading(let head, let body)): append(part, to: body, head, context)
        case (.body(let part), .dropping(let head, let count)): drop(count + part.readableBytes, head, context)
        case (.end, .reading(let head, let body)): finish(head, body, fault: nil, context)
        case (.end, .dropping(let head, let count)): finish(head, nil, fault: tooLarge(count), context)
        case (.body, .waiting), (.end, .waiting): break
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        requestHead.mayBegin = false
        expect(within: limits.arrival, context)
        let length = head.headers.first(name: "Content-Length").flatMap { Int($0) } ?? 0
        let waitsForLeave = head.headers.first(name: "Expect")?.isEqualIgnoringCase("100-continue") ?? false
        guard length <= limits.body else {
            if waitsForLeave || length > 8 * limits.body { return finish(head, nil, fault: tooLarge(length), isLast: true, context) }
            state = .dropping(head, 0)
            return
        }
        // HTTP/1.0 knows no interim replies (RFC 9110, section 15.2).
        if waitsForLeave, head.version != .http1_0 {
            context.writeAndFlush(wrapOutboundOut(.head(HTTPResponseHead(version: head.version, status: .continue))), promise: nil)
        }
        state = .reading(head, nil)
    }

    private func append(_ part: ByteBuffer, to body: ByteBuffer?, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        // Gives up the buffer before it grows, so that it is not copied.
        state = .waiting
        var part = part
        guard var body else {
            if part.readableBytes > limits.body { return drop(part.readableBytes, head, context) }
            state = .reading(head, part)
            return
        }
        guard body.readableBytes + part.readableBytes <= limits.body else {
            return drop(body.readableBytes + part.readableBytes, head, context)
        }
        body.writeBuffer(&part)
        state = .reading(head, body)
    }

    private func drop(_ count: Int, _ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        state = .dropping(head, count)
        if count > 8 * limits.body { finish(head, nil, fault: tooLarge(count), isLast: true, context) }
    }

    private func tooLarge(_ count: Int) -> Refusal { .tooLarge(count, limit: limits.body) }

    private func finish(
        _ head: HTTPRequestHead, _ body: ByteBuffer?, fault: Refusal?, isLast: Bool = false, _ context: ChannelHandlerContext
    ) {
        // Behind a tunnel's head, and an upgrade's that a pipelined request brought, the parser reads no more.
        let isDetached = head.method == .CONNECT || head.headers.contains(name: "Upgrade")
        let keepsAlive = head.isKeepAlive && !isLast && !isQuiescing && !isDetached
        state = keepsAlive ? .waiting : .ignoring
        requestHead.mayBegin = true
        deadline = .distantFuture
        expected.append(Expected(keepsAlive: keepsAlive, isHead: head.method == .HEAD, isOld: head.version == .http1_0))
        let target = Self.originForm(head.uri)
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?"))
        let wire = WireRequest(
            method: head.method.rawValue, path: String(target[..<(mark ?? target.endIndex)]),
            query: mark.map { String(target[target.index(after: $0)...]) } ?? "",
            headers: head.headers.map { ($0.name, $0.value) }, body: body.map { Array($0.readableBytesView) } ?? [])
        context.fireChannelRead(wrapInboundOut(InboundRequest(wire: wire, fault: fault)))
    }

    /// `http://host/path` as `/path`: proxies may send either (RFC 9112, section 3.2.2).
    private static func originForm(_ target: String) -> String {
        guard target.utf8.first != UInt8(ascii: "/"), let scheme = target.firstRange(of: "://") else { return target }
        let slash = target[scheme.upperBound...].firstIndex(of: "/")
        return slash.map { String(target[$0...]) } ?? "/"
    }

    /// What is no HTTP is answered, unless a reply to an earlier request is still due.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError, !isClosing else { return context.fireErrorCaught(error) }
        state = .ignoring
        guard expected.isEmpty else { return }
        let sentence = requestHead.isHTTP2 ? "this is HTTP/2; send HTTP/1.1" : "this is not HTTP/1.1: \(error)"
        answer(.error(.invalid, sentence), context)
    }

    // MARK: Replies

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard let expected = expected.popFirst() else {
            promise?.succeed()
            return
        }
        let isLast = !expected.keepsAlive || isQuiescing && self.expected.isEmpty
        writeParts(of: unwrapOutboundIn(data), for: expected, isLast: isLast, promise, context)
        if isLast {
            close(context)
        } else if self.expected.isEmpty, case .waiting = state {
            expect(within: limits.idle, context)
        }
    }

    private func answer(_ reply: ReceptionReply, _ context: ChannelHandlerContext) {
        writeParts(of: reply, for: Expected(keepsAlive: false, isHead: false, isOld: false), isLast: true, nil, context)
        close(context)
    }

    private func writeParts(
        of reply: ReceptionReply, for expected: Expected, isLast: Bool, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(7)
        headers.add(name: "Content-Type", value: reply.wire.contentType)
        headers.add(name: "Content-Length", value: String(reply.wire.body.count))
        headers.add(name: "Date", value: date.text)
        for (name, value) in reply.headers { headers.add(name: name, value: value) }
        if isLast {
            headers.add(name: "Connection", value: "close")
        } else {
            if expected.isOld { headers.add(name: "Connection", value: "keep-alive") }
            headers.add(name: "Keep-Alive", value: keepAlive)
        }
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: reply.wire.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !expected.isHead, !reply.wire.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.wire.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
    }

    /// Ends the sending side; what the sender still has under way is read for a moment, since closing on it would cost it the reply.
    private func close(_ context: ChannelHandlerContext) {
        isClosing = true
        state = .ignoring
        context.close(mode: .output, promise: nil)
        expect(within: .seconds(2), context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if expected.isEmpty, case .waiting = state { context.close(promise: nil) }
        case ChannelEvent.inputClosed where isClosing:
            context.close(promise: nil)
        default:
            context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Time

    /// One timer serves many deadlines: it looks at the newest when it fires.
    private func expect(within duration: Duration, _ context: ChannelHandlerContext) {
        let deadline = NIODeadline.now() + TimeAmount(duration)
        let isSooner = deadline < self.deadline
        self.deadline = deadline
        if timer == nil || isSooner && deadline < scheduled { schedule(context) }
    }

    private var scheduled = NIODeadline.distantFuture

    private func schedule(_ context: ChannelHandlerContext) {
        timer?.cancel()
        scheduled = deadline
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timeUp(context) }
    }

    private func timeUp(_ context: ChannelHandlerContext) {
        timer = nil
        if deadline <= .now() {
            context.close(promise: nil)
        } else if deadline != .distantFuture {
            schedule(context)
        }
    }

    private func stopTimer() {
        timer?.cancel()
        timer = nil
        deadline = .distantFuture
    }
}
