import Mappings
import Rules

/// What came of several deliveries in one request.
struct SharedOutcome {
    var results: [(result: AttemptResult, delivery: ReadyDelivery)] = []
    /// They go again in these groups.
    var groups: [[ReadyDelivery]] = []
    /// Another process may have them now.
    var letGo: [ConversionID] = []
}

extension DeliveryWorker {
    func settle(_ outcome: SharedOutcome) {
        for (result, delivery) in outcome.results { record(result, of: delivery) }
        for id in outcome.letGo { queue.giveBack(id) }
        if !outcome.groups.isEmpty { queue.putBack(outcome.groups) }
    }

    /// Sends what can share one request. What differs from the first in more than its conversion goes by itself.
    func attemptTogether(_ job: DeliveryJob) async -> Outcome {
        var outcome = SharedOutcome()
        var members: [Planned] = []
        var rest: [ReadyDelivery] = []
        for delivery in [job.delivery] + job.others {
            let id = DeliveryID(conversion: delivery.id, destination: job.destination.name)
            let own = DeliveryJob(delivery: delivery, settings: job.settings)
            switch await plan(own, id) {
            case .send(let planned) where members.first.map({ $0.request.canShare(with: planned.request) }) ?? true: members.append(planned)
            case .send, .lines: rest.append(delivery)
            case .done(.result(let result, _, _)): outcome.results.append((result, delivery))
            case .done: outcome.letGo.append(delivery.id)
            }
        }
        // If nothing shares the first one's request, hardly anything will share another's.
        if !rest.isEmpty { outcome.groups = members.count > 1 ? [rest] : rest.map { [$0] } }
        guard !members.isEmpty else { return .shared(outcome, .nothing, status: nil) }
        return await send(members, job, outcome)
    }

    private func send(_ members: [Planned], _ job: DeliveryJob, _ known: SharedOutcome) async -> Outcome {
        var outcome = known
        let shared = SharedRequest(members.map(\.request))
        let start = now
        let exchanged = await exchange(shared.request, job)
        let each = exchanged.each(members.map(\.request))
        if each == nil, case .reply(let reply, let own) = exchanged {
            let whole = own.destination.sending.decision(on: reply, to: shared.request, attempt: 1, at: clock.now(), random: 0.5)
            if shared.isToBeSplit(whole, status: reply.status) {
                outcome.groups = members.map(\.job.delivery).halves + outcome.groups
                return .shared(outcome, .success, status: reply.status)
            }
        }
        var last: (ending: Breaker.Ending, status: Int?) = (.nothing, nil)
        for (index, member) in members.enumerated() {
            switch conclude(each?[index] ?? exchanged, of: member, since: start, note: shared.note) {
            case .result(let result, let ending, let status):
                outcome.results.append((result, member.job.delivery))
                last = (ending, status)
            case .letGo, .shared: outcome.letGo.append(member.job.delivery.id)
            case .abandoned: return .abandoned
            }
        }
        return .shared(outcome, last.ending, status: last.status)
    }
}
