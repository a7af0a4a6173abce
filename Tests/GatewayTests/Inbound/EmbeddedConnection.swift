import Mappings
import NIOCore
import NIOEmbedded
import NIOExtras
import NIOHTTP1
import Rules

@testable import Gateway

/// A sender's connection without a socket, in virtual time. The test is the sender and the intake.
final class EmbeddedConnection {
    let channel: EmbeddedChannel
    let handler: InboundHandler
    let current: CurrentIntake
    let peer = Peer()
    private let intake = Requests()

    /// Between the gateway and the sender: keeps back what the sender does not take.
    final class Peer: ChannelDuplexHandler {
        typealias InboundIn = ByteBuffer
        typealias OutboundIn = ByteBuffer

        private(set) var text = ""
        private(set) var reads = 0
        private var untaken: [(ByteBuffer, EventLoopPromise<Void>?)] = []
        var takes = true

        func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
            untaken.append((unwrapOutboundIn(data), promise))
        }

        func flush(context: ChannelHandlerContext) { if takes { take() } }

        func take() {
            let all = untaken
            untaken = []
            for (buffer, promise) in all {
                text += String(buffer: buffer)
                promise?.succeed()
            }
        }

        func read(context: ChannelHandlerContext) {
            reads += 1
            context.read()
        }

        /// An embedded channel knows no half-closed state.
        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            if mode == .output { promise?.succeed() } else { context.close(mode: mode, promise: promise) }
        }
    }

    private final class Requests: InboundHandler.Taker {
        var all: [WireRequest] = []
        /// As long as it is not answered.
        var due: InboundRequest?

        func take(_ request: InboundRequest) {
            due = request
            all.append(request.wire)
        }

        func end() {}
        func letGo() {}
    }

    convenience init(_ bench: IntakeBench, _ limits: ConnectionLimits = ConnectionLimits()) throws {
        try self.init(CurrentIntake(bench.intake, limits: limits), from: "198.51.100.7")
    }

    init(_ current: CurrentIntake, from address: String) throws {
        self.current = current
        let feeder = RequestFeeder()
        handler = InboundHandler(current: current, date: DateHeader(now: current.latest.intake.clock.now), feeder: feeder, taker: intake)
        channel = EmbeddedChannel()
        let pipeline = channel.pipeline.syncOperations
        try pipeline.addHandlers([peer, feeder])
        try pipeline.addHandler(InboundChannel.decoder())
        try pipeline.addHandler(handler)
        try channel.connect(to: SocketAddress(ipAddress: address, port: 4711)).wait()
    }

    var isOpen: Bool { channel.isActive }
    var requests: [WireRequest] { intake.all }
    var fault: Refusal? { intake.due?.fault }
    var deadline: NIODeadline? { handler.deadline.time }

    /// Whether the intake has a request that is not answered.
    var isReplyDue: Bool { if case .working = handler.state { true } else { false } }

    func send(_ bytes: [UInt8]) {
        _ = try? channel.writeInbound(ByteBuffer(bytes: bytes))
    }

    func send(_ text: String) { send(Array(text.utf8)) }

    func reply(_ status: Int = 200) {
        intake.due = nil
        handler.reply(ReceptionReply(ReceptionReply.json(status: status, ["n": .string("\(requests.count)")])))
        channel.embeddedEventLoop.run()
    }

    func stopTaking() { peer.takes = false }

    func takeAll() {
        peer.takes = true
        peer.take()
    }

    func closeInput() { channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }

    func quiesce() { channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent()) }

    func pass(_ time: TimeAmount) { channel.embeddedEventLoop.advanceTime(by: time) }

    /// Moves the clock to the deadline.
    func reachDeadline() {
        if let deadline { channel.embeddedEventLoop.advanceTime(to: deadline) }
    }

    func end() {
        intake.due = nil
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }
}
