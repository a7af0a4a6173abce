import Mappings
import NIOCore
import NIOHTTP1
import Rules

extension InboundHandler {
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .working(let due) = state else {
            promise?.succeed()
            return
        }
        send(unwrapOutboundIn(data), due, promise, context)
    }

    /// Answers what is no request, in no tracker's words, and ends the connection.
    func refuse(_ code: FailureCode, _ sentence: String, retryAfter: Int? = nil, _ context: ChannelHandlerContext) {
        let headers = retryAfter.map { [(name: "Retry-After", value: "\($0)")] } ?? []
        feeder.hold()
        send(.error(code, sentence, headers: headers), Due(keepsAlive: false), nil, context)
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

    private func send(_ reply: ReceptionReply, _ due: Due, _ promise: EventLoopPromise<Void>?, _ context: ChannelHandlerContext) {
        state = .replying
        deadline.expect(within: limits.taking, context)
        let isLast = !due.keepsAlive || isQuiescing
        let taken = promise ?? context.eventLoop.makePromise()
        taken.futureResult.assumeIsolated().whenComplete { result in
            if case .success = result { self.wasTaken(isLast: isLast, context) }
        }
        let message = message(reply, due, isLast: isLast)
        context.writeAndFlush(wrapOutboundOut(message.buffer(context.channel.allocator)), promise: taken)
    }

    /// Every text in the head is the gateway's own, so none holds a line break.
    private func message(_ reply: ReceptionReply, _ due: Due, isLast: Bool) -> HTTPMessage {
        let status = HTTPResponseStatus(statusCode: reply.wire.status)
        var message = HTTPMessage(capacity: 320 + reply.wire.body.count)
        message.add("HTTP/1.1 ")
        message.add(String(status.code))
        message.add(" ")
        message.add(status.reasonPhrase)
        message.add("\r\n")
        message.add("Content-Type", reply.wire.contentType)
        if status.mayHaveResponseBody { message.add("Content-Length", String(reply.wire.body.count)) }
        message.add("Date", date.text)
        // An answer from a cache in front would be a conversion that was never stored.
        message.add("Cache-Control", "no-store")
        for (name, value) in reply.headers { message.add(name, value) }
        if isLast {
            message.add("Connection", "close")
        } else {
            if due.isOld { message.add("Connection", "keep-alive") }
            message.add("Keep-Alive", keepAlive)
        }
        message.add("\r\n")
        if !due.isHead, status.mayHaveResponseBody { message.add(body: reply.wire.body) }
        return message
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
