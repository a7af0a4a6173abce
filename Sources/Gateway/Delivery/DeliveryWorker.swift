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
        case .send(let request, let expiry): return await send(Planned(request: request, id: id, job: job, expiry: expiry))
        case .lines(let plan): return await send(plan, of: id, job)
        }
    }

    private func send(_ planned: Planned) async -> Outcome {
        let job = planned.job
        guard isOwn(job) else { return .letGo }
        if let tokens = job.destination.tokens { return await send(planned, with: tokens) }
        let start = (at: clock.now(), uptime: clock.uptime())
        return conclude(await exchange(planned.request, job), of: planned, by: job.destination.sending, since: start)
    }

    /// Whether this process may still send it: the claim on it is not lost.
    private func isOwn(_ job: DeliveryJob) -> Bool { store.holdsClaims && job.delivery.claimEpoch == store.claimEpoch }

    /// A replay may have put an earlier delivery of the history before this one while it waited in memory. Only corrections are asked for.
    private func isInTurn(_ correction: DeliveryID, after predecessor: DeliveryState?) async -> Bool {
        // A store that fails is asked again when it gives the delivery out once more.
        (try? await store.isInTurn(correction, after: predecessor)) ?? false
    }

    /// A request that may go out, and what its result belongs to.
    private struct Planned {
        var request: OutboundRequest
        let id: DeliveryID
        let job: DeliveryJob
        let expiry: Timestamp?
        /// Nil if the delivery is this one request.
        var line: LineTurn?
        var attempt: Int { job.delivery.attempts + 1 }
    }

    private func exchange(_ request: OutboundRequest, _ job: DeliveryJob) async -> Result<Reply, ExchangeFailure> {
        let sending = job.destination.sending
        do throws(ExchangeFailure) {
            let reply = try await client.send(
                request, through: job.destination.egress, timeout: sending.timeout, keeping: sending.answers.headerNames)
            FaultPoint.afterSend.reached()
            return .success(reply)
        } catch {
            return .failure(error)
        }
    }

    private func conclude(
        _ result: Result<Reply, ExchangeFailure>, of planned: Planned, by sending: Sending, since start: (at: Timestamp, uptime: Uptime)
    ) -> Outcome {
        let request = planned.request
        let decision: AttemptJudge.Decision
        let status: Int?
        let shown: String
        switch result {
        case .success(let reply):
            decision = sending.decision(on: reply, to: request, attempt: planned.attempt, at: clock.now(), random: clock.random())
            status = reply.status
            shown = sending.recorded(reply)
        case .failure(let failure):
            if queue.isAbandoned { return .abandoned }
            decision = sending.decision(on: failure, attempt: planned.attempt, random: clock.random())
            status = nil
            shown = failure.sentence
        }
        let row = AttemptRow(
            number: planned.attempt, startedAt: start.at, latency: (clock.uptime() - start.uptime).nanoseconds / 1000,
            requestLine: request.maskedLine, request: sending.recorded(request), status: status, outcome: decision.outcome, reply: shown)
        return conclude(decision, row, of: planned, status: status)
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
}

// MARK: - One request for each item

extension DeliveryWorker {
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

// MARK: - With an access token

extension DeliveryWorker {
    /// Sends with the destination's access token. If the tracker refuses that with 401, once more with another.
    private func send(_ planned: Planned, with tokens: TokenKeeper) async -> Outcome {
        let (job, start) = (planned.job, (at: clock.now(), uptime: clock.uptime()))
        var isRenewed = false
        while true {
            let sending = job.destination.sending
            let token: AccessToken
            switch await tokens.token(through: client, job.destination.egress, timeout: sending.timeout, clock: clock, logger: logger) {
            case .success(let found): token = found
            case .failure(let failure): return conclude(failure, of: planned, tokens.request, since: start)
            }
            // Fetching it took its time.
            guard isOwn(job) else { return .letGo }
            var request = planned.request
            tokens.request.put(token.value, into: &request)
            let result = await exchange(request, job)
            if case .success(let reply) = result, reply.status == 401, !isRenewed, tokens.refused(token, at: clock.uptime()) {
                isRenewed = true
                logger.info("tracker answered 401; another access token is fetched", metadata: ["destination": "\(sending.name)"])
                continue
            }
            var own = sending
            own.secrets = token.secrets
            return conclude(result, of: planned, by: own, since: start)
        }
    }

    /// Without a token nothing is sent to the tracker; the delivery waits as after any failure.
    private func conclude(
        _ failure: TokenFailure, of planned: Planned, _ tokenRequest: TokenRequest, since start: (at: Timestamp, uptime: Uptime)
    ) -> Outcome {
        if queue.isAbandoned { return .abandoned }
        let sending = planned.job.destination.sending
        let decision = sending.decision(on: failure, attempt: planned.attempt, at: clock.now(), random: clock.random())
        let row = AttemptRow(
            number: planned.attempt, startedAt: start.at, latency: (clock.uptime() - start.uptime).nanoseconds / 1000,
            requestLine: tokenRequest.request().maskedLine, status: failure.status, outcome: failure.outcome, reply: failure.sentence)
        return conclude(decision, row, of: planned, status: nil)
    }
}
