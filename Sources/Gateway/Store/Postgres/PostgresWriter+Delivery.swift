import Mappings
import Rules

extension PostgresWriter {
    /// Locks the batch's deliveries, decides what becomes of each, and writes all at once. Returns, for each, whether something waited for it.
    ///
    /// - Parameter isRetry: the batch may have been committed before; an attempt that is logged already is not logged again.
    func record(_ results: [AttemptResult], _ connection: PostgresConnection, isRetry: Bool) throws(PostgresFailure) -> [Bool] {
        var released = Array(repeating: false, count: results.count)
        var counts = Counts()
        _ = try connection.run(.begin)
        var rest = Array(results.indices)
        while !rest.isEmpty {
            // Two results of one delivery take turns: the second finds what the first has left.
            var seen: Set<DeliveryID> = []
            let turn = rest.filter { seen.insert(results[$0].delivery).inserted }
            rest.removeAll(where: Set(turn).contains)
            let waited = try record(turn.map { results[$0] }, connection, &counts, isRetry: isRetry)
            for index in turn where waited.contains(results[index].delivery) { released[index] = true }
        }
        _ = try connection.run(step(counts, .results) + [(.commit, PostgresParameters())])
        return released
    }

    /// - Parameter results: of different deliveries.
    private func record(
        _ results: [AttemptResult], _ connection: PostgresConnection, _ counts: inout Counts, isRetry: Bool
    ) throws(PostgresFailure) -> Set<DeliveryID> {
        let rows = StoredDeliveries(try connection.run(.lockDeliveries, DeliveryKeys(results.map(\.delivery)).parameters))
        let logged = isRetry ? try attemptsLogged(of: results, connection) : []
        var changes = DeliveryChanges()
        var attempts = AttemptColumns()
        var ended: [(id: DeliveryID, at: Timestamp)] = []
        for result in results {
            guard var row = rows[result.delivery] else { continue }
            if let attempt = result.attempt,
                logged.contains(LoggedAttempt(delivery: result.delivery, startedAt: attempt.startedAt))
            {
                continue
            }
            let before = row
            guard row.take(result) else { continue }
            if row.state != before.state {
                counts.add(-1, result.delivery.destination, before.state)
                counts.add(1, result.delivery.destination, row.state)
            }
            if before.isFollowed, !row.isFollowed { ended.append((result.delivery, row.changedAt)) }
            changes.append(result.delivery, row)
            if let attempt = result.attempt { attempts.append(result.delivery, attempt, number: row.logged) }
        }
        let written = changes.steps + attempts.steps
        if !written.isEmpty { _ = try connection.run(written) }
        if ended.isEmpty { return [] }
        let released = try connection.run(ended.map { release(after: $0.id, at: $0.at) })
        return Set(zip(ended, released).filter { !$1.isEmpty }.map(\.0.id))
    }

    private struct LoggedAttempt: Hashable {
        var delivery: DeliveryID
        var startedAt: Timestamp
    }

    private func attemptsLogged(of results: [AttemptResult], _ connection: PostgresConnection) throws(PostgresFailure) -> Set<LoggedAttempt>
    {
        let found = try connection.run(.selectLogged, DeliveryKeys(results.map(\.delivery)).parameters)
        return Set(
            found.rows.map { row in
                let id = DeliveryID(conversion: found.id(row, 0), destination: found.text(row, 1))
                return LoggedAttempt(delivery: id, startedAt: found.timestamp(row, 2))
            })
    }

    /// Returns how many of the deliveries exist.
    func requeue(_ deliveries: [DeliveryID], at now: Timestamp, _ connection: PostgresConnection) throws(PostgresFailure) -> Int {
        var parameters = DeliveryKeys(deliveries).parameters
        let locked = try connection.run([(.begin, PostgresParameters()), (.lockDeliveries, parameters)])
        let rows = StoredDeliveries(locked[1])
        parameters.add(now)
        var counts = Counts()
        for delivery in Set(deliveries) {
            guard let row = rows[delivery] else { continue }
            counts.add(-1, delivery.destination, row.state)
            counts.add(1, delivery.destination, .pending)
        }
        var steps: [PostgresConnection.Step] = [(.requeue, parameters)]
        for delivery in deliveries where rows[delivery] != nil {
            guard let place = try place(of: delivery.conversion, connection) else { continue }
            steps += order(of: delivery.conversion, at: place, to: delivery.destination)
        }
        _ = try connection.run(steps + step(counts, .mending))
        FaultPoint.replay.reached()
        _ = try connection.run(.commit)
        return rows.count
    }
}

/// One delivery's columns while a result is written.
private struct StoredDelivery {
    var state: DeliveryState
    var attempts: Int
    var logged: Int
    var changedAt: Timestamp
    var nextAttempt: Timestamp?
    var node: Int64
    var reason: String?
    var remoteID: String?
    var round: Int
    /// A later delivery of the history is held until this one has ended.
    var isFollowed: Bool

    /// False where nothing is to be written. A late result is logged, but takes no delivery back.
    mutating func take(_ result: AttemptResult) -> Bool {
        let isNews = state == .pending || (result.state.hasArrived && !state.hasArrived)
        if result.attempt != nil { logged += 1 }
        guard isNews, result.round == round else { return result.attempt != nil }
        let end = result.attempt.map { Timestamp(microseconds: $0.startedAt.microseconds &+ $0.latency) }
        state = result.state
        if result.attempt != nil { attempts += 1 }
        changedAt = result.at ?? end ?? changedAt
        // What is held stays held.
        nextAttempt = state == .pending && nextAttempt != nil ? result.nextAttempt ?? nextAttempt : nil
        if state != .pending { isFollowed = false }
        node = 0
        reason = result.reason
        remoteID = result.remoteID ?? remoteID
        return true
    }
}

private struct StoredDeliveries {
    private var rows: [DeliveryID: StoredDelivery] = [:]
    var count: Int { rows.count }

    init(_ result: PostgresResult) {
        for row in result.rows {
            rows[DeliveryID(conversion: result.id(row, 0), destination: result.text(row, 1))] = StoredDelivery(
                state: DeliveryState(number: result.int64(row, 2)) ?? .pending, attempts: result.int(row, 3), logged: result.int(row, 4),
                changedAt: result.timestamp(row, 5), nextAttempt: result.optionalTimestamp(row, 6), node: result.int64(row, 7),
                reason: result.optionalText(row, 8), remoteID: result.optionalText(row, 9), round: result.int(row, 10),
                isFollowed: result.bool(row, 11))
        }
    }

    subscript(id: DeliveryID) -> StoredDelivery? { rows[id] }
}

/// Deliveries' ids as two columns, in one order on every node.
private struct DeliveryKeys {
    var parameters = PostgresParameters()

    init(_ deliveries: [DeliveryID]) {
        var (ids, destinations) = (PostgresArray(.uuid, capacity: deliveries.count), PostgresArray(.text, capacity: deliveries.count))
        for delivery in deliveries.sorted(by: { ($0.conversion, $0.destination) < ($1.conversion, $1.destination) }) {
            ids.append(delivery.conversion)
            destinations.append(delivery.destination)
        }
        parameters.add(ids)
        parameters.add(destinations)
    }
}

private struct DeliveryChanges {
    private var (ids, destinations, states) = (PostgresArray(.uuid), PostgresArray(.text), PostgresArray(.bigint))
    private var (attempts, logged, changed) = (PostgresArray(.bigint), PostgresArray(.bigint), PostgresArray(.bigint))
    private var (next, nodes, reasons, remotes) = (
        PostgresArray(.bigint), PostgresArray(.bigint), PostgresArray(.text), PostgresArray(.text)
    )
    private var followed = PostgresArray(.bigint)
    private var isEmpty = true

    mutating func append(_ id: DeliveryID, _ row: StoredDelivery) {
        isEmpty = false
        followed.append(row.isFollowed ? 1 : 0)
        ids.append(id.conversion)
        destinations.append(id.destination)
        states.append(row.state.number)
        attempts.append(Int64(row.attempts))
        logged.append(Int64(row.logged))
        changed.append(row.changedAt)
        next.append(row.nextAttempt)
        nodes.append(row.node)
        reasons.append(row.reason)
        remotes.append(row.remoteID)
    }

    var steps: [PostgresConnection.Step] {
        if isEmpty { return [] }
        var parameters = PostgresParameters()
        for column in [ids, destinations, states, attempts, logged, changed, next, nodes, reasons, remotes, followed] {
            parameters.add(column)
        }
        return [(.updateDeliveries, parameters)]
    }
}

private struct AttemptColumns {
    private var (ids, destinations, numbers) = (PostgresArray(.uuid), PostgresArray(.text), PostgresArray(.bigint))
    private var (started, latencies, statuses) = (PostgresArray(.bigint), PostgresArray(.bigint), PostgresArray(.bigint))
    private var (outcomes, lines, replies) = (PostgresArray(.text), PostgresArray(.text), PostgresArray(.text))
    private var requests = PostgresArray(.text)
    private var isEmpty = true
    /// Deliveries with more attempts than are kept.
    private var (full, fullDestinations, fullNumbers) = (PostgresArray(.uuid), PostgresArray(.text), PostgresArray(.bigint))
    private var hasFull = false

    mutating func append(_ id: DeliveryID, _ attempt: AttemptRow, number: Int) {
        isEmpty = false
        ids.append(id.conversion)
        destinations.append(id.destination)
        numbers.append(Int64(number))
        started.append(attempt.startedAt)
        latencies.append(attempt.latency)
        statuses.append(attempt.status.map(Int64.init))
        outcomes.append(attempt.outcome.rawValue)
        lines.append(attempt.requestLine)
        replies.append(attempt.reply)
        requests.append(attempt.request)
        guard number > SQLiteWriter.keptAttempts else { return }
        hasFull = true
        full.append(id.conversion)
        fullDestinations.append(id.destination)
        fullNumbers.append(Int64(number - SQLiteWriter.keptAttempts))
    }

    var steps: [PostgresConnection.Step] {
        if isEmpty { return [] }
        var parameters = PostgresParameters()
        for column in [ids, destinations, numbers, started, latencies, statuses, outcomes, lines, replies, requests] {
            parameters.add(column)
        }
        guard hasFull else { return [(.insertAttempts, parameters)] }
        var surplus = PostgresParameters()
        for column in [full, fullDestinations, fullNumbers] { surplus.add(column) }
        return [(.insertAttempts, parameters), (.deleteAttempts, surplus)]
    }
}

extension PostgresStatement {
    fileprivate static let lockDeliveries = Self(
        "lock_deliveries",
        """
        SELECT d.conversion, d.destination, d.state, d.attempts, d.logged, d.changed_at, d.next_attempt, d.node, d.reason, d.remote_id,
            d.round, d.followed
        FROM unnest($1::uuid[], $2::text[]) AS w (conversion, destination)
        JOIN delivery d ON d.conversion = w.conversion AND d.destination = w.destination
        ORDER BY d.conversion, d.destination FOR UPDATE OF d
        """)
    fileprivate static let selectLogged = Self(
        "select_logged",
        """
        SELECT a.conversion, a.destination, a.started_at FROM unnest($1::uuid[], $2::text[]) AS w (conversion, destination)
        JOIN attempt a ON a.conversion = w.conversion AND a.destination = w.destination
        """)
    fileprivate static let updateDeliveries = Self(
        "update_deliveries",
        """
        UPDATE delivery d SET state = w.state, attempts = w.attempts, logged = w.logged, changed_at = w.changed_at,
            next_attempt = w.next_attempt, node = w.node, reason = w.reason, remote_id = w.remote_id, followed = w.followed = 1
        FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::text[],
            $10::text[], $11::bigint[]) AS w (conversion, destination, state, attempts, logged, changed_at, next_attempt, node, reason,
                remote_id, followed)
        WHERE d.conversion = w.conversion AND d.destination = w.destination
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
        DELETE FROM attempt a USING unnest($1::uuid[], $2::text[], $3::bigint[]) AS w (conversion, destination, number)
        WHERE a.conversion = w.conversion AND a.destination = w.destination AND a.number <= w.number
        """)
    fileprivate static let requeue = Self(
        "requeue",
        """
        UPDATE delivery d SET state = 0, attempts = 0, changed_at = $3::bigint, next_attempt = $3, node = 0, reason = NULL,
            round = d.round + 1
        FROM unnest($1::uuid[], $2::text[]) AS w (conversion, destination)
        WHERE d.conversion = w.conversion AND d.destination = w.destination
        """)
}
