import AsyncHTTPClient
import NIOCore
import NIOHTTP1
import Synchronization

/// Collects one reply up to `Reply.readLimit` and breaks the exchange off there.
final class ReplyCollector: HTTPClientResponseDelegate {
    struct Enough: Error {}

    private struct State {
        var head: HTTPResponseHead?
        var body = ByteBuffer()
        var isComplete = false
    }
    private let state = Mutex(State())

    /// Nil before a whole reply, or as much of one as is read, has come.
    var reply: Reply? {
        state.withLock { state in
            guard state.isComplete, let head = state.head else { return nil }
            return Reply(
                status: Int(head.status.code), retryAfter: head.headers.first(name: "Retry-After"),
                location: head.headers.first(name: "Location"), body: Array(state.body.readableBytesView))
        }
    }

    var hasBegun: Bool { state.withLock { $0.head != nil } }

    func didReceiveHead(task: HTTPClient.Task<Void>, _ head: HTTPResponseHead) -> EventLoopFuture<Void> {
        state.withLock { $0.head = head }
        return task.eventLoop.makeSucceededVoidFuture()
    }

    func didReceiveBodyPart(task: HTTPClient.Task<Void>, _ buffer: ByteBuffer) -> EventLoopFuture<Void> {
        let isComplete = state.withLock { state in
            let room = Reply.readLimit - state.body.readableBytes
            var part = buffer
            if buffer.readableBytes > room {
                part = buffer.getSlice(at: buffer.readerIndex, length: room) ?? ByteBuffer()
                state.isComplete = true
            }
            if state.body.readableBytes == 0 { state.body = part } else { state.body.writeBuffer(&part) }
            return state.isComplete
        }
        return isComplete ? task.eventLoop.makeFailedFuture(Enough()) : task.eventLoop.makeSucceededVoidFuture()
    }

    func didFinishRequest(task: HTTPClient.Task<Void>) throws { state.withLock { $0.isComplete = true } }
}
