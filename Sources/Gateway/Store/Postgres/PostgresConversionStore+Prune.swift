import Mappings
import Rules

extension PostgresConversionStore {
    /// One round at a time, whichever node began it: the others find nothing to do until it has ended, or its connection has.
    func prune(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport {
        let places = pruning.withLock { $0 }
        let (portion, isCommand) = try await mend { writer, connection throws(PostgresFailure) in
            var portion = PostgresPrunePortion(places: places)
            let isMine = try portion.run(limits, at: now, connection)
            return (isMine ? portion : nil, writer.node == 0)
        }
        if let portion {
            pruning.withLock { $0 = portion.places }
            return portion.report
        }
        guard isCommand else { return PruneReport() }
        throw StoreError(.busy, "another gateway prunes \(place) now; there is nothing to do here until it has ended")
    }

    func prunable(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport {
        try await read { connection throws(PostgresFailure) in
            var report = PruneReport()
            func count(_ sql: String, before age: Duration) throws(PostgresFailure) -> Int {
                let time = now.advanced(by: .zero - age)
                var parameters = PostgresParameters()
                parameters.add(time)
                parameters.add(ConversionID.first(at: time))
                return try connection.run(sql: sql, parameters).int(0, 0)
            }
            if let age = limits.refused {
                report.refused = try count(
                    "SELECT count(*) FROM refused WHERE received_at < $1::bigint AND $2::uuid IS NOT NULL", before: age)
            }
            if let age = limits.attempts {
                report.attempts = try count(
                    """
                    SELECT count(*) FROM attempt a JOIN delivery d ON d.conversion = a.conversion AND d.destination = a.destination
                    WHERE a.conversion < $2::uuid AND a.started_at < $1::bigint AND d.state <> 0
                    """, before: age)
            }
            if let age = limits.requests {
                report.requests = try count(
                    """
                    SELECT count(*) FROM conversion c JOIN content t ON t.conversion = c.id
                    WHERE c.id < $2::uuid AND c.received_at < $1::bigint AND octet_length(t.request) > 0
                        AND NOT EXISTS (SELECT FROM delivery d WHERE d.conversion = c.id AND d.state = 0)
                        AND (c.id > (SELECT conversion FROM pruned_up_to) OR c.id IN (SELECT conversion FROM spared_request))
                    """, before: age)
            }
            if let age = limits.repeats {
                report.repeats = try count(
                    """
                    SELECT count(*) FROM repeat
                    WHERE conversion < $2::uuid AND received_at < $1::bigint AND (document IS NOT NULL OR request IS NOT NULL)
                    """, before: age)
            }
            report.usedBytes = try connection.run(.databaseSize).int(0, 0)
            report.isDone = report.count == 0
            return report
        }
    }
}

/// Where the rounds of pruning stand in this process. Lost at a restart: a round then begins anew.
struct PostgresPrunePlaces: Sendable {
    var attempt: (conversion: ConversionID, destination: String, number: Int64) = (.zero, "", 0)
    var repetition: (conversion: ConversionID, number: Int64) = (.zero, 0)
    var spared = ConversionID.zero
    /// Beyond what the database remembers.
    var request = ConversionID.zero
}

/// One portion of pruning: one transaction that looks at a bounded number of rows.
///
/// `max_size` has no meaning here: the files of a PostgreSQL database do not shrink with what is deleted, so size would never be reached.
struct PostgresPrunePortion: Sendable {
    var places: PostgresPrunePlaces
    private(set) var report = PruneReport()
    private var budget = SQLiteWriter.prunedAtOnce

    /// Younger requests may yet be followed by one with a smaller id, from a node whose clock is behind: the database does not remember
    /// them as pruned.
    private static let settledAfter = Duration.seconds(3600)

    init(places: PostgresPrunePlaces) { self.places = places }

    /// - Returns: false where another session prunes.
    mutating func run(_ limits: RetentionLimits, at now: Timestamp, _ connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        // The lock is the session's, kept over all portions of a round.
        guard try connection.run([(.begin, PostgresParameters()), (.tryPruning, PostgresParameters())])[1].bool(0, 0) else {
            _ = try connection.run(.rollback)
            return false
        }
        if let age = limits.refused { try pruneRefused(before: now.advanced(by: .zero - age), connection) }
        if let age = limits.attempts { try pruneAttempts(before: now.advanced(by: .zero - age), connection) }
        if let age = limits.requests { try pruneRequests(before: now.advanced(by: .zero - age), now, connection) }
        if let age = limits.repeats { try pruneRepeats(before: now.advanced(by: .zero - age), connection) }
        FaultPoint.prune.reached()
        _ = try connection.run(.commit)
        report.isDone = budget > 0
        if report.isDone {
            report.usedBytes = try connection.run([(.databaseSize, PostgresParameters()), (.endPruning, PostgresParameters())])[0].int(0, 0)
        }
        return true
    }

    private mutating func pruneRefused(before time: Timestamp, _ connection: PostgresConnection) throws(PostgresFailure) {
        var parameters = PostgresParameters()
        parameters.add(time)
        parameters.add(budget)
        let count = try connection.run(.pruneAgedRefused, parameters).count
        report.refused += count
        budget -= count
    }

    /// From the oldest conversion on. What stays (of pending deliveries, of late replays) is passed over until the next round.
    private mutating func pruneAttempts(before time: Timestamp, _ connection: PostgresConnection) throws(PostgresFailure) {
        guard budget > 0 else { return }
        var parameters = PostgresParameters()
        parameters.add(places.attempt.conversion)
        parameters.add(places.attempt.destination)
        parameters.add(places.attempt.number)
        parameters.add(ConversionID.first(at: time))
        parameters.add(budget)
        let rows = try connection.run(.agedAttempts, parameters)
        var aged = PostgresAttemptKeys()
        for row in rows.rows {
            places.attempt = (rows.id(row, 0), rows.text(row, 1), rows.int64(row, 2))
            if rows.timestamp(row, 3) < time, rows.int64(row, 4) != DeliveryState.pending.number { aged.append(places.attempt) }
        }
        if !aged.isEmpty { report.attempts += try connection.run(.deleteAgedAttempts, aged.parameters).count }
        if rows.count < budget { places.attempt = (.zero, "", 0) }
        budget -= rows.count
    }

    /// Walks the conversions once, oldest first, and the database remembers how far; those that are owed yet are looked at again.
    private mutating func pruneRequests(
        before time: Timestamp, _ now: Timestamp, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        guard budget > 0 else { return }
        try pruneSpared(connection)
        guard budget > 0 else { return }
        var parameters = PostgresParameters()
        parameters.add(places.request)
        parameters.add(ConversionID.first(at: time))
        parameters.add(budget)
        let rows = try connection.run(.agedRequests, parameters)
        let settled = ConversionID.first(at: now.advanced(by: .zero - Self.settledAfter))
        var (gone, spared) = (PostgresArray(.uuid), PostgresArray(.uuid))
        var (last, lastSettled): (ConversionID, ConversionID?) = (.zero, nil)
        for row in rows.rows {
            last = rows.id(row, 0)
            if last < settled { lastSettled = last }
            if rows.bool(row, 2) { spared.append(last) } else if rows.bool(row, 1) { gone.append(last) }
        }
        try drop(gone, connection)
        var steps: [PostgresConnection.Step] = [(.spareRequests, Self.one(spared))]
        if let lastSettled {
            var place = PostgresParameters()
            place.add(lastSettled)
            steps.append((.setPruned, place))
        }
        if !rows.isEmpty { _ = try connection.run(steps) }
        places.request = rows.count < budget ? .zero : last
        budget -= rows.count
    }

    private mutating func pruneSpared(_ connection: PostgresConnection) throws(PostgresFailure) {
        let limit = (budget + 1) / 2
        var parameters = PostgresParameters()
        parameters.add(places.spared)
        parameters.add(limit)
        let rows = try connection.run(.sparedRequests, parameters)
        var gone = PostgresArray(.uuid)
        for row in rows.rows where !rows.bool(row, 1) { gone.append(rows.id(row, 0)) }
        if !rows.isEmpty {
            try drop(gone, connection)
            _ = try connection.run(.unspareRequests, Self.one(gone))
        }
        places.spared = rows.count < limit ? .zero : rows.id(Int32(rows.count - 1), 0)
        budget -= rows.count
    }

    private mutating func drop(_ requests: PostgresArray, _ connection: PostgresConnection) throws(PostgresFailure) {
        report.requests += try connection.run(.dropRequests, Self.one(requests)).count
    }

    private mutating func pruneRepeats(before time: Timestamp, _ connection: PostgresConnection) throws(PostgresFailure) {
        guard budget > 0 else { return }
        var parameters = PostgresParameters()
        parameters.add(places.repetition.conversion)
        parameters.add(places.repetition.number)
        parameters.add(ConversionID.first(at: time))
        parameters.add(budget)
        let rows = try connection.run(.agedRepeats, parameters)
        var (ids, numbers) = (PostgresArray(.uuid), PostgresArray(.bigint))
        for row in rows.rows {
            places.repetition = (rows.id(row, 0), rows.int64(row, 1))
            guard rows.timestamp(row, 2) < time, rows.bool(row, 3) else { continue }
            ids.append(places.repetition.conversion)
            numbers.append(places.repetition.number)
        }
        var aged = PostgresParameters()
        aged.add(ids)
        aged.add(numbers)
        if !rows.isEmpty { report.repeats += try connection.run(.emptyRepeats, aged).count }
        if rows.count < budget { places.repetition = (.zero, 0) }
        budget -= rows.count
    }

    private static func one(_ column: PostgresArray) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.add(column)
        return parameters
    }
}

/// Attempts' keys as three columns.
struct PostgresAttemptKeys {
    private var (ids, destinations, numbers) = (PostgresArray(.uuid), PostgresArray(.text), PostgresArray(.bigint))
    private(set) var isEmpty = true

    mutating func append(_ key: (conversion: ConversionID, destination: String, number: Int64)) {
        isEmpty = false
        ids.append(key.conversion)
        destinations.append(key.destination)
        numbers.append(key.number)
    }

    var parameters: PostgresParameters {
        var parameters = PostgresParameters()
        for column in [ids, destinations, numbers] { parameters.add(column) }
        return parameters
    }
}

extension PostgresStatement {
    static let databaseSize = Self("database_size", "SELECT pg_database_size(current_database())")
    /// "prune" in ASCII.
    fileprivate static let tryPruning = Self("try_pruning", "SELECT pg_try_advisory_lock(482956635749)")
    /// Each portion took the lock once more.
    fileprivate static let endPruning = Self("end_pruning", "SELECT pg_advisory_unlock_all()")
    fileprivate static let pruneAgedRefused = Self(
        "prune_aged_refused",
        """
        WITH aged AS MATERIALIZED (
            SELECT id FROM refused WHERE received_at < $1::bigint ORDER BY id LIMIT $2::bigint FOR UPDATE SKIP LOCKED
        )
        DELETE FROM refused r USING aged a WHERE r.id = a.id RETURNING 1
        """)
    fileprivate static let agedAttempts = Self(
        "aged_attempts",
        """
        SELECT a.conversion, a.destination, a.number, a.started_at, d.state
        FROM attempt a JOIN delivery d ON d.conversion = a.conversion AND d.destination = a.destination
        WHERE (a.conversion, a.destination, a.number) > ($1::uuid, $2::text, $3::bigint) AND a.conversion < $4::uuid
        ORDER BY a.conversion, a.destination, a.number LIMIT $5::bigint
        """)
    fileprivate static let deleteAgedAttempts = Self(
        "delete_aged_attempts",
        """
        WITH aged AS MATERIALIZED (
            SELECT a.conversion, a.destination, a.number FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS w (conversion, destination, number)
            JOIN attempt a ON a.conversion = w.conversion AND a.destination = w.destination AND a.number = w.number FOR UPDATE OF a SKIP LOCKED
        )
        DELETE FROM attempt a USING aged g WHERE a.conversion = g.conversion AND a.destination = g.destination AND a.number = g.number RETURNING 1
        """)
    fileprivate static let agedRequests = Self(
        "aged_requests",
        """
        SELECT c.id, coalesce(octet_length(t.request), 0) > 0,
            EXISTS (SELECT FROM delivery d WHERE d.conversion = c.id AND d.state = 0)
        FROM (
            SELECT id FROM conversion WHERE id > greatest($1::uuid, (SELECT conversion FROM pruned_up_to)) AND id < $2::uuid
            ORDER BY id LIMIT $3::bigint
        ) c LEFT JOIN content t ON t.conversion = c.id ORDER BY c.id
        """)
    fileprivate static let sparedRequests = Self(
        "spared_requests",
        """
        SELECT s.conversion, EXISTS (SELECT FROM delivery d WHERE d.conversion = s.conversion AND d.state = 0)
        FROM spared_request s WHERE s.conversion > $1::uuid ORDER BY s.conversion LIMIT $2::bigint
        """)
    fileprivate static let spareRequests = Self(
        "spare_requests", "INSERT INTO spared_request SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING")
    fileprivate static let unspareRequests = Self(
        "unspare_requests", "DELETE FROM spared_request WHERE conversion = ANY ($1::uuid[])")
    fileprivate static let setPruned = Self("set_pruned", "UPDATE pruned_up_to SET conversion = greatest(conversion, $1::uuid)")
    /// Waits for who else changes a row: the walk does not come back to it.
    fileprivate static let dropRequests = Self(
        "drop_requests",
        """
        WITH aged AS MATERIALIZED (
            SELECT conversion FROM content WHERE conversion = ANY ($1::uuid[]) AND octet_length(request) > 0 ORDER BY conversion FOR UPDATE
        )
        UPDATE content t SET request = '' FROM aged a WHERE t.conversion = a.conversion RETURNING 1
        """)
    fileprivate static let agedRepeats = Self(
        "aged_repeats",
        """
        SELECT conversion, number, received_at, document IS NOT NULL OR request IS NOT NULL FROM repeat
        WHERE (conversion, number) > ($1::uuid, $2::bigint) AND conversion < $3::uuid ORDER BY conversion, number LIMIT $4::bigint
        """)
    static let emptyRepeats = Self(
        "empty_repeats",
        """
        WITH aged AS MATERIALIZED (
            SELECT r.conversion, r.number FROM unnest($1::uuid[], $2::bigint[]) AS w (conversion, number)
            JOIN repeat r ON r.conversion = w.conversion AND r.number = w.number FOR UPDATE OF r SKIP LOCKED
        )
        UPDATE repeat r SET document = NULL, request = NULL FROM aged a WHERE r.conversion = a.conversion AND r.number = a.number RETURNING 1
        """)
}
