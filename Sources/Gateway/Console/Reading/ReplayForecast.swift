import Mappings
import Rules

/// What would be sent for one delivery now, and what is different from the last time.
struct ReplayForecast {
    enum Outcome {
        /// - Parameter difference: from the last try; nil if nothing was sent, or what was sent is not kept.
        case sent([SentRequest], difference: [String]?)
        /// Why not, in a sentence.
        case notSent(String)
    }

    let row: DeliveryRow
    let outcome: Outcome
    private(set) var warnings: [String] = []

    init(
        of item: ReplayPlan.Item, _ row: DeliveryRow, in plan: ReplayPlan, _ configuration: Configuration, _ store: any ReadingStore,
        now: Timestamp
    ) async throws(StoreError) {
        self.row = row
        guard let destination = configuration.destination(row.id.destination) else {
            outcome = .notSent("The configuration has no destination '\(row.id.destination)' any more.")
            return
        }
        let sending = Sending(destination, routes: configuration.routes)
        guard let forecast = try await plan.forecast(of: item, at: sending, in: store, now: now) else {
            outcome = .notSent("The conversion is not stored any more.")
            return
        }
        switch forecast.next {
        case .send(let request, _):
            warnings = request.warnings
            let sent = SentRequest(request, to: sending)
            let last = try await store.attempts(of: row.id).last.flatMap { SentRequest($0) }
            outcome = .sent([sent], difference: last.map { sent.difference(from: $0) })
        case .lines(let plan): outcome = Self.outcome(of: plan, row, sending)
        case .recordOnly: outcome = .notSent("It would be recorded only: the destination is a dry run.")
        case .skip(let reason): outcome = .notSent("It would be skipped: \(reason)")
        case .tooLate(let reason): outcome = .notSent("It would be dead: \(reason)")
        case .unreadable(let reason): outcome = .notSent(reason)
        }
    }

    /// One request for each item that has not arrived.
    private static func outcome(of plan: LinePlan, _ row: DeliveryRow, _ sending: Sending) -> Outcome {
        if plan.isDryRun { return .notSent("It would be recorded only: the destination is a dry run.") }
        let known = row.state == .pending ? row.lines : row.lines?.reopened()
        var requests: [SentRequest] = []
        for line in plan.open(known) {
            do throws(Skip) {
                requests.append(SentRequest(try plan.request(line), to: sending))
            } catch {
                return .notSent("\(plan.name(line)) would be skipped: \(error.reason)")
            }
        }
        return .sent(requests, difference: nil)
    }
}
