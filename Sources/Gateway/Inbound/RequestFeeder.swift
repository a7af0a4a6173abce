import NIOCore

/// Gives the HTTP parser one request at a time: what a sender pipelines waits here, and then in the socket, until the reply to the request
/// before it was taken. A request that came whole and plain goes past the parser.
///
/// So a connection costs one request however many are pipelined, and what is wrong with the next is found after this one was answered.
/// `InboundHandler` says what follows: a head ends with an empty line, a body in chunks with the last chunk, any other body after so many bytes.
final class RequestFeeder: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// What the parser is about to get.
    enum Next: Equatable {
        case head
        case body(Int)
        case chunks
        /// Nothing is known about it.
        case anything
        /// The parser gets nothing more; what comes is dropped.
        case nothing
    }

    var next = Next.head {
        didSet { if next == .chunks, oldValue != .chunks { chunks = ChunkedBody() } }
    }
    private var chunks = ChunkedBody()
    private var repair = RequestHeadRepair()
    private var input = ByteBuffer()
    /// The first bytes of the head that the parser has, until it has understood it.
    private var beginning: ByteBuffer?
    private static let longestBeginning = 8192
    private var isHeld = false
    /// Whether one more read may go on while it is held: what it brings waits here.
    private var readsOn = false
    private var isFeeding = false
    private var isReadDue = false
    private var isInputClosed = false
    private var context: ChannelHandlerContext?
    private let turns: PipelineTurns?
    /// Takes plain requests; nil gives all of them to the parser. Let go of with the connection.
    var taker: InboundHandler?

    /// - Parameter turns: of the connection's event loop; nil goes on with a pipelined request at once.
    init(_ turns: PipelineTurns? = nil) { self.turns = turns }

    var isHTTP2: Bool { repair.isHTTP2 }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        taker = nil
    }

    /// Gives the parser nothing until `go`.
    ///
    /// - Parameter readsOn: whether the next bytes may be read meanwhile, one buffer at most. To stop reading and to begin again costs two system
    ///   calls, and a sender that waits for its reply sends nothing.
    func hold(readsOn: Bool = false) {
        isHeld = true
        self.readsOn = readsOn
        beginning = nil
    }

    /// The first line of a head that the parser did not understand, if it looks like a request's: `GET /in?click_id=c 1 HTTP/1.1` has a space in
    /// its address.
    var brokenRequestLine: (method: String, target: String)? {
        let bytes =
            (beginning?.readableBytesView).map { Array($0.drop { $0 == 0x0D || $0 == 0x0A }.prefix { $0 != 0x0D && $0 != 0x0A }) } ?? []
        guard let blank = bytes.firstIndex(of: 0x20), (3...10).contains(blank), bytes[..<blank].allSatisfy({ (0x41...0x5A).contains($0) })
        else {
            return nil
        }
        var target = bytes[(blank + 1)...]
        let version = Array(" HTTP/".utf8)
        if let end = target.indices.last(where: { target[$0...].starts(with: version) }) { target = target[..<end] }
        guard target.first == UInt8(ascii: "/") || target.starts(with: "http".utf8) else { return nil }
        return (String(decoding: bytes[..<blank], as: UTF8.self), String(decoding: target, as: UTF8.self))
    }

    /// - Parameter next: nil goes on where `hold` stopped.
    func go(_ next: Next? = nil) {
        isHeld = false
        if let next { self.next = next }
        if next == .head {
            repair = RequestHeadRepair()
            beginning = nil
        }
        // A feed that is under way goes on by itself.
        guard !isFeeding, let context else { return }
        if input.readableBytes == 0 { return readOn(context) }
        if let turns { turns.wait(self, on: context.eventLoop) } else { takeTurn() }
    }

    /// Goes on with what is here already.
    func takeTurn() {
        guard !isFeeding, !isHeld, let context else { return }
        if input.readableBytes > 0 {
            feed(context)
            context.fireChannelReadComplete()
        }
        readOn(context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var buffer = unwrapInboundIn(data)
        if input.readableBytes == 0 { input = buffer } else { input.writeBuffer(&buffer) }
        feed(context)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        context.fireChannelReadComplete()
        readOn(context)
    }

    func read(context: ChannelHandlerContext) {
        if mayRead { context.read() } else { isReadDue = true }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent, !isIdle {
            isInputClosed = true
        } else {
            context.fireUserInboundEventTriggered(event)
        }
    }

    private var isIdle: Bool { !isHeld && input.readableBytes == 0 }
    private var mayRead: Bool { (!isHeld || readsOn) && input.readableBytes == 0 }

    /// Writes past the handlers between.
    func write(_ buffer: ByteBuffer, promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        context.writeAndFlush(wrapOutboundOut(buffer), promise: promise)
    }

    /// Does what was put off while the feeder was held.
    private func readOn(_ context: ChannelHandlerContext) {
        if isInputClosed, isIdle {
            isInputClosed = false
            context.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        } else if isReadDue, mayRead {
            isReadDue = false
            context.read()
        }
    }

    private func feed(_ context: ChannelHandlerContext) {
        guard !isFeeding else { return }
        isFeeding = true
        while !isHeld, input.readableBytes > 0 {
            if next == .head, beginning == nil, let taker, let plain = taker.plainRequest(in: &input) {
                taker.take(plain)
                continue
            }
            let piece = piece()
            if piece.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(piece)) }
        }
        // Gives up the memory of the read.
        if input.readableBytes == 0 { input = ByteBuffer() }
        isFeeding = false
    }

    private func piece() -> ByteBuffer {
        switch next {
        case .head:
            if beginning == nil {
                beginning = input.getSlice(at: input.readerIndex, length: min(input.readableBytes, Self.longestBeginning))
            }
            let piece = repair.take(from: &input)
            if repair.isAtEnd { next = .anything }
            return piece
        case .body(let rest):
            let length = min(rest, input.readableBytes)
            next = length == rest ? .anything : .body(rest - length)
            return input.readSlice(length: length) ?? ByteBuffer()
        case .chunks:
            let length = input.withUnsafeReadableBytes { chunks.take($0) }
            if chunks.isAtEnd { next = .anything }
            return input.readSlice(length: length) ?? ByteBuffer()
        case .anything: return input.readSlice(length: input.readableBytes) ?? ByteBuffer()
        case .nothing:
            input = ByteBuffer()
            return input
        }
    }
}
