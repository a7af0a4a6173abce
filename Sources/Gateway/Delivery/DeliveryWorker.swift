import Logging
import Mappings
import Rules

/// Makes one try after another: renders, sends, decides, and hands the result to the recorder.
struct DeliveryWorker: Sendable {
    let queue: DeliveryQueue
    let client: TrackerClient
    let store: any DeliveryStore
    let recorder: ResultRecorder
    let clock: DeliveryClock
    let logger: Logger

    /// What came of having one delivery in hand.
    private enum Outcome {
        case result(AttemptResult, Breaker.Ending, status: Int?)
        /// Somebody else may have the delivery now, or an earlier one comes before it.
        case letGo
        /// Broken off by the end of the drain; the delivery stays pending.
        case abandoned

        static func untried(_ result: AttemptResult) -> Self { .result(result, .nothing, status: nil) }
    }

    /// Returns when the queue has no more use for this worker.
    func run() async {
        var next = await queue.next()
        while let job = next {
            switch await attempt(job) {
            case .result(var result, let ending, let status):
                result.round = job.delivery.round
                recorder.add(result, of: queue)
                next = await queue.next(after: job, ending, status: status)
            case .letGo:
                queue.giveBack(job.delivery.id)
                next = await queue.next(after: job, .nothing, status: nil)
            case .abandoned: return
            }
        }
    }

    private func attempt(_ job: DeliveryJob) async -> Outcome {
        let sending = job.destination.sending
        let id = DeliveryID(conversion: job.delivery.id, destination: sending.name)
        if job.delivery.isCorrection, await !isInTurn(id, after: job.delivery.predecessor) { return .letGo }
        let now = clock.now()
        switch sending.nextStep(for: job.delivery, at: now) {
        case .unreadable(let reason):
            return .untried(AttemptResult(delivery: id, state: .dead, reason: reason, at: now))
        case .tooLate(let reason):
            logger.error("delivery dead: \(reason)", metadata: ["delivery": "\(id)"])
            return .untried(AttemptResult(delivery: id, state: .dead, reason: reason, at: now))
        case .skip(let reason):
            return .untried(AttemptResult(delivery: id, state: .skipped, reason: reason, at: now))
        case .recordOnly(let request):
            let row = AttemptRow(
                number: 1, startedAt: now, latency: 0, requestLine: request.maskedLine, request: sending.recorded(request), status: nil,
                outcome: .dryRun, reply: "nothing was sent")
            return .untried(AttemptResult(delivery: id, state: .skipped, reason: request.reason(with: NextStep.dryRunReason), attempt: row))
        case .send(let request, let expiry):
            guard store.holdsClaims, job.delivery.claimEpoch == store.claimEpoch else { return .letGo }
            return await send(request, for: id, job, expiry: expiry)
        }
    }

    /// A replay may have put an earlier delivery of the history before this one while it waited in memory. Only corrections are asked for.
    private func isInTurn(_ correction: DeliveryID, after predecessor: DeliveryState?) async -> Bool {
        // A store that fails is asked again when it gives the delivery out once more.
        (try? await store.isInTurn(correction, after: predecessor)) ?? false
    }

    private func send(_ request: OutboundRequest, for id: DeliveryID, _ job: DeliveryJob, expiry: Timestamp?) async -> Outcome {
        let sending = job.destination.sending
        let attempt = job.delivery.attempts + 1
        let startedAt = clock.now()
        let start = clock.uptime()
        let decision: AttemptJudge.Decision
        let status: Int?
        let shown: String
        do throws(ExchangeFailure) {
            let reply = try await client.send(
                request, through: job.destination.egress, timeout: sending.timeout, keeping: sending.answers.headerNames)
            FaultPoint.afterSend.reached()
            decision = sending.decision(on: reply, to: request, attempt: attempt, at: clock.now(), random: clock.random())
            status = reply.status
            shown = sending.recorded(reply)
        } catch {
            if queue.isAbandoned { return .abandoned }
            decision = sending.decision(on: error, attempt: attempt, random: clock.random())
            status = nil
            shown = error.sentence
        }
        log(decision, of: id)
        let row = AttemptRow(
            number: attempt, startedAt: startedAt, latency: (clock.uptime() - start).nanoseconds / 1000,
            requestLine: request.maskedLine, request: sending.recorded(request), status: status, outcome: decision.outcome, reply: shown)
        let next = decision.nextAttempt(at: clock.now(), expiresAt: expiry)
        let result = AttemptResult(
            delivery: id, state: decision.state, nextAttempt: next, reason: request.reason(with: decision.reason),
            remoteID: decision.remoteID, attempt: row)
        return .result(result, decision.ending, status: status)
    }

    private func log(_ decision: AttemptJudge.Decision, of id: DeliveryID) {
        if decision.state == .dead {
            logger.error("delivery dead: \(decision.reason ?? "")", metadata: ["delivery": "\(id)"])
        } else if decision.state == .rejected || decision.state == .unconfirmed {
            logger.warning("delivery \(decision.state.rawValue): \(decision.reason ?? "")", metadata: ["delivery": "\(id)"])
        }
    }
}
