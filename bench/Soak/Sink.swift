import Foundation
import NIOCore
import NIOHTTP1
import NIOPosix

/// A destination on 127.0.0.1 that notes what it is sent and misbehaves by plan.
final class Sink: Sendable {
    let name: String
    let port: Int
    let temper: Temper
    private let channel: any Channel

    private init(name: String, temper: Temper, channel: any Channel) {
        self.name = name
        self.temper = temper
        self.channel = channel
        port = channel.localAddress?.port ?? 0
    }

    static func start(_ name: String, _ temper: Temper, ledger: Ledger) async throws -> Sink {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ByteToMessageHandler(HTTPRequestDecoder()))
                    try channel.pipeline.syncOperations.addHandler(SinkHandler(name: name, temper: temper, ledger: ledger))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return Sink(name: name, temper: temper, channel: channel)
    }

    func stop() async { try? await channel.close() }
}

/// Answers with raw bytes, since half of its answers are not proper HTTP.
private final class SinkHandler: ChannelInboundHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = ByteBuffer

    private let name: String
    private let temper: Temper
    private let ledger: Ledger
    private var target = ""
    private var body = ByteBuffer()

    init(name: String, temper: Temper, ledger: Ledger) {
        self.name = name
        self.temper = temper
        self.ledger = ledger
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            target = head.uri
            body.clear()
        case .body(var part): body.writeBuffer(&part)
        case .end:
            guard let (launch, message) = Destinations.read(target, String(buffer: body), at: name) else {
                ledger.complain("\(name) cannot read \(target) \(String(buffer: body))")
                return write(400, "{}", context: context)
            }
            let arrival = ledger.arrived(at: name, message, from: launch)
            treat(temper.treatment(of: message.click, arrival: arrival), Place(click: message.click, arrival: arrival), context: context)
        }
    }

    /// Which request is answered.
    private struct Place {
        let click: String
        let arrival: Int
    }

    private func treat(_ treatment: Temper.Treatment, _ place: Place, context: ChannelHandlerContext) {
        switch treatment {
        case .accept: reply(200, #"{"success":true}"#, isTaken: true, to: place, context: context)
        case .acceptWithGarbage: reply(200, "<html>OK? \u{0}\u{7F}", isTaken: true, to: place, context: context)
        case .slow(let milliseconds):
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(milliseconds))) {
                if context.channel.isActive { self.reply(200, #"{"success":true}"#, isTaken: true, to: place, context: context) }
            }
        case .fail(let status): reply(status, "try later", to: place, context: context)
        case .tooMany: reply(429, #"{"error":"too many"}"#, headers: "Retry-After: 1\r\n", to: place, context: context)
        case .hang: break
        case .reset: reset(context: context)
        case .resetMidReply:
            note(.broken, of: place)
            write("HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{\"succ", context: context)
            context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(5)) { self.reset(context: context) }
        case .notHTTP:
            note(.broken, of: place)
            write("\u{1}\u{2}SSH-2.0 this is something else\r\n\r\n", context: context)
            context.close(promise: nil)
        case .drip:
            note(.broken, of: place)
            write("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", context: context)
            drip(context: context)
        case .refuse:
            reply(422, #"{"success":false,"error":{"code":"VALIDATION_FAILED","message":"no"}}"#, to: place, context: context)
        case .refuseInBody: reply(200, #"{"success":false,"error":{"code":"NO","message":"no"}}"#, to: place, context: context)
        }
    }

    private func note(_ answer: Ledger.Answered, of place: Place) {
        ledger.answered(at: name, place.click, arrival: place.arrival, answer)
    }

    /// Noted before the reply leaves, so that a reply that the gateway has read is always noted.
    private func reply(
        _ status: Int, _ body: String, headers: String = "", isTaken: Bool = false, to place: Place, context: ChannelHandlerContext
    ) {
        note(.whole(status: status, isTaken: isTaken), of: place)
        write(status, body, headers: headers, context: context)
    }

    private func write(_ status: Int, _ body: String, headers: String = "", context: ChannelHandlerContext) {
        write(
            "HTTP/1.1 \(status) Soak\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\(headers)\r\n\(body)",
            context: context)
    }

    private func write(_ text: String, context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
    }

    private func drip(context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        write("x", context: context)
        context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(100)) { self.drip(context: context) }
    }

    /// Closes with a reset rather than an orderly end.
    private func reset(context: ChannelHandlerContext) {
        let channel = context.channel
        guard let socket = channel as? any SocketOptionProvider else { return channel.close(promise: nil) }
        socket.setSoLinger(linger(l_onoff: 1, l_linger: 0)).whenComplete { _ in channel.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
