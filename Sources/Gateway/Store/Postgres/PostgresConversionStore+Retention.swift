import Mappings

extension PostgresConversionStore: StoreUpkeep {
    /// Several nodes prune in turns: who finds another at it has nothing to do.
    ///
    /// Ages count; `maxSize` does not, because PostgreSQL gives what was freed back to its tables and not to the disk, so that a database's
    /// size never says that enough has gone.
    func prune(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport {
        try await mend { _, connection throws(PostgresFailure) in
            _ = try connection.run(.begin)
            guard try connection.run(sql: "SELECT pg_try_advisory_xact_lock(\(PostgresPruning.lock))").bool(0, 0) else {
                _ = try connection.run(.commit)
                return PruneReport()
            }
            var pruning = PostgresPruning(connection: connection)
            if let age = limits.refused { try pruning.pruneRefused(before: now.advanced(by: .zero - age)) }
            if let age = limits.attempts { try pruning.pruneAttempts(before: now.advanced(by: .zero - age)) }
            if let age = limits.requests { try pruning.pruneRequests(before: now.advanced(by: .zero - age)) }
            if let age = limits.repeats { try pruning.pruneRepeats(before: now.advanced(by: .zero - age)) }
            pruning.report.isDone = pruning.budget > 0
            pruning.report.usedBytes = try connection.run(sql: "SELECT pg_database_size(current_database())").int(0, 0)
            _ = try connection.run(.commit)
            return pruning.report
        }
    }

    func prunable(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport {
        try await read { connection throws(PostgresFailure) in
            var report = PruneReport()
            func count(_ sql: String, before age: Duration) throws(PostgresFailure) -> Int {
                let time = now.advanced(by: .zero - age)
                var parameters = PostgresParameters()
                parameters.add(time)
                parameters.add(ConversionID.first(at: time))
                return try connection.run(sql: "SELECT count(*) FROM \(sql)", parameters).int(0, 0)
            }
            if let age = limits.refused {
                report.refused = try count("refused WHERE received_at < $1::bigint AND $2::uuid IS NOT NULL", before: age)
            }
            if let age = limits.attempts {
                report.attempts = try count(
                    """
                    attempt a JOIN delivery d ON d.conversion = a.conversion AND d.destination = a.destination
                    WHERE a.conversion < $2::uuid AND a.started_at < $1::bigint AND d.state <> 0
                    """, before: age)
            }
            if let age = limits.requests {
                report.requests = try count(
                    """
                    conversion c JOIN content t ON t.conversion = c.id
                    WHERE c.id < $2::uuid AND c.received_at < $1::bigint AND length(t.request) > 0
                        AND NOT EXISTS (SELECT FROM delivery d WHERE d.conversion = c.id AND d.state = 0)
                    """, before: age)
            }
            if let age = limits.repeats {
                report.repeats = try count(
                    """
                    repeat WHERE conversion < $2::uuid AND received_at < $1::bigint AND (document IS NOT NULL OR request IS NOT NULL)
                    """, before: age)
            }
            report.usedBytes = try connection.run(sql: "SELECT pg_database_size(current_database())").int(0, 0)
            report.isDone = report.count == 0
            return report
        }
    }
}

/// One portion of pruning, inside a transaction. The places that rounds have reached stand in the table `prune_place`, so that what was
/// looked at is not looked at again by the next node or after a restart.
struct PostgresPruning {
    /// Who prunes: "prune" in ASCII.
    static let lock: Int64 = 0x70_72_75_6E_65

    let connection: PostgresConnection
    var report = PruneReport()
    /// Rows that are looked at.
    var budget = 200

    mutating func pruneRefused(before time: Timestamp) throws(PostgresFailure) {
        var parameters = PostgresParameters()
        parameters.add(time)
        parameters.add(budget)
        let gone = try connection.run(
            sql: """
                DELETE FROM refused WHERE id IN (
                    SELECT id FROM refused WHERE received_at < $1::bigint ORDER BY id LIMIT $2::bigint FOR UPDATE SKIP LOCKED
                ) RETURNING 1
                """, parameters)
        report.refused += gone.count
        budget -= gone.count
    }

    /// From the oldest conversion on. What stays (of pending deliveries, of late replays) is passed over until the next round.
    mutating func pruneAttempts(before time: Timestamp) throws(PostgresFailure) {
        try walk(
            "attempt",
            """
            SELECT a.conversion, a.destination || ' ' || lpad(a.number::text, 10, '0') AS rest,
                a.started_at < $3::bigint AND d.state <> 0 AS goes, a.destination, a.number
            FROM attempt a JOIN delivery d ON d.conversion = a.conversion AND d.destination = a.destination
            WHERE a.conversion >= $1::uuid AND a.conversion < $4::uuid
                AND (a.conversion > $1 OR a.destination || ' ' || lpad(a.number::text, 10, '0') > $2::text)
            ORDER BY a.conversion, rest LIMIT $5::bigint
            """,
            before: time,
            """
            changed AS (
                DELETE FROM attempt a USING found f
                WHERE f.goes AND a.conversion = f.conversion AND a.destination = f.destination AND a.number = f.number RETURNING 1
            )
            """
        ) { $0.attempts += $1 }
    }

    /// Walks the conversions once, oldest first; those that are owed yet are looked at again.
    mutating func pruneRequests(before time: Timestamp) throws(PostgresFailure) {
        guard budget > 0 else { return }
        var half = PostgresParameters()
        half.add((budget + 1) / 2)
        let spared = try connection.run(
            sql: """
                WITH ended AS (
                    DELETE FROM spared_request WHERE conversion IN (
                        SELECT s.conversion FROM spared_request s
                        WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.conversion = s.conversion AND d.state = 0)
                        ORDER BY s.conversion LIMIT $1::bigint
                    ) RETURNING conversion
                )
                UPDATE content t SET request = '' FROM ended e WHERE t.conversion = e.conversion RETURNING 1
                """, half)
        report.requests += spared.count
        budget -= spared.count
        try walk(
            "request",
            """
            SELECT t.conversion, '' AS rest, length(t.request) > 0 AND $2::text IS NOT NULL AND $3::bigint IS NOT NULL AS goes,
                EXISTS (SELECT FROM delivery d WHERE d.conversion = t.conversion AND d.state = 0) AS is_owed
            FROM content t WHERE t.conversion > $1::uuid AND t.conversion < $4::uuid ORDER BY t.conversion LIMIT $5::bigint
            """,
            before: time,
            """
            spared AS (INSERT INTO spared_request SELECT conversion FROM found WHERE is_owed ON CONFLICT DO NOTHING),
            changed AS (
                UPDATE content t SET request = '' FROM found f WHERE f.goes AND NOT f.is_owed AND t.conversion = f.conversion RETURNING 1
            )
            """, endsAtStart: false
        ) { $0.requests += $1 }
    }

    mutating func pruneRepeats(before time: Timestamp) throws(PostgresFailure) {
        try walk(
            "repeat",
            """
            SELECT r.conversion, lpad(r.number::text, 10, '0') AS rest,
                r.received_at < $3::bigint AND (r.document IS NOT NULL OR r.request IS NOT NULL) AS goes, r.number
            FROM repeat r WHERE r.conversion >= $1::uuid AND r.conversion < $4::uuid
                AND (r.conversion > $1 OR lpad(r.number::text, 10, '0') > $2::text)
            ORDER BY r.conversion, r.number LIMIT $5::bigint
            """,
            before: time,
            """
            changed AS (
                UPDATE repeat r SET document = NULL, request = NULL FROM found f
                WHERE f.goes AND r.conversion = f.conversion AND r.number = f.number RETURNING 1
            )
            """
        ) { $0.repeats += $1 }
    }

    /// Looks at the next rows behind the place that was reached, changes those that go, and remembers how far it came; at the end of a round
    /// the place is the start again, where there is another round.
    private mutating func walk(
        _ kind: String, _ found: String, before time: Timestamp, _ changes: String, endsAtStart: Bool = true,
        _ count: (inout PruneReport, Int) -> Void
    ) throws(PostgresFailure) {
        guard budget > 0 else { return }
        var own = PostgresParameters()
        own.add(kind)
        let place = try connection.run(sql: "SELECT conversion, rest FROM prune_place WHERE kind = $1::text", own)
        var parameters = PostgresParameters()
        parameters.add(place.isEmpty ? .zero : place.id(0, 0))
        parameters.add(place.isEmpty ? "" : place.text(0, 1))
        parameters.add(time)
        parameters.add(ConversionID.first(at: time))
        parameters.add(budget)
        let rows = try connection.run(
            sql: """
                WITH found AS MATERIALIZED (\(found)), \(changes)
                SELECT conversion, rest, (SELECT count(*) FROM changed) FROM found ORDER BY conversion, rest
                """, parameters)
        let isRoundOver = endsAtStart && rows.count < budget
        if !rows.isEmpty { count(&report, rows.int(0, 2)) } else if !isRoundOver { return }
        budget -= rows.count
        own.add(isRoundOver ? .zero : rows.id(Int32(rows.count - 1), 0))
        own.add(isRoundOver ? "" : rows.text(Int32(rows.count - 1), 1))
        _ = try connection.run(
            sql: """
                INSERT INTO prune_place (kind, conversion, rest) VALUES ($1::text, $2::uuid, $3::text)
                ON CONFLICT (kind) DO UPDATE SET conversion = excluded.conversion, rest = excluded.rest
                """, own)
    }
}
