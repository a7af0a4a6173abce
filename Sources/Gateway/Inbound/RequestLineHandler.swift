import NIOCore

/// Percent-encodes what some senders put into a request line as it is, such as `¤` where `&curren` went through an HTML page.
///
/// The HTTP parser would answer bytes beyond ASCII there with a 400. Looks at the first line of a request only: `InboundHandler` says when
/// one may begin. Of requests that a sender pipelines it sees those that begin a read.
final class RequestLineHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    var mayBegin = true
    /// The line goes on in the next read.
    private var isOpen = false

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard mayBegin || isOpen else { return context.fireChannelRead(data) }
        let buffer = unwrapInboundIn(data)
        var end = buffer.readableBytesView.endIndex
        var isPlain = true
        isOpen = true
        for (index, byte) in zip(buffer.readableBytesView.indices, buffer.readableBytesView) {
            if byte == UInt8(ascii: "\n") {
                end = index
                isOpen = false
                break
            }
            if byte >= 0x80 { isPlain = false }
        }
        mayBegin = false
        context.fireChannelRead(isPlain ? data : wrapInboundOut(Self.encoded(buffer, to: end)))
    }

    private static func encoded(_ buffer: ByteBuffer, to end: Int) -> ByteBuffer {
        let view = buffer.readableBytesView
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded = ByteBuffer()
        for byte in view[..<end] {
            if byte < 0x80 {
                encoded.writeInteger(byte)
            } else {
                encoded.writeBytes([UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        encoded.writeBytes(view[end...])
        return encoded
    }
}
