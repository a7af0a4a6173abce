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
    enum Outcome {
        case result(AttemptResult, Breaker.Ending, status: Int?)
        /// Of several in one request.
        case shared(SharedOutcome, Breaker.Ending, status: Int?)
        /// Somebody else may have the delivery now, or an earlier one comes before it.
        case letGo
        /// Broken off by the end of the drain; the delivery stays pending.
        case abandoned

        static func untried(_ result: AttemptResult) -> Self { .result(result, .nothing, status: nil) }
    }

    /// A request that may go out, and what its result belongs to.
    struct Planned {
        var request: OutboundRequest
        let id: DeliveryID
        let job: DeliveryJob
        let expiry: Timestamp?
        /// Nil if the delivery is this one request.
        var line: LineTurn?
        var attempt: Int { job.delivery.attempts + 1 }
    }

    /// What is to be done with a delivery in hand.
    enum Plan {
        case send(Planned)
        case lines(LinePlan)
        case done(Outcome)
    }

    /// When something began, by the calendar and by the clock that never goes back.
    typealias Start = (at: Timestamp, uptime: Uptime)
    var now: Start { (clock.now(), clock.uptime()) }

    /// Returns when the queue has no more use for this worker.
    func run() async {
        var next = await queue.next()
        while let job = next {
            switch await attempt(job) {
            case .result(let result, let ending, let status):
                record(result, of: job.delivery)
                next = await queue.next(after: job, ending, status: status)
            case .shared(let outcome, let ending, let status):
                settle(outcome)
                next = await queue.next(after: job, ending, status: status)
            case .letGo:
                queue.giveBack(job.delivery.id)
                next = await queue.next(after: job, .nothing, status: nil)
            case .abandoned: return
            }
        }
    }

    func record(_ result: AttemptResult, of delivery: ReadyDelivery) {
        var result = result
        result.round = delivery.round
        recorder.add(result, of: queue)
    }

    private func attempt(_ job: DeliveryJob) async -> Outcome {
        guard job.others.isEmpty else { return await attemptTogether(job) }
        let id = DeliveryID(conversion: job.delivery.id, destination: job.destination.name)
        switch await plan(job, id) {
        case .send(let planned): return await send(planned)
        case .lines(let plan): return await send(plan, of: id, job)
        case .done(let outcome): return outcome
        }
    }

    /// - Parameter id: of the job's delivery.
    func plan(_ job: DeliveryJob, _ id: DeliveryID) async -> Plan {
        if job.delivery.isCorrection, await !isInTurn(id, after: job.delivery.predecessor) { return .done(.letGo) }
        let now = clock.now()
        switch job.settings.destination.sending.nextStep(for: job.delivery, at: now) {
        case .unreadable(let reason):
            return .done(.untried(AttemptResult(delivery: id, state: .dead, reason: reason, at: now)))
        case .tooLate(let reason):
            logger.error("delivery dead: \(reason)", metadata: ["delivery": "\(id)"])
            return .done(.untried(AttemptResult(delivery: id, state: .dead, reason: reason, at: now)))
        case .skip(let reason):
            return .done(.untried(AttemptResult(delivery: id, state: .skipped, reason: reason, at: now)))
        case .recordOnly(let request):
            let row = AttemptRow(
                number: 1, startedAt: now, latency: 0, requestLine: request.maskedLine,
                request: job.settings.destination.sending.recorded(request), status: nil,
                outcome: .dryRun, reply: "nothing was sent")
            return .done(
                .untried(AttemptResult(delivery: id, state: .skipped, reason: request.reason(with: NextStep.dryRunReason), attempt: row)))
        case .send(let request, let expiry): return .send(Planned(request: request, id: id, job: job, expiry: expiry))
        case .lines(let plan): return .lines(plan)
        }
    }

    /// A replay may have put an earlier delivery of the history before this one while it waited in memory. Only corrections are asked for.
    private func isInTurn(_ correction: DeliveryID, after predecessor: DeliveryState?) async -> Bool {
        // A store that fails is asked again when it gives the delivery out once more.
        (try? await store.isInTurn(correction, after: predecessor)) ?? false
    }

    private func send(_ planned: Planned) async -> Outcome {
        let start = now
        let exchanged = await exchange(planned.request, planned.job)
        return conclude(exchanged.each([planned.request])?[0] ?? exchanged, of: planned, since: start)
    }

    func conclude(_ exchanged: Exchanged, of planned: Planned, since start: Start, note: String? = nil) -> Outcome {
        let request = planned.request
        let settings = planned.job.settings
        let decision: AttemptJudge.Decision
        var row = AttemptRow(
            number: planned.attempt, startedAt: start.at, latency: (clock.uptime() - start.uptime).nanoseconds / 1000,
            requestLine: request.maskedLine, outcome: .unknown, reply: "")
        switch exchanged {
        case .letGo: return .letGo
        case .reply(let reply, let own):
            decision = own.destination.sending.decision(
                on: reply, to: request, attempt: planned.attempt, at: clock.now(), random: clock.random())
            row.status = reply.status
            row.reply = (note ?? "") + own.destination.sending.recorded(reply)
            row.request = own.destination.sending.recorded(request)
        case .failure(let failure):
            if queue.isAbandoned { return .abandoned }
            decision = settings.destination.sending.decision(on: failure, attempt: planned.attempt, random: clock.random())
            row.reply = (note ?? "") + failure.sentence
            row.request = settings.destination.sending.recorded(request)
        case .noToken(let failure, let line):
            if queue.isAbandoned { return .abandoned }
            decision = settings.destination.sending.decision(on: failure, attempt: planned.attempt, at: clock.now(), random: clock.random())
            (row.requestLine, row.status, row.reply) = (line, failure.status, failure.sentence)
        }
        row.outcome = decision.outcome
        let isTrackers = if case .reply = exchanged { true } else { false }
        return conclude(decision, row, of: planned, status: isTrackers ? row.status : nil)
    }

    private func conclude(_ decision: AttemptJudge.Decision, _ row: AttemptRow, of planned: Planned, status: Int?) -> Outcome {
        log(decision, of: planned.id, planned.line?.name)
        let next = decision.nextAttempt(at: clock.now(), expiresAt: planned.expiry)
        let result: AttemptResult
        if let line = planned.line {
            result = line.result(of: planned.id, decision, planned.request.warnings, row, retryAt: next, at: clock.now())
        } else {
            result = AttemptResult(
                delivery: planned.id, state: decision.state, nextAttempt: next, reason: planned.request.reason(with: decision.reason),
                remoteID: decision.remoteID, attempt: row)
        }
        return .result(result, decision.ending, status: status)
    }

    private func log(_ decision: AttemptJudge.Decision, of id: DeliveryID, _ line: String?) {
        let reason = (line.map { "\($0): " } ?? "") + (decision.reason ?? "")
        if decision.state == .dead {
            logger.error("delivery dead: \(reason)", metadata: ["delivery": "\(id)"])
        } else if decision.state == .rejected || decision.state == .unconfirmed {
            logger.warning("delivery \(decision.state.rawValue): \(reason)", metadata: ["delivery": "\(id)"])
        }
    }

    // MARK: - One request for each item

    /// Sends the line whose turn it is. The delivery comes back for the next one when the result is stored, so that a process that dies
    /// sends no line again that was answered, and each line counts by the destination's rate.
    private func send(_ plan: LinePlan, of id: DeliveryID, _ job: DeliveryJob) async -> Outcome {
        var turn = LineTurn(job.delivery.lines, plan)
        while let line = turn.lines.next {
            turn.line = line
            turn.name = plan.name(line)
            do throws(Skip) {
                let request = try plan.request(line)
                guard plan.isDryRun else {
                    return await send(Planned(request: request, id: id, job: job, expiry: plan.expiresAt, line: turn))
                }
                return .untried(turn.dryRun(of: id, request, by: job.destination.sending, at: clock.now()))
            } catch {
                if let result = turn.skip(error, of: id, at: clock.now()) { return .untried(result) }
            }
        }
        return .letGo
    }
}
