import NIOCore

/// The one deadline of a connection, for whatever it waits for now: when the time is up, the connection is closed.
///
/// One timer serves many deadlines: it looks at the newest when it fires.
final class ConnectionDeadline {
    /// Nil if there is none: the gateway itself is at work.
    private(set) var time: NIODeadline?
    private var timer: Scheduled<Void>?
    private var scheduled = NIODeadline.distantFuture

    func expect(within duration: Duration, _ context: ChannelHandlerContext) {
        let deadline = context.eventLoop.now + TimeAmount(duration)
        time = deadline
        if timer == nil || deadline < scheduled { schedule(deadline, context) }
    }

    func lift() { time = nil }

    func end() {
        timer?.cancel()
        timer = nil
        time = nil
    }

    private func schedule(_ deadline: NIODeadline, _ context: ChannelHandlerContext) {
        timer?.cancel()
        scheduled = deadline
        timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: deadline) { self.timeUp(context) }
    }

    private func timeUp(_ context: ChannelHandlerContext) {
        timer = nil
        guard let time else { return }
        if time <= context.eventLoop.now {
            context.close(promise: nil)
        } else {
            schedule(time, context)
        }
    }
}
