import Mappings

/// One line's turn, among what has become of the other lines of its delivery.
package struct LineTurn: Sendable {
    package private(set) var lines: DeliveryLines
    /// From 0.
    package var line = 0
    /// For sentences.
    package var name = ""

    /// - Parameter known: what has become of the lines before; nil if none was tried.
    package init(_ known: DeliveryLines?, _ plan: LinePlan) {
        lines = known.flatMap { $0.count == plan.count && $0.next != nil ? $0 : nil } ?? DeliveryLines(count: plan.count)
    }

    /// The delivery's result after the line was tried.
    package func result(
        of delivery: DeliveryID, _ decision: AttemptJudge.Decision, _ warnings: [String], _ row: AttemptRow?, retryAt: Timestamp?,
        at now: Timestamp
    ) -> AttemptResult {
        var lines = lines
        let conclusion = lines.take(decision, of: line, named: name, retryAt: retryAt, warnings: warnings, at: now)
        var result = AttemptResult(
            delivery: delivery, state: conclusion.state, nextAttempt: conclusion.nextAttempt, reason: conclusion.reason,
            remoteID: decision.remoteID, attempt: row, at: row == nil ? now : nil)
        result.lines = lines
        result.isCounted = conclusion.isCounted
        return result
    }

    /// The tracker cannot take the line. Nil if another one's turn comes.
    package mutating func skip(_ skip: Skip, of delivery: DeliveryID, at now: Timestamp) -> AttemptResult? {
        let decision = AttemptJudge.Decision(state: .skipped, reason: skip.reason, outcome: .rejected, ending: .nothing)
        let result = result(of: delivery, decision, [], nil, retryAt: nil, at: now)
        if let known = result.lines { lines = known }
        return result.state == .pending && lines.next != nil ? nil : result
    }

    /// The request is kept, and nothing is sent.
    package func dryRun(of delivery: DeliveryID, _ request: OutboundRequest, by sending: Sending, at now: Timestamp) -> AttemptResult {
        let row = AttemptRow(
            number: 1, startedAt: now, latency: 0, requestLine: request.maskedLine, request: sending.recorded(request), status: nil,
            outcome: .dryRun, reply: "nothing was sent")
        let decision = AttemptJudge.Decision(state: .skipped, reason: NextStep.dryRunReason, outcome: .dryRun, ending: .nothing)
        return result(of: delivery, decision, request.warnings, row, retryAt: nil, at: now)
    }
}
