import Mappings
import Rules

extension PostgresConversionStore {
    /// Claims what is due: what no node holds, what a dead node held, and what this node holds and did not name.
    func due(
        _ destination: String,
        at now: Timestamp,
        leavingOut: Set<DeliveryID>,
        limit: Int
    ) async throws(StoreError) -> [DueDelivery] {
        let epoch = claimEpoch
        return try await claim { connection, node throws(PostgresFailure) in
            let named = PostgresArray(leavingOut.filter { $0.destination == destination }, \.conversion)
            let rows = try connection.run(
                sql: Self.claimSQL, PostgresParameters(destination, now, node, named, max(0, limit)))
            var due = rows.map { $0.due(DeliveryID(conversion: $0.id(0), destination: destination), from: 1, claimEpoch: epoch) }
            let corrections = rows.filter { $0.bool(5) }.map { $0.id(0) }
            if !corrections.isEmpty {
                let earlier = try connection.run(.earlierDeliveries, PostgresParameters(PostgresArray(corrections), destination))
                let own = Dictionary(grouping: earlier) { $0.id(0) }
                for index in rows.indices where rows[index].bool(5) {
                    due[index].follow((own[due[index].id.conversion] ?? []).map { $0.earlierDelivery(from: 1) })
                }
            }
            return due
        }
    }

    func isInTurn(_ correction: DeliveryID, after predecessor: DeliveryState?) async throws(StoreError) -> Bool {
        try await claim { connection, _ throws(PostgresFailure) in
            let found = try connection.run([
                (.selectDue, PostgresParameters(correction.conversion, correction.destination)),
                (.earlierDeliveries, PostgresParameters(PostgresArray([correction.conversion]), correction.destination)),
            ])
            return !found[0].isEmpty && found[1].map { $0.earlierDelivery(from: 1) }.predecessor == predecessor
        }
    }

    /// Planned each time, with the named ones in view: PostgreSQL then looks them up by hash.
    ///
    /// A dead node's row is locked for as long as this takes, so that the node cannot renew its lease in the middle of it.
    private static let claimSQL = """
        WITH dead AS MATERIALIZED (
            SELECT id FROM node WHERE lease_until < clock_timestamp() AND id <> $3::bigint FOR SHARE SKIP LOCKED
        ),
        free AS (SELECT 0::bigint AS id UNION SELECT $3::bigint UNION SELECT id FROM dead),
        found AS MATERIALIZED (
            SELECT d.conversion, d.next_attempt, d.attempts, d.node, d.round, d.lines FROM free f CROSS JOIN LATERAL (
                SELECT conversion, next_attempt, attempts, node, round, lines FROM delivery
                WHERE node = f.id AND destination = $1::text AND state = 0 AND next_attempt <= $2::bigint
                    AND conversion <> ALL ($4::uuid[])
                ORDER BY next_attempt, conversion LIMIT $5::bigint FOR UPDATE SKIP LOCKED
            ) d ORDER BY d.next_attempt, d.conversion LIMIT $5::bigint
        ),
        claimed AS (
            UPDATE delivery d SET node = $3::bigint FROM found f
            WHERE d.conversion = f.conversion AND d.destination = $1::text AND f.node <> $3::bigint
        )
        SELECT f.conversion, f.attempts, t.document, f.round, f.lines, c.root IS NOT NULL
        FROM found f JOIN content t ON t.conversion = f.conversion JOIN conversion c ON c.id = f.conversion
        ORDER BY f.next_attempt, f.conversion
        """

    /// What other live nodes hold is left to them.
    func nextDue() async throws(StoreError) -> [String: Timestamp] {
        try await claim { connection, node throws(PostgresFailure) in
            let rows = try connection.run(.nextDue, PostgresParameters(node))
            return Dictionary(uniqueKeysWithValues: rows.map { ($0.text(0), $0.timestamp(1)) })
        }
    }

    /// What other live nodes hold is left to them.
    func bringForward(_ destination: String, dueAfter latest: [Timestamp], to now: Timestamp) async throws(StoreError) -> Int {
        guard let soonest = latest.min(), let last = latest.indices.last else { return 0 }
        let isNeeded = try await claim { connection, node throws(PostgresFailure) in
            try !connection.run(sql: Self.dueAfterSQL, PostgresParameters(destination, soonest, node)).isEmpty
        }
        guard isNeeded else { return 0 }
        var changed = 0
        for (attempts, time) in latest.enumerated() {
            // In portions, so that many do not keep others waiting.
            while true {
                let portion = try await claim { connection, node throws(PostgresFailure) in
                    try connection.run(
                        sql: Self.bringForwardSQL,
                        PostgresParameters(destination, time, node, attempts, attempts == last ? Int(Int32.max) : attempts, now)
                    ).count
                }
                changed += portion
                if portion < 500 { break }
            }
        }
        return changed
    }

    private static let free = """
        free AS (SELECT 0::bigint AS id UNION SELECT $3::bigint UNION SELECT id FROM node WHERE lease_until < clock_timestamp())
        """
    private static let dueAfterSQL = """
        WITH \(free) SELECT 1 FROM free f JOIN delivery d ON d.node = f.id
        WHERE d.destination = $1::text AND d.state = 0 AND d.next_attempt > $2::bigint LIMIT 1
        """
    private static let bringForwardSQL = """
        WITH \(free),
        found AS MATERIALIZED (
            SELECT d.conversion FROM free f CROSS JOIN LATERAL (
                SELECT conversion FROM delivery
                WHERE node = f.id AND destination = $1::text AND state = 0 AND next_attempt > $2::bigint
                    AND attempts BETWEEN $4::bigint AND $5::bigint
                ORDER BY next_attempt, conversion LIMIT 500 FOR UPDATE SKIP LOCKED
            ) d LIMIT 500
        )
        UPDATE delivery d SET next_attempt = $6::bigint FROM found f
        WHERE d.conversion = f.conversion AND d.destination = $1::text RETURNING 1
        """

    func oldestPending() async throws(StoreError) -> [String: Timestamp] {
        try await read { connection throws(PostgresFailure) in
            // Ids sort by time.
            let rows = try connection.run(
                sql: "SELECT destination, min(conversion::text)::uuid FROM delivery WHERE state = 0 GROUP BY destination")
            return Dictionary(uniqueKeysWithValues: rows.map { ($0.text(0), $0.id(1).time) })
        }
    }
}

extension PostgresStatement {
    /// Walks the index from one destination to the next, for deliveries of no node, of this node and of dead nodes: a few entries are read,
    /// however many wait.
    static let nextDue = Self(
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
    fileprivate static let selectDue = Self(
        "select_due",
        """
        SELECT 1 FROM delivery WHERE conversion = $1::uuid AND destination = $2::text AND state = 0 AND next_attempt IS NOT NULL
        """)
    /// Of the messages before these corrections.
    fileprivate static let earlierDeliveries = Self(
        "earlier_deliveries",
        """
        SELECT w.id, d.state, d.arrived, d.remote_id, coalesce(h.step, 0)::bigint FROM unnest($1::uuid[]) AS w (id)
        JOIN conversion c ON c.id = w.id
        JOIN conversion h ON (h.id = c.root OR h.root = c.root) AND coalesce(h.step, 0) < c.step
        JOIN delivery d ON d.conversion = h.id WHERE d.destination = $2::text
        """)
}
