import Synchronization

/// What strangers did and what they were answered, by plan.
final class StrangerTally: Sendable {
    struct Count: Sendable {
        var opened = 0
        /// Connections that the gateway did not take.
        var refused = 0
        /// Requests without a reply.
        var unanswered = 0
        var answers: [Int: Int] = [:]

        /// `200 × 12, 401 × 300`.
        var text: String {
            let parts = answers.sorted { $0.key < $1.key }.map { "\($0.key) × \($0.value)" }
            return (parts + (unanswered > 0 ? ["none × \(unanswered)"] : [])).joined(separator: ", ")
        }
    }

    private let counts = Mutex<[String: Count]>([:])

    subscript(_ plan: StrangerPlan) -> Count { counts.withLock { $0[plan.name, default: Count()] } }

    func opened(_ plan: StrangerPlan) { change(plan) { $0.opened += 1 } }
    func refused(_ plan: StrangerPlan) { change(plan) { $0.refused += 1 } }

    /// - Parameter status: nil or 0 if no reply came.
    func answered(_ plan: StrangerPlan, _ status: Int?) {
        change(plan) { if let status, status > 0 { $0.answers[status, default: 0] += 1 } else { $0.unanswered += 1 } }
    }

    private func change(_ plan: StrangerPlan, _ body: (inout Count) -> Void) {
        counts.withLock { body(&$0[plan.name, default: Count()]) }
    }
}
