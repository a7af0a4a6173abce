import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// A tracker that sends byte for byte what its script has, whether or not that is HTTP.
final class RawTracker: Sendable {
    enum Step: Sendable {
        /// Waits for the head of a request.
        case request
        case send(String)
        case bytes([UInt8])
        case wait(TimeAmount)
        /// Sends this again and again, for ever.
        case drip(String, every: TimeAmount)
        case flood(String)
        case close
        case reset
    }
    private struct State {
        var connections = 0
        var closedByClient = 0
        var received = ""
        var sentBytes = 0
    }
    private final class StateBox: Sendable { let value = Mutex(State()) }

    let port: Int
    private let state: StateBox

    var connections: Int { state.value.withLock { $0.connections } }
    /// How many connections the client has closed.
    var closedByClient: Int { state.value.withLock { $0.closedByClient } }
    var received: String { state.value.withLock { $0.received } }
    var sentBytes: Int { state.value.withLock { $0.sentBytes } }

    private init(port: Int, state: StateBox) {
        self.port = port
        self.state = state
    }

    /// - Parameter script: What to do on connection number n, from 1.
    static func run<Result: Sendable>(
        tls: NIOSSLContext? = nil, _ script: @escaping @Sendable (_ connection: Int) -> [Step],
        body: (RawTracker) async throws -> Result
    ) async throws -> Result {
        let state = StateBox()
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let number = state.value.withLock { state in
                        state.connections += 1
                        return state.connections
                    }
                    if let tls { try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: tls)) }
                    try channel.pipeline.syncOperations.addHandler(Handler(script(number), state: state))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let tracker = RawTracker(port: channel.localAddress?.port ?? 0, state: state)
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
        typealias InboundIn = ByteBuffer
        typealias OutboundOut = ByteBuffer

        private var steps: ArraySlice<Step>
        private let state: StateBox
        private var unread = ""
        private var isWaiting = false
        private var flood: String?

        init(_ steps: [Step], state: StateBox) {
            self.steps = steps[...]
            self.state = state
        }

        func channelActive(context: ChannelHandlerContext) { proceed(context) }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            let text = String(buffer: unwrapInboundIn(data))
            unread += text
            state.value.withLock { $0.received += text }
            proceed(context)
        }

        private func proceed(_ context: ChannelHandlerContext) {
            while !isWaiting, let step = steps.first {
                if case .request = step {} else if case .drip = step {} else { steps.removeFirst() }
                switch step {
                case .request:
                    guard let end = unread.range(of: "\r\n\r\n") else { return }
                    unread = String(unread[end.upperBound...])
                    steps.removeFirst()
                case .send(let text): send(text, context)
                case .bytes(let bytes): context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: bytes)), promise: nil)
                case .wait(let time): resume(context, in: time)
                case .drip(let text, let pause):
                    send(text, context)
                    guard context.channel.isActive else { return }
                    isWaiting = true
                    context.eventLoop.assumeIsolated().scheduleTask(in: pause) {
                        self.isWaiting = false
                        self.proceed(context)
                    }
                    return
                case .flood(let text):
                    flood = String(repeating: text, count: max(1, 20_000 / text.utf8.count))
                    channelWritabilityChanged(context: context)
                case .close: context.close(promise: nil)
                case .reset:
                    _ = (context.channel as? any SocketOptionProvider)?
                        .unsafeSetSocketOption(level: .socket, name: .so_linger, value: linger(l_onoff: 1, l_linger: 0))
                    context.close(promise: nil)
                }
            }
        }

        private func resume(_ context: ChannelHandlerContext, in time: TimeAmount) {
            isWaiting = true
            context.eventLoop.assumeIsolated().scheduleTask(in: time) {
                self.isWaiting = false
                self.proceed(context)
            }
        }

        private func send(_ text: String, _ context: ChannelHandlerContext) {
            state.value.withLock { $0.sentBytes += text.utf8.count }
            context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        }

        func channelWritabilityChanged(context: ChannelHandlerContext) {
            // A little at a time, since other tests share the loop.
            guard let flood, context.channel.isActive, context.channel.isWritable else { return }
            send(flood, context)
            context.eventLoop.assumeIsolated().execute { self.channelWritabilityChanged(context: context) }
        }

        func channelInactive(context: ChannelHandlerContext) {
            flood = nil
            steps = []
            state.value.withLock { $0.closedByClient += 1 }
        }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }
}
