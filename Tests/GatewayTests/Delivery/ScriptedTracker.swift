import NIOCore
import NIOHTTP1
import NIOPosix
import Rules
import Synchronization

/// A tracker on 127.0.0.1 that answers by a script.
final class ScriptedTracker: Sendable {
    enum Answer: Sendable {
        case reply(Int, headers: [(String, String)] = [], body: String = "")
        /// Never.
        case hang
        /// A 200, after a while.
        case late(TimeAmount)
        /// A 200, once the test calls `release`.
        case held
        /// The same with a body.
        case heldReply(body: String)
        /// Without a byte.
        case close
        case closeMidReply
        /// A body without end.
        case flood
    }
    struct Received: Sendable {
        var uri: String
        var headers: HTTPHeaders
        var body: String
        /// Which connection it came on, from 0.
        var connection: Int
    }
    private struct State {
        var received: [Received] = []
        var connections = 0
        var open = 0
        var mostOpen = 0
        var floodedBytes = 0
        var held: [@Sendable () -> Void] = []
    }

    let port: Int
    private let channel: any Channel
    private let state: StateBox
    private final class StateBox: Sendable { let value = Mutex(State()) }

    var received: [Received] { state.value.withLock { $0.received } }
    var connections: Int { state.value.withLock { $0.connections } }
    /// The most requests that were under way at the same time.
    var mostAtOnce: Int { state.value.withLock { $0.mostOpen } }
    var floodedBytes: Int { state.value.withLock { $0.floodedBytes } }

    /// How many requests wait for `release`.
    var holding: Int { state.value.withLock { $0.held.count } }

    /// Answers what is held.
    func release() {
        let held = state.value.withLock { state in
            defer { state.held = [] }
            return state.held
        }
        for answer in held { answer() }
    }

    private init(channel: any Channel, state: StateBox) {
        self.channel = channel
        self.state = state
        port = channel.localAddress?.port ?? 0
    }

    /// - Parameter script: What to answer to request number n, from 1.
    static func run<Result: Sendable>(
        port: Int = 0, _ script: @escaping @Sendable (_ number: Int, _ request: Received) -> Answer,
        body: (ScriptedTracker) async throws -> Result
    ) async throws -> Result {
        let state = StateBox()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.configureHTTPServerPipeline()
                    let number = state.value.withLock { state in
                        defer { state.connections += 1 }
                        return state.connections
                    }
                    try channel.pipeline.syncOperations.addHandler(Handler(connection: number, state: state, script: script))
                }
            }
            .bind(host: "127.0.0.1", port: port).get()
        let tracker = ScriptedTracker(channel: channel, state: state)
        do {
            let result = try await body(tracker)
            try await channel.close()
            return result
        } catch {
            try? await channel.close()
            throw error
        }
    }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = HTTPServerRequestPart
        typealias OutboundOut = HTTPServerResponsePart

        let connection: Int
        let state: StateBox
        let script: @Sendable (Int, Received) -> Answer
        var head = HTTPRequestHead(version: .http1_1, method: .GET, uri: "/")
        var body = ByteBuffer()
        var isFlooding = false

        init(connection: Int, state: StateBox, script: @escaping @Sendable (Int, Received) -> Answer) {
            self.connection = connection
            self.state = state
            self.script = script
        }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            switch unwrapInboundIn(data) {
            case .head(let head):
                self.head = head
                body.clear()
            case .body(var part): body.writeBuffer(&part)
            case .end:
                let request = Received(uri: head.uri, headers: head.headers, body: String(buffer: body), connection: connection)
                let number = state.value.withLock { state in
                    state.received.append(request)
                    state.open += 1
                    state.mostOpen = max(state.mostOpen, state.open)
                    return state.received.count
                }
                answer(script(number, request), context: context)
            }
        }

        private func answer(_ answer: Answer, context: ChannelHandlerContext) {
            if case .hang = answer { return }
            if case .late(let wait) = answer {
                context.eventLoop.assumeIsolated().scheduleTask(in: wait) { self.answer(.reply(200), context: context) }
                return
            }
            if let text = answer.heldBody {
                let loop = context.eventLoop
                let handler = NIOLoopBound((self, context), eventLoop: loop)
                let answer: @Sendable () -> Void = {
                    loop.execute { handler.value.0.answer(.reply(200, body: text), context: handler.value.1) }
                }
                state.value.withLock { $0.held.append(answer) }
                return
            }
            state.value.withLock { $0.open -= 1 }
            switch answer {
            case .hang, .late, .held, .heldReply: break
            case .close: context.close(promise: nil)
            case .reply(let status, let headers, let text):
                var all = HTTPHeaders(headers)
                all.add(name: "Content-Length", value: "\(text.utf8.count)")
                write(status, all, context: context)
                context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: text)))), promise: nil)
                context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
            case .closeMidReply:
                write(200, ["Content-Length": "100"], context: context)
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(string: "half"))))).assumeIsolated().whenComplete { _ in
                    context.close(promise: nil)
                }
            case .flood:
                write(200, ["Content-Length": "1000000000"], context: context)
                isFlooding = true
                flood(context: context)
            }
        }

        private func write(_ status: Int, _ headers: HTTPHeaders, context: ChannelHandlerContext) {
            let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: status), headers: headers)
            context.write(wrapOutboundOut(.head(head)), promise: nil)
        }

        private func flood(context: ChannelHandlerContext) {
            while isFlooding, context.channel.isWritable {
                state.value.withLock { $0.floodedBytes += 16_384 }
                context.writeAndFlush(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(repeating: 0x78, count: 16_384)))), promise: nil)
            }
        }

        func channelWritabilityChanged(context: ChannelHandlerContext) { if isFlooding { flood(context: context) } }
        func channelInactive(context: ChannelHandlerContext) { isFlooding = false }
        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}

extension ScriptedTracker.Answer {
    /// The body of a 200 that waits for `release`.
    fileprivate var heldBody: String? {
        switch self {
        case .held: ""
        case .heldReply(let body): body
        default: nil
        }
    }
}
