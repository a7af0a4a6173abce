import NIOCore
import Rules

/// Hands one connection's requests to the intake, and its replies back. All of it happens on the connection's event loop.
///
/// A good request is judged in the moment it is there, waits for the store's commit, and is answered: no task is made for it. What is rare takes
/// one, on the same loop.
final class IntakeLink: InboundHandler.Taker {
    private let current: CurrentIntake
    private let channel: any Channel
    private let executor: EventLoopTaskExecutor
    private let peer: String
    private var version: CurrentIntake.Version
    private var isWorking = false
    /// When the request that is worked on was there.
    private var start = Uptime.now()
    private var isOver = false
    /// Of the request that is worked on.
    private var reservation: BodyReservation?
    /// Let go of with the connection.
    var handler: InboundHandler?

    /// Called on the channel's loop.
    init(_ current: CurrentIntake, channel: any Channel) {
        self.current = current
        self.channel = channel
        executor = .ofThisLoop(channel.eventLoop)
        peer = channel.remoteAddress?.ipAddress ?? ""
        version = current.latest
    }

    func take(_ request: InboundRequest) {
        if !current.isLatest(version) { version = current.latest }
        isWorking = true
        start = .now()
        reservation = request.reservation
        let intake = version.intake
        switch intake.begin(request.wire, peer: peer, fault: request.fault, isCut: request.isCut) {
        case .store(let pending): store(pending, intake)
        case .ends(let ending):
            // A reply that is there at once waits for its turn too, so that a sender of many such requests keeps nobody waiting.
            let link = NIOLoopBound(self, eventLoop: channel.eventLoop)
            executor.execute { link.value.end(with: ending) }
        }
    }

    private func store(_ pending: Intake.Pending, _ intake: Intake) {
        guard let store = intake.directStore else { return end(with: .later { await intake.store(pending) }) }
        let link = NIOLoopBound(self, eventLoop: channel.eventLoop)
        store.accept(pending.submission) { [executor] result in
            executor.execute { link.value.end(with: intake.conclude(pending, result)) }
        }
    }

    private func end(with ending: Intake.Ending) {
        switch ending {
        case .now(let reply): answer(reply)
        case .later(let rest):
            let link = NIOLoopBound(self, eventLoop: channel.eventLoop)
            Task(executorPreference: executor) {
                let reply = await rest()
                link.value.answer(reply)
            }
        }
    }

    private func answer(_ reply: ReceptionReply) {
        isWorking = false
        version.intake.metrics.replies.observe(Int((Uptime.now().nanoseconds &- start.nanoseconds) / 1000))
        reservation = nil
        handler?.reply(reply)
        if isOver { channel.close(promise: nil) }
    }

    /// Closes the connection, once what is worked on is answered.
    func end() {
        if isOver { return }
        isOver = true
        if !isWorking { channel.close(promise: nil) }
    }

    func letGo() { handler = nil }
}
