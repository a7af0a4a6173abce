import Mappings
import Rules

/// The shortcut for results: one statement writes all first results of deliveries that nothing has touched since they were stored, as one
/// transaction, in one exchange with the server. Most deliveries need no other.
extension PostgresWriter {
    /// Returns which are left to be recorded otherwise.
    func recordFirsts(_ results: [AttemptResult], _ connection: PostgresConnection) throws(PostgresFailure) -> [Int] {
        var seen: Set<DeliveryID> = []
        var firsts: [FirstResult] = []
        for (index, result) in results.enumerated() where seen.insert(result.delivery).inserted {
            if let first = FirstResult(result, index: index) { firsts.append(first) }
        }
        if firsts.isEmpty { return Array(results.indices) }
        // One order on every node.
        firsts.sort {
            ($0.result.delivery.conversion, $0.result.delivery.destination) < (
                $1.result.delivery.conversion, $1.result.delivery.destination
            )
        }
        var isDone = Array(repeating: false, count: results.count)
        for row in try connection.run(.recordFirsts, rows(of: firsts)) { isDone[row.int(0)] = true }
        return results.indices.filter { !isDone[$0] }
    }

    private func rows(of firsts: [FirstResult]) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.reserve(firsts.count * 1024)
        func column<Value: PostgresElement>(_ value: (FirstResult) -> Value) { parameters.addColumn(firsts, value) }
        column { $0.index }
        column { $0.result.delivery.conversion }
        column { $0.result.delivery.destination }
        column { $0.progress.state }
        column { $0.progress.attempts }
        column { $0.progress.changedAt }
        column { $0.progress.nextAttempt }
        column { $0.progress.reason }
        column { $0.progress.remoteID }
        column { $0.progress.lines?.text }
        column { $0.progress.hadArrived }
        column { $0.result.attempt?.startedAt }
        column { $0.result.attempt?.latency }
        column { $0.result.attempt?.status }
        column { $0.result.attempt?.outcome.rawValue }
        column { $0.result.attempt?.requestLine }
        column { $0.result.attempt?.reply }
        column { $0.result.attempt?.request }
        parameters.add(node)
        parameters.add(Lane.results.rawValue)
        return parameters
    }
}

/// A result, and what it makes of a delivery that nothing has touched. A class, because they are sorted and then read column by column.
private final class FirstResult {
    let result: AttemptResult
    let index: Int
    let progress: DeliveryProgress

    /// Nil if that depends on what is stored.
    init?(_ result: AttemptResult, index: Int) {
        guard let time = result.at ?? result.attempt?.endedAt, result.state != .pending || result.nextAttempt != nil else { return nil }
        var progress = DeliveryProgress(state: .pending, attempts: 0, logged: 0, changedAt: time, nextAttempt: time)
        guard progress.take(result) == .changed(releases: false) else { return nil }
        (self.result, self.index, self.progress) = (result, index, progress)
    }
}

extension PostgresStatement {
    /// Returns the numbers of those that are done. `IS NOT TRUE` keeps an index out that is made for something else.
    fileprivate static let recordFirsts = Self(
        "record_firsts",
        """
        WITH w AS MATERIALIZED (
            SELECT w.*, d.ctid AS place
            FROM unnest($1::bigint[], $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::text[], $9::text[],
                $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::bigint[], $15::text[], $16::text[], $17::text[], $18::text[])
                AS w (number, conversion, destination, state, attempts, changed_at, next_attempt, reason, remote_id, lines, arrived,
                    started_at, latency, status, outcome, request_line, reply, request)
            CROSS JOIN LATERAL (
                SELECT ctid FROM delivery d WHERE d.conversion = w.conversion AND d.destination = w.destination OFFSET 0
            ) d
        ),
        changed AS (
            UPDATE delivery d SET state = w.state, attempts = w.attempts, logged = (w.started_at IS NOT NULL)::integer,
                changed_at = w.changed_at, next_attempt = w.next_attempt, node = 0, reason = w.reason, remote_id = w.remote_id,
                lines = w.lines, arrived = w.arrived = 1
            FROM w WHERE d.ctid = w.place AND (
                d.state <> 0 OR d.logged <> 0 OR d.attempts <> 0 OR d.round <> 0 OR d.next_attempt IS NULL OR d.followed OR d.arrived
                    OR d.lines IS NOT NULL OR d.remote_id IS NOT NULL
            ) IS NOT TRUE
            RETURNING w.number, w.conversion, w.destination, w.state, w.started_at, w.latency, w.status, w.outcome, w.request_line, w.reply,
                w.request
        ),
        logged AS (
            INSERT INTO attempt (conversion, destination, number, started_at, latency, status, outcome, request_line, reply, request)
            SELECT conversion, destination, 1, started_at, latency, status, outcome, request_line, reply, request FROM changed
            WHERE started_at IS NOT NULL
        ),
        counted AS (
            INSERT INTO delivery_count AS c (node, lane, destination, state, count)
            SELECT $19::bigint, $20::bigint, destination, state, sum(change) FROM (
                SELECT destination, state, 1 AS change FROM changed UNION ALL SELECT destination, 0, -1 FROM changed
            ) n GROUP BY destination, state HAVING sum(change) <> 0 ORDER BY destination, state
            ON CONFLICT (node, lane, destination, state) DO UPDATE SET count = c.count + excluded.count
        )
        SELECT number FROM changed
        """)
}
