import NIOCore
import NIOPosix

/// The least that a request over TCP could cost here: NIO reads the bytes, the end of each request is found by its `Content-Length`, and a
/// fixed text is written back. No HTTP parser, no header is read but that one, no credential, no mapping, no store.
struct RawEndpoint {
    /// Serves until SIGTERM on a port that the system chooses. It is printed as `listening on 127.0.0.1:PORT`.
    func run() async throws {
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(RawEndpointHandler()) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        printLine("listening on 127.0.0.1:\(channel.localAddress?.port ?? 0)")
        try await channel.closeFuture.get()
    }
}

/// Answers each whole request of one connection.
private final class RawEndpointHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private static let reply = ByteBuffer(
        string: "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"success\":true}")
    private static let headEnd = Array("\r\n\r\n".utf8)
    private static let length = Array("content-length:".utf8)

    private var waiting = ByteBuffer()

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var bytes = unwrapInboundIn(data)
        if waiting.readableBytes == 0 { waiting = bytes } else { waiting.writeBuffer(&bytes) }
        var answered = false
        while let size = waiting.withUnsafeReadableBytes(Self.requestSize), waiting.readableBytes >= size {
            waiting.moveReaderIndex(forwardBy: size)
            context.write(wrapOutboundOut(Self.reply), promise: nil)
            answered = true
        }
        if answered { context.flush() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    /// The bytes of the first request with its body. `nil`: the end of its head is not there yet.
    private static func requestSize(_ bytes: UnsafeRawBufferPointer) -> Int? {
        var end = 0
        while end + headEnd.count <= bytes.count {
            if bytes[end] == headEnd[0], bytes[end..<end + headEnd.count].elementsEqual(headEnd) {
                return end + headEnd.count + contentLength(UnsafeRawBufferPointer(rebasing: bytes[..<end]))
            }
            end += 1
        }
        return nil
    }

    private static func contentLength(_ head: UnsafeRawBufferPointer) -> Int {
        var place = 0
        while place + length.count < head.count {
            if head[place] | 0x20 == length[0], zip(head[place...], length).allSatisfy({ $0 | 0x20 == $1 | 0x20 }) {
                return head[(place + length.count)...].drop { $0 == 0x20 }
                    .prefix { (0x30...0x39).contains($0) }.reduce(0) { $0 * 10 + Int($1 - 0x30) }
            }
            place += 1
        }
        return 0
    }
}
