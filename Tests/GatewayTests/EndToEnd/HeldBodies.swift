import Foundation
import NIOCore
import NIOPosix
import Synchronization

/// Senders that hold an unfinished body each, as many as a test wants; they need no thread of their own.
final class HeldBodies: Sendable {
    private let channels: [any Channel]
    private let replies: Replies

    final class Replies: Sendable {
        private let state = Mutex<(lines: [String], ended: Int)>(([], 0))
        var all: [String] { state.withLock { $0.lines } }
        var ended: Int { state.withLock { $0.ended } }
        func add(_ text: String) { state.withLock { $0.lines.append(text) } }
        func end() { state.withLock { $0.ended += 1 } }
    }

    private final class Reader: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer
        private let replies: Replies

        private var hasEnded = false

        init(_ replies: Replies) { self.replies = replies }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            replies.add(String(buffer: unwrapInboundIn(data)))
            end()
        }

        func channelInactive(context: ChannelHandlerContext) { end() }

        private func end() {
            if !hasEnded { replies.end() }
            hasEnded = true
        }
    }

    private init(_ channels: [any Channel], _ replies: Replies) {
        self.channels = channels
        self.replies = replies
    }

    /// - Parameters:
    ///   - head: with the length of the whole body.
    ///   - sent: bytes of the body that are sent.
    static func open(_ count: Int, at port: Int, head: String, sent: Int) async throws -> HeldBodies {
        let replies = Replies()
        var channels: [any Channel] = []
        let start = ByteBuffer(string: head)
        let body = ByteBuffer(repeating: UInt8(ascii: " "), count: sent)
        for _ in 0..<count {
            let channel = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                // So that the bytes that nobody reads are here and not in the kernel.
                .channelOption(.socketOption(.so_sndbuf), value: 65_536)
                .channelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(Reader(replies)) }
                }
                .connect(host: "127.0.0.1", port: port).get()
            channel.write(start, promise: nil)
            channel.writeAndFlush(body, promise: nil)
            channels.append(channel)
        }
        return HeldBodies(channels, replies)
    }

    var answers: [String] { replies.all }
    /// How many got an answer, or were closed; an answer is lost if a sender was still writing when its connection was closed.
    var ended: Int { replies.ended }
    /// Those that the gateway has not closed.
    var open: Int { channels.count { $0.isActive } }

    func close() async {
        for channel in channels { try? await channel.close().get() }
    }
}

extension GatewayProcess {
    /// Bytes of memory: `VmRSS` now, `VmHWM` the most so far.
    func memory(_ name: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
        let line = text.split(separator: "\n").first { $0.hasPrefix("\(name):") } ?? ""
        return (line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) } ?? 0) * 1024
    }
}
