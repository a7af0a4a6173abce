import Mappings
import Rules
import Testing

@testable import Gateway

extension ConversionStoreConformance {
    /// A store's SQL does what the rules in `Rules` say, whatever comes in whatever order.
    static let rules: [Self] = [
        Self(name: "results, replays and corrections in any order leave what the rules say") { store async throws in
            var random = Random(seed: 7)
            var model = HistoryModel()
            let sale = StoreSamples.submission(1, keys: [StoreSamples.key(1)])
            #expect(try await store.accept(sale) == .stored)
            model.begin(sale.conversion.id, at: sale.conversion.receivedAt)
            for turn in 1...250 {
                let now = Duration.seconds(turn)
                switch random.next(below: 10) {
                case 0 where model.steps.count < 7:
                    let message = StoreSamples.message(UInt64(1 + turn), "status-\(turn)", after: now)
                    #expect(try await store.correct(message) == .applied(sale.conversion.id, correction: message.conversion.id))
                    model.begin(message.conversion.id, at: message.conversion.receivedAt)
                case 1, 2:
                    let index = random.next(below: model.steps.count)
                    #expect(try await store.requeue([model.steps[index].delivery], at: StoreSamples.start.advanced(by: now)) == 1)
                    model.requeue(index, at: StoreSamples.start.advanced(by: now))
                default:
                    let index = random.next(below: model.steps.count)
                    let result = random.result(of: model.steps[index], after: now)
                    #expect(try await store.record(result) == model.record(index, result))
                }
                let stored = try await store.deliveries(DeliveryFilter(history: sale.conversion.id, ascending: true))
                #expect(stored.map(HistoryModel.shown) == model.steps.map(HistoryModel.shown), "turn \(turn)")
            }
            var counts: [DeliveryState: Int] = [:]
            for step in model.steps {
                counts[step.progress.state, default: 0] += 1
                let attempts = try await store.attempts(of: step.delivery)
                #expect(attempts.count == min(step.progress.logged, DeliveryProgress.keptAttempts))
                #expect(attempts.last.map(\.number) ?? 0 == step.progress.logged)
            }
            #expect(Dictionary(uniqueKeysWithValues: try await store.counts().map { ($0.state, $0.count) }) == counts)
        }
    ]
}

/// One history at one destination, kept by the rules alone.
private struct HistoryModel {
    struct Step {
        var delivery: DeliveryID
        var progress: DeliveryProgress
    }
    private(set) var steps: [Step] = []

    mutating func begin(_ id: ConversionID, at time: Timestamp) {
        let progress = DeliveryProgress(state: .pending, attempts: 0, logged: 0, changedAt: time, nextAttempt: time)
        steps.append(Step(delivery: DeliveryID(conversion: id, destination: "main"), progress: progress))
        keepOrder(steps.count - 1)
    }

    mutating func requeue(_ index: Int, at now: Timestamp) {
        if steps[index].progress.requeue(at: now) == .newRound { keepOrder(index) }
    }

    mutating func record(_ index: Int, _ result: AttemptResult) -> Bool {
        guard steps[index].progress.take(result) == .changed(releases: true) else { return false }
        let pending = steps.indices.filter { steps[$0].progress.state == .pending }
        let held = pending.filter { $0 > index && steps[$0].progress.nextAttempt == nil }
        guard let next = HistoryOrder.released(held: held, pending: pending) else { return false }
        steps[next].progress.nextAttempt = steps[index].progress.changedAt
        return true
    }

    private mutating func keepOrder(_ index: Int) {
        let pending = steps.indices.filter { steps[$0].progress.state == .pending }
        let (before, after) = HistoryOrder.neighbours(of: index, pending: pending)
        if let before {
            steps[before].progress.isFollowed = true
            steps[index].progress.nextAttempt = nil
        }
        if let after {
            steps[index].progress.isFollowed = true
            steps[after].progress.nextAttempt = nil
        }
    }

    static func shown(_ step: Step) -> String {
        let progress = step.progress
        return shown(
            step.delivery, progress.state, progress.attempts, progress.changedAt, progress.nextAttempt, progress.reason, progress.remoteID)
    }

    static func shown(_ row: DeliveryRow) -> String {
        shown(row.id, row.state, row.attempts, row.changedAt, row.nextAttempt, row.reason, row.remoteID)
    }

    private static func shown(
        _ id: DeliveryID, _ state: DeliveryState, _ attempts: Int, _ changed: Timestamp, _ next: Timestamp?, _ reason: String?,
        _ remote: String?
    ) -> String {
        "\(id) \(state) \(attempts) \(changed.microseconds) \(next.map { "\($0.microseconds)" } ?? "held") \(reason ?? "-") \(remote ?? "-")"
    }
}

private struct Random {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
    }

    /// Of the present round mostly, at times late by one.
    mutating func result(of step: HistoryModel.Step, after now: Duration) -> AttemptResult {
        let state = DeliveryState.allCases[next(below: DeliveryState.allCases.count)]
        let round = max(0, step.progress.round - (next(below: 5) == 0 ? 1 : 0))
        let hasAttempt = state != .skipped
        var result = StoreSamples.result(
            step.delivery, state, next: state == .pending ? now + .seconds(30) : nil, reason: next(below: 2) == 0 ? "reason" : nil,
            remoteID: next(below: 3) == 0 ? "remote" : nil, attempt: hasAttempt ? StoreSamples.attempt(after: now) : nil, round: round)
        if !hasAttempt { result.at = StoreSamples.start.advanced(by: now) }
        return result
    }
}
