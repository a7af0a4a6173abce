import Logging
import Mappings
import NIOCore

/// Makes one try after another: renders, sends, decides, records.
///
/// A destination has more workers than requests it may have in flight, because a worker stays with its try until the result is stored:
/// that way many results share one commit, and a store that cannot write stops the sending without a result being lost.
struct DeliveryWorker: Sendable {
    let queue: DeliveryQueue
    let client: TrackerClient
    let store: any ConversionStore
    let watch: StoreWatch
    let clock: DeliveryClock
    let alarm: Alarm
    let logger: Logger

    private var destination: Destination { queue.destination }

    /// Returns once the queue is drained and what this worker had in hand is stored, or when the task is cancelled.
    func run() async {
        while let delivery = await queue.next() {
            guard var result = await attempt(delivery) else { return }
            result.round = delivery.round
            guard let released = await record(result) else { return }
            queue.settle(delivery.id)
            if let next = result.nextAttempt { alarm.ring(at: next) }
            if released { alarm.ring(at: clock.now()) }
        }
    }

    /// Nil where the try was broken off by the end of the drain; the delivery stays pending.
    private func attempt(_ delivery: ReadyDelivery) async -> AttemptResult? {
        let id = DeliveryID(conversion: delivery.id, destination: destination.name)
        let conversion: Conversion
        do {
            switch delivery.content {
            case .conversion(let known): conversion = known
            case .document(let document): conversion = try Conversion(document: document)
            }
        } catch {
            queue.release(answered: nil)
            return AttemptResult(delivery: id, state: .dead, reason: "stored conversion cannot be read: \(error)")
        }
        switch destination.render(conversion) {
        case .skipped(let reason):
            queue.release(answered: nil)
            return AttemptResult(delivery: id, state: .skipped, reason: reason)
        case .request(let request):
            let machine = DeliveryStateMachine(schedule: destination.schedule, attempt: delivery.attempts + 1)
            return await send(request, for: id, machine: machine)
        }
    }

    private func send(_ request: OutboundRequest, for id: DeliveryID, machine: DeliveryStateMachine) async -> AttemptResult? {
        let startedAt = clock.now()
        let start = NIODeadline.now()
        let decision: DeliveryStateMachine.Decision
        let status: Int?
        let shown: String
        do throws(ExchangeFailure) {
            let reply = try await client.send(request, through: destination.egress, timeout: destination.timeout)
            queue.release(answered: true)
            var reading = destination.read(reply.status, reply.body, request.update)
            if let message = reading?.message { reading?.message = String(destination.mask(message).prefix(500)) }
            decision = machine.replied(reply, reading: reading, at: clock.now(), random: clock.random())
            status = reply.status
            shown = destination.mask(reply.text)
        } catch {
            if queue.isAbandoned {
                queue.release(answered: nil)
                return nil
            }
            if case .unsendable = error { queue.release(answered: nil) } else { queue.release(answered: false) }
            decision = machine.failed(error, random: clock.random())
            status = nil
            shown = error.sentence
        }
        if decision.state == .dead {
            logger.error("delivery dead: \(decision.reason ?? "")", metadata: ["delivery": "\(id)"])
        } else if decision.state == .rejected {
            logger.warning("delivery rejected: \(decision.reason ?? "")", metadata: ["delivery": "\(id)"])
        }
        let row = AttemptRow(
            number: machine.attempt, startedAt: startedAt, latency: (NIODeadline.now() - start).nanoseconds / 1000,
            requestLine: request.maskedLine, request: destination.record(request), status: status, outcome: decision.outcome, reply: shown)
        return AttemptResult(
            delivery: id, state: decision.state, nextAttempt: decision.wait.map { clock.now().advanced(by: $0) }, reason: decision.reason,
            remoteID: decision.remoteID, attempt: row)
    }

    /// Stores the result, again and again until it works. Nil where the process ends first; the delivery is then made once more.
    /// - Returns: whether a correction waited for this result.
    private func record(_ result: AttemptResult) async -> Bool? {
        var pause: Duration = .milliseconds(100)
        while true {
            do throws(StoreError) {
                let released = try await store.record(result)
                watch.worked()
                return released
            } catch {
                watch.failed(error)
                if error.kind == .closed { return nil }
            }
            guard (try? await Task.sleep(for: pause)) != nil else { return nil }
            pause = min(pause * 2, .seconds(5))
        }
    }
}
