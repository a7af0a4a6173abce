import Mappings
import NIOCore
import NIOExtras
import NIOHTTP1
import Rules

/// Gathers a request's parts into one request and writes a reply, one request at a time.
///
/// Bodies beyond the limit are dropped as they come: up to eight times the limit the connection stays usable, since the rest is read; a larger
/// one is answered at once and the connection closed.
///
/// In every state the connection has a deadline, except while the intake works on a request: then nothing is expected of the sender.
final class InboundHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart

    /// Takes whole requests, one at a time, and answers each by `reply`.
    protocol Taker: AnyObject {
        func take(_ request: InboundRequest)
        /// No request comes any more: the sender has closed its side, or the connection is gone.
        func end()
        /// Nobody takes a reply any more.
        func letGo()
    }

    enum State {
        /// For a request's head.
        case waiting
        /// The rest of `incoming` is under way.
        case reading
        /// The intake has the request; its reply is due.
        case working(Due)
        /// The reply is written, and the sender has yet to take it.
        case replying
        /// The reply that says so was taken; nothing that still comes is looked at.
        case closing
    }

    /// How the reply to a request is written.
    struct Due {
        var keepsAlive: Bool
        var isHead = false
        var isOld = false
    }

    /// A request whose body is not here yet.
    struct Incoming {
        var head: HTTPRequestHead
        var body: InboundBody
        /// Bytes that have come, dropped ones too.
        var count = 0
        /// What waits for room.
        var waiting: ByteBuffer?
        var isWhole = false
    }

    let limits: ConnectionLimits
    /// How long a client may count on the connection.
    let keepAlive: String
    let date: DateHeader
    let feeder: RequestFeeder
    let current: CurrentIntake
    let taker: any Taker
    let deadline = ConnectionDeadline()
    var state = State.waiting
    var isQuiescing = false
    /// What is to be answered after the reply that is due: the sender's next bytes are no request.
    var parseError: (any Error)?
    var incoming: Incoming?
    var retry: Scheduled<Void>?
    var entry: (address: AddressConnections.Address, verdict: AddressConnections.Verdict)?
    private var isCounted = false
    private var context: ChannelHandlerContext?

    /// - Parameter feeder: in front of the parser on the same connection.
    init(current: CurrentIntake, date: DateHeader, feeder: RequestFeeder, taker: any Taker) {
        limits = current.latest.limits
        keepAlive = "timeout=\(limits.idle.components.seconds)"
        self.current = current
        self.date = date
        self.feeder = feeder
        self.taker = taker
        feeder.taker = self
    }

    // MARK: The connection

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        if context.channel.isActive { begin(context) }
    }

    func channelActive(context: ChannelHandlerContext) {
        context.fireChannelActive()
        begin(context)
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard context.channel.isActive, !isCounted else { return }
        deadline.expect(within: limits.idle, context)
        isCounted = true
        current.load.connections.opened()
        guard let text = context.channel.remoteAddress?.ipAddress, let peer = IPAddress(text),
            !current.latest.intake.reception.trusts(peer)
        else { return }
        let entry = current.load.addresses.enter(peer)
        self.entry = entry
        guard entry.verdict != .welcome else { return }
        current.load.refusedConnection(of: text)
        if entry.verdict == .cut { return context.close(promise: nil) }
        refuse(.overloaded, "too many connections are open from \(text); use fewer, or try again later", retryAfter: 10, context)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        end()
        taker.letGo()
        self.context = nil
    }

    private func end() {
        taker.end()
        deadline.end()
        retry?.cancel()
        incoming = nil
        if let entry { current.load.addresses.leave(entry.address, entry.verdict) }
        entry = nil
        if isCounted { current.load.connections.closed() }
        isCounted = false
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if case .waiting = state { context.close(promise: nil) }
        case ChannelEvent.inputClosed:
            if case .closing = state { return context.close(promise: nil) }
            taker.end()
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    // MARK: Requests

    /// The request that the input begins with, if it is whole and plain.
    func plainRequest(in input: inout ByteBuffer) -> PlainRequest? {
        guard case .waiting = state else { return nil }
        return PlainRequest(takenFrom: &input, longestBody: min(InboundBody.own, limits.body))
    }

    func take(_ plain: PlainRequest) {
        work(on: InboundRequest(wire: plain.wire, isCut: false), Due(keepsAlive: plain.keepsAlive))
    }

    private func work(on request: InboundRequest, _ due: Due) {
        state = .working(due)
        feeder.hold(readsOn: true)
        deadline.lift()
        taker.take(request)
    }

    /// Answers the request that the taker has. Does nothing if its connection is gone.
    func reply(_ reply: ReceptionReply) {
        guard case .working(let due) = state, let context else { return }
        send(reply, due, context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch (unwrapInboundIn(data), state) {
        case (.head(let head), .waiting): begin(head, context)
        case (.body(let part), .reading): append(part, context)
        case (.end, .reading):
            if incoming?.waiting == nil { finish(context) } else { incoming?.isWhole = true }
        // The feeder gives one request at a time. If it is ever wrong, no more requests of this sender are read.
        case (.head, .working(var due)):
            due.keepsAlive = false
            state = .working(due)
        default: break
        }
    }

    private func begin(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
        deadline.expect(within: limits.arrival, context)
        state = .reading
        if let problem = head.problem { return refuse(problem, read: WireRequest(head, body: []), context) }
        let length = head.announcedLength
        incoming = Incoming(head: head, body: InboundBody(length: head.isChunked ? limits.body : min(length, limits.body)))
        if length > limits.body {
            incoming?.body.drop()
            if head.waitsForLeave || length > 8 * limits.body {
                incoming?.count = length
                return finish(isLast: true, context)
            }
        }
        if head.isChunked {
            feeder.next = .chunks
        } else if length > 0 {
            feeder.next = .body(length)
        }
        // HTTP/1.0 knows no interim replies (RFC 9110, section 15.2).
        if head.waitsForLeave, head.version != .http1_0 {
            feeder.write(ByteBuffer(string: "HTTP/1.1 100 Continue\r\n\r\n"), promise: nil)
        }
    }

    func finish(isLast: Bool = false, _ context: ChannelHandlerContext) {
        guard let incoming else { return }
        self.incoming = nil
        let head = incoming.head
        // Behind a tunnel's head the parser reads no more.
        let keepsAlive = head.isKeepAlive && !isLast && head.method != .CONNECT
        let fault = incoming.count > limits.body ? Refusal.tooLarge(incoming.count, limit: limits.body) : nil
        let wire = WireRequest(head, body: fault == nil ? incoming.body.bytes : [])
        let request = InboundRequest(
            wire: wire, fault: fault, isCut: wire.body.count < incoming.count, reservation: incoming.body.reservation)
        work(on: request, Due(keepsAlive: keepsAlive, isHead: head.method == .HEAD, isOld: head.version == .http1_0))
    }

    /// What is kept of the body of a request that breaks off.
    private static let longestBroken = 16 * 1024

    /// What is no HTTP is answered, after the reply that is due.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard error is HTTPParserError else { return taker.end() }
        switch state {
        case .waiting, .reading:
            let broken = incoming.map { WireRequest($0.head, body: Array($0.body.bytes.prefix(Self.longestBroken))) }
            incoming = nil
            refuse(error, read: broken, context)
        case .working, .replying: parseError = parseError ?? error
        case .closing: break
        }
    }
}
