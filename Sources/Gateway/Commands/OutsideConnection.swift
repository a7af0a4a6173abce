import Mappings
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import Rules

/// Sends bytes to a public address as a sender does, each request on a connection of its own: nothing is escaped, corrected or repeated.
struct OutsideConnection: Sendable {
    let origin: Origin
    let egress: Egress
    var patience = Duration.seconds(15)

    /// Sends, and reads until the answer is whole or the other end closes.
    func exchange(_ bytes: [UInt8]) async throws(ExchangeFailure) -> OutsideAnswer {
        try await talk(bytes) { channel, collector in
            let answer = collector.whole.futureResult
            let timer = channel.eventLoop.scheduleTask(in: TimeAmount(patience)) { collector.end() }
            // A proxy may answer and close before it has read all: what it said counts then.
            channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil)
            let found = try await answer.get()
            timer.cancel()
            guard let found else { throw ExchangeFailure.closed(midReply: false) }
            return found
        }
    }

    /// Sends, and closes as soon as everything is written, as a sender does that wants no answer: without a farewell to TLS, and without a
    /// look at what the other end may still send.
    func sendAndLeave(_ bytes: [UInt8]) async throws(ExchangeFailure) {
        try await talk(bytes) { channel, _ in
            try await channel.writeAndFlush(ByteBuffer(bytes: bytes))
            try await channel.eventLoop.submit {
                let tls = try? channel.pipeline.syncOperations.context(handlerType: NIOSSLClientHandler.self)
                if let tls { tls.close(promise: nil) } else { channel.close(promise: nil) }
            }.get()
        }
    }

    private func talk<Value: Sendable>(
        _ bytes: [UInt8], _ body: (any Channel, AnswerCollector) async throws -> Value
    ) async throws(ExchangeFailure) -> Value {
        let loop = MultiThreadedEventLoopGroup.singleton.any()
        let collector = AnswerCollector(loop.makePromise())
        do {
            let tls = origin.isTLS ? try await NIOThreadPool.singleton.runIfActive(eventLoop: loop) { try egress.tlsContext() }.get() : nil
            let name = AddressPolicy.Address(literal: origin.host) == nil ? origin.host : nil
            let channel = try await ClientBootstrap(group: loop).connectTimeout(TimeAmount(DoctorDestinations.patience))
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        if let tls {
                            try channel.pipeline.syncOperations.addHandler(NIOSSLClientHandler(context: tls, serverHostname: name))
                        }
                        try channel.pipeline.syncOperations.addHandler(collector)
                    }
                }.connect(host: origin.host, port: origin.port).get()
            defer { channel.close(promise: nil) }
            return try await body(channel, collector)
        } catch let failure as ExchangeFailure {
            collector.end()
            throw failure
        } catch {
            collector.end()
            throw ExchangeFailure(connecting: error, to: origin)
        }
    }
}

/// An answer as it came from outside.
struct OutsideAnswer: Sendable {
    var status: Int
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    func header(_ name: String) -> String? { headers.first { $0.name.isEqualIgnoringCase(name) }?.value }

    /// Nil if it is not whole yet. Interim answers are passed over.
    ///
    /// - Parameter isClosed: nothing more will come.
    init?(_ bytes: [UInt8], isClosed: Bool) {
        var rest = bytes[...]
        var lines: [Substring] = []
        var status = 100
        while (100..<200).contains(status) {
            guard let end = rest.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
            lines = String(decoding: rest[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
            guard let found = lines.first?.split(separator: " ").dropFirst().first.flatMap({ Int($0) }) else { return nil }
            status = found
            rest = rest[end.upperBound...]
        }
        self.status = status
        headers = lines.dropFirst().compactMap { line in
            line.firstIndex(of: ":").map { (String(line[..<$0]), String(line[line.index(after: $0)...]).trimmed) }
        }
        body = []
        if let length = header("Content-Length").flatMap({ Int($0) }) {
            guard rest.count >= length || isClosed else { return nil }
            body = Array(rest.prefix(length))
        } else if header("Transfer-Encoding")?.isEqualIgnoringCase("chunked") == true {
            guard let joined = Self.joined(rest) ?? (isClosed ? [] : nil) else { return nil }
            body = joined
        } else {
            guard isClosed else { return nil }
            body = Array(rest)
        }
    }

    /// Nil if the last chunk is missing.
    private static func joined(_ chunks: ArraySlice<UInt8>) -> [UInt8]? {
        var (rest, joined) = (chunks, [UInt8]())
        while let end = rest.firstRange(of: [0x0D, 0x0A]) {
            let size = String(decoding: rest[..<end.lowerBound].prefix { $0 != UInt8(ascii: ";") }, as: UTF8.self)
            guard let count = Int(size.trimmed, radix: 16), count >= 0, rest[end.upperBound...].count >= count else { return nil }
            if count == 0 { return joined }
            joined += rest[end.upperBound...].prefix(count)
            rest = rest[end.upperBound...].dropFirst(count + 2)
        }
        return nil
    }
}

/// Puts an answer together. Everything happens on the connection's event loop.
private final class AnswerCollector: ChannelInboundHandler, Sendable {
    typealias InboundIn = ByteBuffer

    let whole: EventLoopPromise<OutsideAnswer?>
    private let bytes: NIOLoopBoundBox<[UInt8]>

    init(_ whole: EventLoopPromise<OutsideAnswer?>) {
        self.whole = whole
        bytes = .makeBoxSendingValue([], eventLoop: whole.futureResult.eventLoop)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes.value += unwrapInboundIn(data).readableBytesView
        if let answer = OutsideAnswer(bytes.value, isClosed: false) { whole.succeed(answer) }
    }

    func channelInactive(context: ChannelHandlerContext) { whole.succeed(OutsideAnswer(bytes.value, isClosed: true)) }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if bytes.value.isEmpty {
            whole.fail(error)
        } else {
            whole.succeed(OutsideAnswer(bytes.value, isClosed: true))
        }
        context.close(promise: nil)
    }

    /// Nothing more is waited for.
    func end() {
        whole.futureResult.eventLoop.execute { self.whole.succeed(OutsideAnswer(self.bytes.value, isClosed: true)) }
    }
}
