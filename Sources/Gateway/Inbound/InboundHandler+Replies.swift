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
        writeParts(of: reply, due, isLast: isLast, promise: taken, context)
    }

    private func writeParts(
        of reply: ReceptionReply, _ due: Due, isLast: Bool, promise: EventLoopPromise<Void>, _ context: ChannelHandlerContext
    ) {
        var headers = HTTPHeaders()
        headers.reserveCapacity(8)
        headers.add(name: "Content-Type", value: reply.wire.contentType)
        headers.add(name: "Content-Length", value: String(reply.wire.body.count))
        headers.add(name: "Date", value: date.text)
        // An answer from a cache in front would be a conversion that was never stored.
        headers.add(name: "Cache-Control", value: "no-store")
        for (name, value) in reply.headers { headers.add(name: name, value: value) }
        if isLast {
            headers.add(name: "Connection", value: "close")
        } else {
            if due.isOld { headers.add(name: "Connection", value: "keep-alive") }
            headers.add(name: "Keep-Alive", value: keepAlive)
        }
        let head = HTTPResponseHead(version: .http1_1, status: HTTPResponseStatus(statusCode: reply.wire.status), headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if !due.isHead, !reply.wire.body.isEmpty {
            context.write(wrapOutboundOut(.body(.byteBuffer(ByteBuffer(bytes: reply.wire.body)))), promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: promise)
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
