import Mappings
import Rules

extension PostgresWriter {
    /// Writes what became of a batch. Returns, for each, whether something waited for it.
    ///
    /// - Parameter isRetry: some of the batch may have been committed before; an attempt that is logged already is not logged again.
    func record(_ results: [AttemptResult], _ connection: PostgresConnection, isRetry: Bool) throws(PostgresFailure) -> [Bool] {
        var released = Array(repeating: false, count: results.count)
        var rest = isRetry ? Array(results.indices) : try recordFirsts(results, connection)
        if rest.isEmpty { return released }
        var counts = Counts()
        var opening: [PostgresConnection.Step] = [(.begin, PostgresParameters())]
        while !rest.isEmpty {
            // Two results of one delivery take turns: the second finds what the first has left.
            var seen: Set<DeliveryID> = []
            let turn = rest.filter { seen.insert(results[$0].delivery).inserted }
            rest.removeAll(where: Set(turn).contains)
            let (ended, writes) = try take(turn.map { results[$0] }, opening, connection, &counts, isRetry: isRetry)
            opening = []
            if ended.isEmpty, rest.isEmpty {
                _ = try connection.run(writes + step(counts, .results) + [(.commit, PostgresParameters())])
                return released
            }
            if !writes.isEmpty { _ = try connection.run(writes) }
            if ended.isEmpty { continue }
            let waited = try release(after: ended.map { ($0.id, $0.progress.changedAt) }, connection)
            for index in turn where waited.contains(results[index].delivery) { released[index] = true }
        }
        _ = try connection.run(step(counts, .results) + [(.commit, PostgresParameters())])
        return released
    }

    /// Locks the deliveries and decides what becomes of each. Returns those after which another may go, and what is to be written.
    ///
    /// - Parameter results: of different deliveries.
    private func take(
        _ results: [AttemptResult], _ opening: [PostgresConnection.Step], _ connection: PostgresConnection, _ counts: inout Counts,
        isRetry: Bool
    ) throws(PostgresFailure) -> (ended: [LockedDelivery], writes: [PostgresConnection.Step]) {
        let keys = PostgresParameters(keys: results.map(\.delivery))
        let found = try connection.run(opening + [(.lockDeliveries, keys)] + (isRetry ? [(.selectLogged, keys)] : []))
        let rows = LockedDelivery.all(found[opening.count])
        let logged = isRetry ? Self.attemptsLogged(found[opening.count + 1]) : []
        var changes: [LockedDelivery] = []
        var attempts: [LoggedAttempt] = []
        var ended: [LockedDelivery] = []
        for result in results {
            guard var row = rows[result.delivery] else { continue }
            if let attempt = result.attempt, logged.contains(AttemptStart(delivery: row.id, at: attempt.startedAt)) { continue }
            let before = row.progress.state
            let effect = row.take(result)
            if effect == .none { continue }
            counts.move(row.id.destination, from: before, to: row.progress.state)
            if effect == .changed(releases: true) { ended.append(row) }
            changes.append(row)
            if let attempt = result.attempt { attempts.append(LoggedAttempt(row: attempt, of: row)) }
        }
        return (ended, Self.update(changes) + Self.insert(attempts))
    }

    private struct AttemptStart: Hashable {
        var delivery: DeliveryID
        var at: Timestamp
    }

    private static func attemptsLogged(_ rows: PostgresResult) -> Set<AttemptStart> {
        Set(
            rows.map { AttemptStart(delivery: DeliveryID(conversion: $0.id(0), destination: $0.text(1)), at: $0.timestamp(2)) })
    }

    /// Returns how many of the deliveries are due now.
    func requeue(_ deliveries: [Requeue], at now: Timestamp, _ connection: PostgresConnection) throws(PostgresFailure) -> Int {
        let keys = PostgresParameters(keys: deliveries.map(\.delivery))
        let rows = LockedDelivery.all(try connection.run([(.begin, PostgresParameters()), (.lockDeliveries, keys)])[1])
        var counts = Counts()
        var requeued: [DeliveryID: LockedDelivery] = [:]
        var order: [PostgresConnection.Step] = []
        for (id, seen) in deliveries.map({ ($0.delivery, $0.seen) }) {
            guard requeued[id] == nil, var row = rows[id] else { continue }
            let effect = row.requeue(seen: seen, at: now)
            if effect == .notAsSeen { continue }
            requeued[id] = row
            guard effect == .newRound, let before = rows[id]?.progress.state else { continue }
            counts.move(id.destination, from: before, to: .pending)
            guard let place = try place(of: id.conversion, connection) else { continue }
            order += self.order(of: id.conversion, at: place, to: id.destination)
        }
        let steps = Self.update(Array(requeued.values)) + order + step(counts, .repair)
        if !steps.isEmpty { _ = try connection.run(steps) }
        FaultPoint.replay.reached()
        _ = try connection.run(.commit)
        return requeued.count
    }

    // MARK: Columns

    private static func update(_ rows: [LockedDelivery]) -> [PostgresConnection.Step] {
        if rows.isEmpty { return [] }
        func column<Value: PostgresElement>(_ value: (DeliveryProgress) -> Value) -> PostgresArray {
            PostgresArray(rows) { value($0.progress) }
        }
        let parameters = PostgresParameters(
            PostgresArray(rows) { $0.id.conversion }, PostgresArray(rows) { $0.id.destination }, column(\.state), column(\.attempts),
            column(\.logged), column(\.changedAt), column(\.nextAttempt), PostgresArray(rows, \.node), column(\.reason),
            column(\.remoteID), column(\.isFollowed), column(\.round), column(\.lines?.text), column(\.hadArrived))
        return [(.updateDeliveries, parameters)]
    }

    private static func insert(_ attempts: [LoggedAttempt]) -> [PostgresConnection.Step] {
        if attempts.isEmpty { return [] }
        func column<Value: PostgresElement>(_ value: (AttemptRow) -> Value) -> PostgresArray { PostgresArray(attempts) { value($0.row) } }
        let parameters = PostgresParameters(
            PostgresArray(attempts) { $0.delivery.id.conversion }, PostgresArray(attempts) { $0.delivery.id.destination },
            PostgresArray(attempts) { $0.delivery.progress.logged }, column(\.startedAt), column(\.latency), column(\.status),
            column(\.outcome.rawValue), column(\.requestLine), column(\.reply), column(\.request))
        let full = attempts.map(\.delivery).filter { $0.progress.lastDropped != nil }
        if full.isEmpty { return [(.insertAttempts, parameters)] }
        let surplus = PostgresParameters(
            PostgresArray(full) { $0.id.conversion }, PostgresArray(full) { $0.id.destination },
            PostgresArray(full) { $0.progress.lastDropped })
        return [(.insertAttempts, parameters), (.deleteAttempts, surplus)]
    }
}

/// A delivery whose row is locked.
private struct LockedDelivery {
    var id: DeliveryID
    /// The node that holds it.
    var node: Int64
    var progress: DeliveryProgress

    static func all(_ rows: PostgresResult) -> [DeliveryID: LockedDelivery] {
        let found = rows.map {
            LockedDelivery(
                id: DeliveryID(conversion: $0.id(0), destination: $0.text(1)), node: $0.int64(2), progress: $0.progress(from: 3))
        }
        return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
    }

    /// What a result has changed, no node holds.
    mutating func take(_ result: AttemptResult) -> DeliveryProgress.Effect {
        let effect = progress.take(result)
        if case .changed = effect { node = 0 }
        return effect
    }

    /// A pending one stays with the node that holds it: it may be in its memory, or under way.
    mutating func requeue(seen: Requeue.Seen?, at now: Timestamp) -> DeliveryProgress.Requeued {
        let effect = progress.requeue(seen: seen, at: now)
        if effect == .newRound { node = 0 }
        return effect
    }
}

private struct LoggedAttempt {
    var row: AttemptRow
    var delivery: LockedDelivery

    init(row: AttemptRow, of delivery: LockedDelivery) {
        self.row = row
        self.delivery = delivery
    }
}

extension PostgresParameters {
    /// Deliveries' ids as two columns, in one order on every node.
    init(keys deliveries: [DeliveryID]) {
        let sorted = deliveries.sorted { ($0.conversion, $0.destination) < ($1.conversion, $1.destination) }
        self.init(PostgresArray(sorted, \.conversion), PostgresArray(sorted, \.destination))
    }
}

/// The statements find their rows one by one through the index, whatever the size of the tables when they are compiled: a subquery with `OFFSET 0`
/// or a lock is not joined in another order.
extension PostgresStatement {
    fileprivate static let lockDeliveries = Self(
        "lock_deliveries",
        """
        SELECT d.conversion, d.destination, d.node, d.state, d.attempts, d.logged, d.changed_at, d.next_attempt, d.reason, d.remote_id,
            d.round, d.followed, d.lines, d.arrived
        FROM unnest($1::uuid[], $2::text[]) AS w (conversion, destination)
        CROSS JOIN LATERAL (
            SELECT * FROM delivery d WHERE d.conversion = w.conversion AND d.destination = w.destination FOR UPDATE
        ) d
        """)
    fileprivate static let selectLogged = Self(
        "select_logged",
        """
        SELECT w.conversion, w.destination, a.started_at FROM unnest($1::uuid[], $2::text[]) AS w (conversion, destination)
        CROSS JOIN LATERAL (
            SELECT started_at FROM attempt a WHERE a.conversion = w.conversion AND a.destination = w.destination OFFSET 0
        ) a
        """)
    fileprivate static let updateDeliveries = Self(
        "update_deliveries",
        """
        UPDATE delivery d SET state = w.state, attempts = w.attempts, logged = w.logged, changed_at = w.changed_at,
            next_attempt = w.next_attempt, node = w.node, reason = w.reason, remote_id = w.remote_id, followed = w.followed = 1,
            round = w.round, lines = w.lines, arrived = w.arrived = 1
        FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[],
            $10::text[], $11::bigint[], $12::bigint[], $13::text[], $14::bigint[]) AS w (conversion, destination, state, attempts, logged,
                changed_at, next_attempt, node, reason, remote_id, followed, round, lines, arrived)
        WHERE d.ctid = (SELECT ctid FROM delivery l WHERE l.conversion = w.conversion AND l.destination = w.destination)
        """)
    fileprivate static let insertAttempts = Self(
        "insert_attempts",
        """
        INSERT INTO attempt (conversion, destination, number, started_at, latency, status, outcome, request_line, reply,
            request)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::text[], $8::text[],
            $9::text[], $10::text[])
        """)
    fileprivate static let deleteAttempts = Self(
        "delete_attempts",
        """
        DELETE FROM attempt WHERE ctid = ANY (ARRAY(
            SELECT a.ctid FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS w (conversion, destination, number)
            CROSS JOIN LATERAL (
                SELECT ctid FROM attempt a WHERE a.conversion = w.conversion AND a.destination = w.destination AND a.number <= w.number OFFSET 0
            ) a
        ))
        """)
}
