import Mappings
import NIOCore
import NIOHTTP1
import Rules

extension InboundHandler {
    func append(_ part: ByteBuffer, _ context: ChannelHandlerContext) {
        guard var incoming else { return }
        self.incoming = nil
        incoming.count += part.readableBytes
        if incoming.count > limits.body { incoming.body.drop() }
        if var waiting = incoming.waiting {
            waiting.writeImmutableBuffer(part)
            incoming.waiting = waiting
        } else if !incoming.body.append(part, decide: { [head = incoming.head] in keeping(head) }) {
            incoming.waiting = part
        }
        let (count, waits) = (incoming.count, incoming.waiting != nil)
        self.incoming = incoming
        if count > 8 * limits.body {
            finish(isLast: true, context)
        } else if waits, retry == nil {
            feeder.hold()
            tryAgain(until: context.eventLoop.now + TimeAmount(limits.patience), context)
        }
    }

    /// Small bodies do not ask.
    private func keeping(_ head: HTTPRequestHead) -> InboundBody.Keeping {
        func all(isProven: Bool) -> InboundBody.Keeping {
            .all(BodyReservation(current.load.bodies, isProven: isProven, entry?.address))
        }
        switch current.latest.intake.reception.judgeHead(WireRequest(head, body: [])) {
        case .nowhere: return .first(0)
        case .stranger: return .first(InboundBody.own)
        case .undecided: return all(isProven: false)
        case .proven: return all(isProven: true)
        }
    }

    /// Looks for room a few times, then sends the request back. Bodies that are not complete may wait for each other, so nobody waits for long.
    private func tryAgain(until end: NIODeadline, _ context: ChannelHandlerContext) {
        retry = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(50)) {
            self.retry = nil
            guard case .reading = self.state, let part = self.incoming?.waiting else { return }
            // What it is was decided before.
            if self.incoming?.body.append(part, decide: { .undecided }) == true {
                self.incoming?.waiting = nil
                if self.incoming?.isWhole == true { self.finish(context) } else { self.feeder.go() }
            } else if context.eventLoop.now < end {
                self.tryAgain(until: end, context)
            } else {
                self.incoming = nil
                self.current.load.refusedBody(of: context.channel.remoteAddress?.ipAddress ?? "")
                self.refuse(.overloaded, "too many large requests are under way; try again in a moment", retryAfter: 5, context)
            }
        }
    }
}
