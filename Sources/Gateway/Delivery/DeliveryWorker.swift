import Logging
import Mappings
import NIOCore
import Rules

/// Makes one try after another: renders, sends, decides, and hands the result to the recorder.
struct DeliveryWorker: Sendable {
    let queue: DeliveryQueue
    let client: TrackerClient
    let store: any ConversionStore
    let recorder: ResultRecorder
    let clock: DeliveryClock
    let logger: Logger

    /// What came of having one delivery in hand.
    private enum Outcome {
        case result(AttemptResult, Breaker.Ending, status: Int?)
        /// Somebody else may have the delivery now.
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
        let destination = job.destination
        let id = DeliveryID(conversion: job.delivery.id, destination: destination.name)
        let conversion: Conversion
        do {
            switch job.delivery.content {
            case .conversion(let known): conversion = known
            case .document(let document): conversion = try Conversion(document: document)
            }
        } catch {
            let reason = "stored conversion cannot be read: \(error)"
            return .untried(AttemptResult(delivery: id, state: .dead, reason: reason, at: clock.now()))
        }
        // A correction is as old as itself, not as its conversion.
        let receivedAt = conversion[.update].isAbsent ? conversion.receivedAt : max(conversion.receivedAt, job.delivery.id.time)
        if let reason = destination.lateness(since: receivedAt, at: clock.now()) {
            logger.error("delivery dead: \(reason)", metadata: ["delivery": "\(id)"])
            return .untried(AttemptResult(delivery: id, state: .dead, reason: reason, at: clock.now()))
        }
        switch destination.render(conversion, job.delivery.predecessor) {
        case .skipped(let reason):
            return .untried(AttemptResult(delivery: id, state: .skipped, reason: reason, at: clock.now()))
        case .request(let request) where destination.isDryRun:
            let row = AttemptRow(
                number: 1, startedAt: clock.now(), latency: 0, requestLine: request.maskedLine, request: destination.record(request),
                status: nil, outcome: .dryRun, reply: "nothing was sent")
            return .untried(AttemptResult(delivery: id, state: .skipped, reason: Destination.dryRunReason, attempt: row))
        case .request(let request):
            guard store.holdsClaims, job.delivery.claimEpoch == store.claimEpoch else { return .letGo }
            return await send(request, for: id, job, expiry: destination.maxAge.map { receivedAt.advanced(by: $0) })
        }
    }

    private func send(_ request: OutboundRequest, for id: DeliveryID, _ job: DeliveryJob, expiry: Timestamp?) async -> Outcome {
        let destination = job.destination
        let judge = AttemptJudge(schedule: destination.schedule, attempt: job.delivery.attempts + 1)
        let startedAt = clock.now()
        let start = NIODeadline.now()
        let decision: AttemptJudge.Decision
        let status: Int?
        let shown: String
        do throws(ExchangeFailure) {
            let reply = try await client.send(request, through: destination.egress, timeout: destination.timeout)
            FaultPoint.afterSend.reached()
            var reading = destination.read(reply.status, reply.body, request.update)
            if let message = reading?.message { reading?.message = String(destination.mask(message).prefix(500)) }
            decision = judge.decision(on: reply, reading: reading, at: clock.now(), random: clock.random())
            status = reply.status
            shown = destination.mask(reply.text)
        } catch {
            if queue.isAbandoned { return .abandoned }
            decision = judge.decision(on: error, random: clock.random())
            status = nil
            shown = error.sentence
        }
        if decision.state == .dead {
            logger.error("delivery dead: \(decision.reason ?? "")", metadata: ["delivery": "\(id)"])
        } else if decision.state == .rejected {
            logger.warning("delivery rejected: \(decision.reason ?? "")", metadata: ["delivery": "\(id)"])
        }
        let row = AttemptRow(
            number: judge.attempt, startedAt: startedAt, latency: (NIODeadline.now() - start).nanoseconds / 1000,
            requestLine: request.maskedLine, request: destination.record(request), status: status, outcome: decision.outcome, reply: shown)
        // It comes up when its time is over, rather than stay pending until its next try.
        let next = decision.wait.map { clock.now().advanced(by: $0) }.map { next in expiry.map { min($0, next) } ?? next }
        let result = AttemptResult(
            delivery: id, state: decision.state, nextAttempt: next, reason: decision.reason, remoteID: decision.remoteID, attempt: row)
        return .result(result, decision.ending, status: status)
    }
}

extension Destination {
    static let dryRunReason = "dry run: nothing was sent"

    /// Why the destination is not told of a conversion any more; nil while its time is not over.
    func lateness(since receivedAt: Timestamp, at now: Timestamp) -> String? {
        guard let maxAge else { return nil }
        let age = receivedAt.duration(to: now)
        guard age >= maxAge else { return nil }
        return "received \(age.text) ago, and max_age is \(maxAge.text); to send it after all raise max_age and replay it"
    }
}
