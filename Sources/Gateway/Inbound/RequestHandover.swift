import NIOCore
import Rules

/// Hands a connection's requests to its task, one at a time, and the replies back. Everything happens on the connection's event loop.
///
/// NIO's own bridge between a pipeline and a task serves any number of elements from any thread, which costs about a tenth of a request.
final class RequestHandover: ChannelInboundHandler {
    typealias InboundIn = InboundRequest
    typealias OutboundOut = ReceptionReply

    private var context: ChannelHandlerContext?
    private var request: InboundRequest?
    private var isOver = false
    /// Resumed by the next request or the end, whichever comes first; each takes it away before.
    private var waiting: UnsafeContinuation<InboundRequest?, Never>?

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        end()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let request = unwrapInboundIn(data)
        guard let waiting else {
            self.request = request
            return
        }
        self.waiting = nil
        waiting.resume(returning: request)
    }

    func channelInactive(context: ChannelHandlerContext) {
        end()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed? = event as? ChannelEvent { end() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { end() }

    /// No request comes after the one that is here already.
    func end() {
        isOver = true
        waiting?.resume(returning: nil)
        waiting = nil
    }

    /// The next request; nil if the connection has no more.
    func next() async -> InboundRequest? {
        if let request {
            self.request = nil
            return request
        }
        return isOver ? nil : await withUnsafeContinuation { waiting = $0 }
    }

    func reply(_ reply: ReceptionReply) { context?.writeAndFlush(wrapOutboundOut(reply), promise: nil) }
}
