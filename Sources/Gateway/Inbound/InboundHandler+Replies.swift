import Mappings
import NIOCore
import NIOHTTP1
import Rules

extension InboundHandler {
    /// Answers what is no request, in no tracker's words, and ends the connection.
    func refuse(_ code: FailureCode, _ sentence: String, retryAfter: Int? = nil, _ context: ChannelHandlerContext) {
        let headers = retryAfter.map { [(name: "Retry-After", value: "\($0)")] } ?? []
        feeder.hold()
        send(.error(code, sentence, headers: headers), Due(keepsAlive: false), context)
    }

    /// - Parameter broken: what came of a request whose head was right.
    func refuse(_ error: any Error, read broken: WireRequest? = nil, _ context: ChannelHandlerContext) {
        refuse(feeder.isHTTP2 ? "this is HTTP/2; send HTTP/1.1" : "this is not HTTP/1.1: \(error)", read: broken, context)
    }

    /// The same for what HTTP does not allow, which is kept as a request that reached no tracker.
    ///
    /// - Parameter read: as far as it was read.
    func refuse(_ sentence: String, read: WireRequest? = nil, _ context: ChannelHandlerContext) {
        let line = feeder.brokenRequestLine.map { HTTPRequestHead(version: .http1_1, method: .RAW(value: $0.method), uri: $0.target) }
        refuse(.invalid, sentence, context)
        let request = read ?? line.map { WireRequest($0, body: []) } ?? WireRequest(method: "", path: "")
        let (intake, peer) = (current.latest.intake, context.channel.remoteAddress?.ipAddress ?? "")
        // The reply does not wait for the store.
        Task {
            await intake.keep(
                unrouted: request, peer: peer, status: 400, code: "not_http", reason: sentence, isCut: !request.body.isEmpty)
        }
    }

    func send(_ reply: ReceptionReply, _ due: Due, _ context: ChannelHandlerContext) {
        state = .replying
        deadline.expect(within: limits.taking, context)
        let isLast = !due.keepsAlive || isQuiescing
        let taken = context.eventLoop.makePromise(of: Void.self)
        taken.futureResult.assumeIsolated().whenSuccess { self.wasTaken(isLast: isLast, context) }
        feeder.write(message(reply, due, isLast: isLast), promise: taken)
    }

    /// Every text in the head is the gateway's own, so none holds a line break.
    private func message(_ reply: ReceptionReply, _ due: Due, isLast: Bool) -> ByteBuffer {
        let status = HTTPResponseStatus(statusCode: reply.wire.status)
        var message = HTTPMessage(capacity: 320 + reply.wire.body.count)
        if status == .ok {
            message.add("HTTP/1.1 200 OK\r\nContent-Type: ")
        } else {
            message.add("HTTP/1.1 \(status.code) \(status.reasonPhrase)\r\nContent-Type: ")
        }
        message.add(reply.wire.contentType)
        if status.mayHaveResponseBody {
            message.add("\r\nContent-Length: ")
            message.add(number: reply.wire.body.count)
        }
        message.add("\r\nDate: ")
        message.add(date.text)
        // An answer from a cache in front would be a conversion that was never stored.
        message.add("\r\nCache-Control: no-store\r\n")
        for (name, value) in reply.headers { message.add(name, value) }
        if isLast {
            message.add("Connection: close\r\n\r\n")
        } else {
            if due.isOld { message.add("Connection: keep-alive\r\n") }
            message.add("Keep-Alive", keepAlive)
            message.add("\r\n")
        }
        if !due.isHead, status.mayHaveResponseBody { message.add(body: reply.wire.body) }
        return message.buffer
    }

    /// The sender's system has the whole reply.
    private func wasTaken(isLast: Bool, _ context: ChannelHandlerContext) {
        guard context.channel.isActive, case .replying = state else { return }
        if isLast { return close(context) }
        if let error = parseError {
            parseError = nil
            return refuse(error, context)
        }
        if isQuiescing { return close(context) }
        state = .waiting
        deadline.expect(within: limits.idle, context)
        feeder.go(.head)
    }

    /// Ends the sending side; what the sender still has under way is read for a moment, since closing on it would cost it the reply.
    private func close(_ context: ChannelHandlerContext) {
        state = .closing
        deadline.expect(within: limits.farewell, context)
        context.close(mode: .output, promise: nil)
        feeder.go(.nothing)
    }
}
