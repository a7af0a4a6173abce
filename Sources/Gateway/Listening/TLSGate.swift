import Mappings
import NIOCore
import NIOSSL

/// First in the pipeline of a listener with certificates: lets TLS through, and answers a sender that speaks plain HTTP.
///
/// A page that is read goes on at `https://`. What brings a body does not: it would have been sent in the clear already, and few programs send
/// it again at another address.
final class TLSGate: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let tls: ServerTLS
    /// Of a sender that does not speak TLS.
    private var plain = ByteBuffer()
    private var isAnswered = false

    /// A head that is longer is answered without its address.
    private static let longest = 4096
    /// The type of a record that holds a handshake (RFC 8446, section 5.1).
    private static let handshake: UInt8 = 22

    init(_ tls: ServerTLS) {
        self.tls = tls
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isAnswered else { return }
        var bytes = unwrapInboundIn(data)
        if plain.readableBytes == 0, bytes.readableBytesView.first == Self.handshake { return begin(with: bytes, context) }
        plain.writeBuffer(&bytes)
        let head = String(buffer: plain.getSlice(at: 0, length: min(plain.readableBytes, Self.longest)) ?? plain)
        if let end = head.firstRange(of: "\r\n\r\n") ?? head.firstRange(of: "\n\n") {
            answer(String(head[..<end.lowerBound]), context)
        } else if plain.readableBytes >= Self.longest {
            answer("", context)
        } else {
            context.read()
        }
    }

    private func begin(with bytes: ByteBuffer, _ context: ChannelHandlerContext) {
        do {
            try context.pipeline.syncOperations.addHandler(tls.handler(), position: .after(self))
        } catch {
            return context.close(promise: nil)
        }
        context.fireChannelRead(wrapInboundOut(bytes))
        context.fireChannelReadComplete()
        context.pipeline.syncOperations.removeHandler(self, promise: nil)
    }

    private func answer(_ head: String, _ context: ChannelHandlerContext) {
        isAnswered = true
        let lines = head.split(whereSeparator: \.isNewline).map { String($0).trimmed }
        let request = (lines.first ?? "").split(separator: " ")
        let host = lines.dropFirst().first { $0.lowercased().hasPrefix("host:") }.map { String($0.dropFirst(5)).trimmed }
        var (status, headers, body) = ("400 Bad Request", "", "This port speaks HTTPS: send the request to https:// instead.\n")
        if request.count == 3, ["GET", "HEAD"].contains(request[0]), request[1].hasPrefix("/"), let host, Self.isHost(host) {
            let address = "https://\(host)\(request[1])"
            if Self.isPrintable(address) {
                (status, headers, body) = ("308 Permanent Redirect", "Location: \(address)\r\n", "")
            }
        }
        let text =
            "HTTP/1.1 \(status)\r\n\(headers)Content-Type: text/plain; charset=utf-8\r\nContent-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n"
            + (request.first == "HEAD" ? "" : body)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: text)), promise: nil)
        context.close(mode: .output, promise: nil)
    }

    /// A name or an address with a port perhaps; nothing that could lead elsewhere.
    private static func isHost(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 260
            && text.unicodeScalars.allSatisfy {
                $0.isASCII && ($0.properties.isAlphabetic || "0123456789.-:[]".unicodeScalars.contains($0))
            }
    }

    private static func isPrintable(_ text: String) -> Bool { text.utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}
