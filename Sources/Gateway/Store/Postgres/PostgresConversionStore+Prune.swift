import Mappings
import Rules

extension PostgresConversionStore {
    /// One round at a time, whichever node began it: the others find nothing to do until it has ended, or its connection has.
    ///
    /// `max_size` has no meaning here: the files of a PostgreSQL database do not shrink with what is deleted, so size would never be reached.
    func prune(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport {
        let places = pruning.withLock { $0 }
        let (portion, isCommand) = try await repair { writer, connection throws(PostgresFailure) in
            (try connection.prune(limits, from: places, at: now), writer.node == 0)
        }
        if let portion {
            pruning.withLock { $0 = portion.places }
            return portion.report
        }
        guard isCommand else { return PruneReport() }
        throw StoreError(.busy, "another gateway prunes \(place) now; there is nothing to do here until it has ended")
    }
}

extension PostgresConnection {
    /// One portion in one transaction. Nil if another session prunes.
    fileprivate func prune(
        _ limits: RetentionLimits, from places: PrunePlaces, at now: Timestamp
    ) throws(PostgresFailure) -> PrunePortion? {
        // The lock is the session's, kept over all portions of a round.
        guard try run([(.begin, PostgresParameters()), (.tryPruning, PostgresParameters())])[1][0].bool(0) else {
            _ = try run(.rollback)
            return nil
        }
        var portion = PrunePortion(places: places)
        try portion.pruneAged(limits, at: now, in: self)
        FaultPoint.prune.reached()
        _ = try run(.commit)
        if portion.report.isDone {
            portion.report.usedBytes = try usedBytes()
            _ = try run(.endPruning)
        }
        return portion
    }
}

/// Rows are locked before they are changed; those that another session changes now are passed over until the next round.
extension PostgresConnection: PruneTables {
    var settledAfter: Duration { .seconds(3600) }

    func removeRefused(before time: Timestamp, limit: Int) throws(PostgresFailure) -> Int {
        try run(.pruneAgedRefused, PostgresParameters(time, limit)).count
    }

    func remove(_ attempts: [AttemptKey]) throws(PostgresFailure) -> Int {
        try run(.deleteAgedAttempts, PostgresParameters(attempts: attempts)).count
    }

    func dropRequests(_ conversions: [ConversionID]) throws(PostgresFailure) -> Int {
        try run(.dropRequests, PostgresParameters(PostgresArray(conversions))).count
    }

    func spare(_ conversions: [ConversionID]) throws(PostgresFailure) {
        _ = try run(.spareRequests, PostgresParameters(PostgresArray(conversions)))
    }

    func unspare(_ conversions: [ConversionID]) throws(PostgresFailure) {
        _ = try run(.unspareRequests, PostgresParameters(PostgresArray(conversions)))
    }

    func remember(_ last: ConversionID) throws(PostgresFailure) { _ = try run(.setPruned, PostgresParameters(last)) }

    func empty(_ repeats: [RepeatKey]) throws(PostgresFailure) -> Int {
        try run(.emptyRepeats, PostgresParameters(PostgresArray(repeats, \.conversion), PostgresArray(repeats, \.number))).count
    }
}

extension PostgresParameters {
    /// Attempts' keys as three columns.
    init(attempts: [AttemptKey]) {
        self.init(
            PostgresArray(attempts) { $0.delivery.conversion }, PostgresArray(attempts) { $0.delivery.destination },
            PostgresArray(attempts, \.number))
    }
}

extension PostgresStatement {
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
    fileprivate static let deleteAgedAttempts = Self(
        "delete_aged_attempts",
        """
        WITH aged AS MATERIALIZED (
            SELECT a.conversion, a.destination, a.number FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS w (conversion, destination, number)
            JOIN attempt a ON a.conversion = w.conversion AND a.destination = w.destination AND a.number = w.number FOR UPDATE OF a SKIP LOCKED
        )
        DELETE FROM attempt a USING aged g WHERE a.conversion = g.conversion AND a.destination = g.destination AND a.number = g.number RETURNING 1
        """)
    fileprivate static let spareRequests = Self(
        "spare_requests", "INSERT INTO spared_request SELECT unnest($1::uuid[]) ON CONFLICT DO NOTHING")
    fileprivate static let unspareRequests = Self(
        "unspare_requests", "DELETE FROM spared_request WHERE conversion = ANY ($1::uuid[])")
    fileprivate static let setPruned = Self("set_pruned", "UPDATE pruned_up_to SET conversion = greatest(conversion, $1::uuid)")
    /// Waits for another session that changes a row: the walk does not come back to it.
    fileprivate static let dropRequests = Self(
        "drop_requests",
        """
        WITH aged AS MATERIALIZED (
            SELECT conversion FROM content WHERE conversion = ANY ($1::uuid[]) AND octet_length(request) > 0 ORDER BY conversion FOR UPDATE
        )
        UPDATE content t SET request = '' FROM aged a WHERE t.conversion = a.conversion RETURNING 1
        """)
    fileprivate static let emptyRepeats = Self(
        "empty_repeats",
        """
        WITH aged AS MATERIALIZED (
            SELECT r.conversion, r.number FROM unnest($1::uuid[], $2::bigint[]) AS w (conversion, number)
            JOIN repeat r ON r.conversion = w.conversion AND r.number = w.number FOR UPDATE OF r SKIP LOCKED
        )
        UPDATE repeat r SET document = NULL, request = NULL FROM aged a WHERE r.conversion = a.conversion AND r.number = a.number RETURNING 1
        """)
}
