import Mappings
import Rules

extension PostgresConversionStore {
    /// Claims what is due: what nobody holds, what a dead node held, and what this node holds and did not name.
    func due(
        _ destination: String,
        at now: Timestamp,
        leavingOut: Set<DeliveryID>,
        limit: Int
    ) async throws(StoreError) -> [DueDelivery] {
        let epoch = claimEpoch
        return try await claim { connection, node throws(PostgresFailure) in
            var named = PostgresArray(.uuid, capacity: leavingOut.count)
            for delivery in leavingOut where delivery.destination == destination { named.append(delivery.conversion) }
            var parameters = PostgresParameters()
            parameters.add(destination)
            parameters.add(now)
            parameters.add(node)
            parameters.add(named)
            parameters.add(max(0, limit))
            let rows = try connection.run(sql: Self.claimSQL, parameters)
            var due = rows.rows.map { row in
                let id = DeliveryID(conversion: rows.id(row, 0), destination: destination)
                return DueDelivery(
                    id: id, attempts: rows.int(row, 1), document: rows.bytes(row, 2), round: rows.int(row, 3), claimEpoch: epoch)
            }
            let corrections = rows.rows.filter { rows.bool($0, 4) }.map { rows.id($0, 0) }
            if !corrections.isEmpty {
                let earlier = try Self.earlierStates(of: corrections, at: destination, connection)
                for index in due.indices { due[index].predecessor = DeliveryState.predecessor(earlier[due[index].id.conversion] ?? []) }
            }
            return due
        }
    }

    /// What became of the messages before these corrections at the destination.
    private static func earlierStates(
        of corrections: [ConversionID], at destination: String, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> [ConversionID: [DeliveryState]] {
        var ids = PostgresArray(.uuid, capacity: corrections.count)
        for id in corrections { ids.append(id) }
        var parameters = PostgresParameters()
        parameters.add(ids)
        parameters.add(destination)
        let rows = try connection.run(.earlierStates, parameters)
        var states: [ConversionID: [DeliveryState]] = [:]
        for row in rows.rows { states[rows.id(row, 0), default: []].append(DeliveryState(number: rows.int64(row, 1)) ?? .pending) }
        return states
    }

    /// Planned anew each time, with the named ones in view: PostgreSQL then looks them up by hash.
    ///
    /// A dead node's row is locked for as long as this takes, so that the node cannot renew its lease in the middle of it.
    private static let claimSQL = """
        WITH dead AS MATERIALIZED (
            SELECT id FROM node WHERE lease_until < clock_timestamp() AND id <> $3::bigint FOR SHARE SKIP LOCKED
        ),
        free AS (SELECT 0::bigint AS id UNION SELECT $3::bigint UNION SELECT id FROM dead),
        found AS MATERIALIZED (
            SELECT d.conversion, d.next_attempt, d.attempts, d.node, d.round FROM free f CROSS JOIN LATERAL (
                SELECT conversion, next_attempt, attempts, node, round FROM delivery
                WHERE node = f.id AND destination = $1::text AND state = 0 AND next_attempt <= $2::bigint
                    AND conversion <> ALL ($4::uuid[])
                ORDER BY next_attempt, conversion LIMIT $5::bigint FOR UPDATE SKIP LOCKED
            ) d ORDER BY d.next_attempt, d.conversion LIMIT $5::bigint
        ),
        claimed AS (
            UPDATE delivery d SET node = $3::bigint FROM found f
            WHERE d.conversion = f.conversion AND d.destination = $1::text AND f.node <> $3::bigint
        )
        SELECT f.conversion, f.attempts, t.document, f.round, c.root IS NOT NULL
        FROM found f JOIN content t ON t.conversion = f.conversion JOIN conversion c ON c.id = f.conversion
        ORDER BY f.next_attempt, f.conversion
        """

    /// What live others hold is not this node's to look after.
    func nextDue() async throws(StoreError) -> [String: Timestamp] {
        try await claim { connection, node throws(PostgresFailure) in
            var parameters = PostgresParameters()
            parameters.add(node)
            let rows = try connection.run(.nextDue, parameters)
            var next: [String: Timestamp] = [:]
            for row in rows.rows { next[rows.text(row, 0)] = rows.timestamp(row, 1) }
            return next
        }
    }

    func counts() async throws(StoreError) -> [DeliveryCount] {
        try await read { connection throws(PostgresFailure) in
            let rows = try connection.run(.counts)
            return rows.rows.compactMap { row in
                guard let state = DeliveryState(number: rows.int64(row, 1)) else { return nil }
                return DeliveryCount(destination: rows.text(row, 0), state: state, count: rows.int(row, 2))
            }
        }
    }

    func attempts(of delivery: DeliveryID) async throws(StoreError) -> [AttemptRow] {
        try await read { connection throws(PostgresFailure) in
            var parameters = PostgresParameters()
            parameters.add(delivery.conversion)
            parameters.add(delivery.destination)
            let rows = try connection.run(.attempts, parameters)
            return rows.rows.map { row in
                AttemptRow(
                    number: rows.int(row, 0), startedAt: rows.timestamp(row, 1), latency: rows.int64(row, 2),
                    requestLine: rows.text(row, 3),
                    request: rows.optionalText(row, 7), status: rows.optionalInt(row, 4),
                    outcome: AttemptOutcome(stored: rows.text(row, 5)), reply: rows.text(row, 6))
            }
        }
    }
}

extension PostgresStatement {
    /// Walks the index from one destination to the next, for nobody's deliveries, this node's and the dead ones': a few entries are read,
    /// however many wait.
    fileprivate static let nextDue = Self(
        "next_due",
        """
        WITH RECURSIVE free AS (
            SELECT 0::bigint AS id UNION SELECT $1::bigint UNION SELECT id FROM node WHERE lease_until < clock_timestamp()
        ),
        step AS (
            SELECT f.id AS node, (
                SELECT min(destination) FROM delivery WHERE node = f.id AND state = 0 AND next_attempt IS NOT NULL
            ) AS destination FROM free f
            UNION ALL
            SELECT s.node, (
                SELECT min(destination) FROM delivery
                WHERE node = s.node AND destination > s.destination AND state = 0 AND next_attempt IS NOT NULL
            ) FROM step s WHERE s.destination IS NOT NULL
        )
        SELECT destination, min(next) FROM (
            SELECT s.destination, (
                SELECT min(next_attempt) FROM delivery
                WHERE node = s.node AND destination = s.destination AND state = 0 AND next_attempt IS NOT NULL
            ) AS next FROM step s WHERE s.destination IS NOT NULL
        ) found WHERE next IS NOT NULL GROUP BY destination
        """)
    fileprivate static let earlierStates = Self(
        "earlier_states",
        """
        SELECT w.id, d.state FROM unnest($1::uuid[]) AS w (id) JOIN conversion c ON c.id = w.id
        JOIN conversion h ON (h.id = c.root OR h.root = c.root) AND coalesce(h.step, 0) < c.step
        JOIN delivery d ON d.conversion = h.id WHERE d.destination = $2::text
        """)
    fileprivate static let counts = Self(
        "counts",
        """
        SELECT destination, state, sum(count)::bigint FROM delivery_count GROUP BY destination, state HAVING sum(count) > 0
        ORDER BY destination, state
        """)
    fileprivate static let attempts = Self(
        "attempts",
        """
        SELECT number, started_at, latency, request_line, status, outcome, reply, request FROM attempt
        WHERE conversion = $1::uuid AND destination = $2::text ORDER BY number
        """)
}
