import Mappings
import Rules

/// Corrections whose conversion has not come: they wait under its key, and become its history when it comes.
extension PostgresWriter {
    /// Corrections that wait, by source, as far as a transaction has counted them. Two nodes at once may let a few more wait than may.
    struct WaitingCounts {
        var ofSource: [String: Int] = [:]
    }

    /// Takes the key for the conversion to come, so that its arrival is noticed at no cost to others. An equal correction waits once.
    func wait(
        _ queued: QueuedSubmission, for key: DuplicateKey, _ repeats: inout PostgresRepeats, _ counts: inout WaitingCounts,
        _ connection: PostgresConnection
    ) throws(PostgresFailure) -> CorrectionResult {
        let (message, row, limits) = (queued.message, queued.message.row, queued.submission.waiting)
        let equal = PostgresParameters(key.digest.kept, key.scope.column, row.source, message.content)
        let ofKey = PostgresParameters(key.digest.kept, key.scope.column, row.source)
        let found = try connection.run(
            [(.selectEqualWaiting, equal), (.countWaitingForKey, ofKey)]
                + (counts.ofSource[row.source] == nil ? [(.countWaitingOfSource, PostgresParameters(row.source, limits.perSource))] : []))
        if let first = found[0].first?.id(0) { return waits(message, first: first, &repeats) }
        let ofSource = counts.ofSource[row.source] ?? found[2][0].int(0)
        counts.ofSource[row.source] = ofSource
        if let excess = limits.excess(ofKey: found[1][0].int(0), ofSource: ofSource) { return .tooManyWait(excess) }
        var held = key
        held.lifetime = nil
        var own = queued.submission
        own.keys = [key]
        let results = try connection.run([
            (.lockAwaited, Self.awaited([key])), (.insertKeys, [KeyClaim(held, row)].parameters), (.lockHolders, Self.lookup([own])),
            (.selectHolders, Self.lookup([own])),
        ])
        // The conversion may have come on another node since this one looked for it; read after the lock, as `lockedHolders` does.
        let byKey = KeyHolders(results[3]).holder(of: own, everHeld: true)?.id
        let byOrder = try newest(of: queued.submission, connection)
        guard byKey == nil, byOrder == nil else {
            throw PostgresFailure(sqlState: "40001", message: "the conversion came in the same moment")
        }
        let waiting = PostgresParameters(
            row.id, key.digest.kept, key.scope.column, row.source, row.tracker, row.receivedAt, row.orderID, message.content, row.document,
            message.request)
        let first = try connection.run([(.insertWaiting, waiting), (.selectEqualWaiting, equal)])[1].first?.id(0) ?? row.id
        if first == row.id { counts.ofSource[row.source] = ofSource + 1 }
        return waits(message, first: first, &repeats)
    }

    private func waits(_ message: QueuedMessage, first: ConversionID, _ repeats: inout PostgresRepeats) -> CorrectionResult {
        let note = message.noteIfKnown
        if let note, first != message.id { repeats.add(.otherRepeat(note: note), message, to: first) }
        return .waits(message.id, first: first, note: note)
    }

    /// For conversions whose corrections would wait under another key. A correction that begins to wait there does so before or after this.
    func applyWaitingElsewhere(
        _ inputs: [QueuedSubmission], _ repeats: inout PostgresRepeats, _ counts: inout Counts, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        _ = try connection.run(.lockAwaited, Self.awaited(inputs.flatMap(\.submission.awaitedKeys)))
        for input in inputs {
            let keys = input.submission.awaitedKeys
            try applyWaiting(for: keys, of: input.submission, to: input.message, &repeats, &counts, connection)
        }
    }

    /// Numbers of keys for `pg_advisory_xact_lock`, in one order.
    private static func awaited(_ keys: [DuplicateKey]) -> PostgresParameters {
        PostgresParameters(PostgresArray(Set(keys.map { Int64(bitPattern: $0.digest.words.0) }).sorted()))
    }

    /// What waited for this conversion becomes its history, in the order in which it came; what changes nothing is kept with its reason.
    func applyWaiting(
        for keys: [DuplicateKey], of submission: Submission, to sale: QueuedMessage, _ repeats: inout PostgresRepeats,
        _ counts: inout Counts, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        var (waiting, taken): ([(number: Int64, message: QueuedMessage)], [PostgresParameters]) = ([], [])
        for key in keys {
            let awaited = submission.sources.map { PostgresParameters(key.digest.kept, key.scope.column, $0) }
            let found = try connection.run(awaited.map { (.selectWaiting, $0) })
            if found.allSatisfy(\.isEmpty) { continue }
            for rows in found { waiting += rows.map { ($0.int64(8), $0.waited(rule: sale.rule)) } }
            taken += awaited
            var own = submission
            own.keys = [key]
            let holders = try lockedHolders(of: own, connection)
            var taking = [KeyClaim(key, sale.row)].parameters
            taking.add(holders.ids)
            _ = try connection.run(.takeKeys, taking)
        }
        if waiting.isEmpty { return }
        try apply(waiting.sorted { $0.number < $1.number }.map(\.message), to: sale, &repeats, &counts, connection)
        // A transaction that counts a repeat of one of these has locked its row, so no repeat is added after this.
        _ = try connection.run(taken.map { (.deleteWaiting, $0) } + [Self.moveRepeats(of: waiting.map(\.message.id), to: sale.id)])
    }

    /// Those of corrections that waited become those of their conversion.
    private static func moveRepeats(of waiting: [ConversionID], to root: ConversionID) -> PostgresConnection.Step {
        (.moveRepeats, PostgresParameters(PostgresArray(waiting), root))
    }

    /// A correction that came again and has found its conversion no longer waits: its source began to share orders meanwhile.
    func endWaiting(
        _ queued: QueuedSubmission, at root: ConversionID, _ counts: inout WaitingCounts, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        let (row, content) = (queued.message.row, queued.message.content)
        for key in queued.submission.keys {
            let (digest, scope) = (key.digest.kept, key.scope.column)
            let ended = try connection.run(.deleteEqualWaiting, PostgresParameters(digest, scope, row.source, content))
            if ended.isEmpty { continue }
            // The key is the conversion's from now on.
            _ = try connection.run([
                (.moveKey, PostgresParameters(digest, scope, root, key.heldFor)), Self.moveRepeats(of: ended.map { $0.id(0) }, to: root),
            ])
        }
        counts.ofSource[row.source] = nil
    }
}

extension PostgresStatement {
    fileprivate static let lockAwaited = Self(
        "lock_awaited", "SELECT pg_advisory_xact_lock(number) FROM unnest($1::bigint[]) AS w (number)")
    fileprivate static let insertWaiting = Self(
        "insert_waiting",
        """
        INSERT INTO waiting (id, key, scope, source, tracker, received_at, order_id, digest, document, request)
        VALUES ($1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::bigint, $7::text, $8::uuid, $9::bytea, $10::bytea)
        ON CONFLICT DO NOTHING
        """)
    fileprivate static let selectEqualWaiting = Self(
        "select_equal_waiting",
        "SELECT id FROM waiting WHERE key = $1::uuid AND scope = $2::text AND source = $3::text AND digest = $4::uuid FOR UPDATE")
    fileprivate static let countWaitingForKey = Self(
        "count_waiting_for_key", "SELECT count(*) FROM waiting WHERE key = $1::uuid AND scope = $2::text AND source = $3::text")
    fileprivate static let countWaitingOfSource = Self(
        "count_waiting_of_source", "SELECT count(*) FROM (SELECT FROM waiting WHERE source = $1::text LIMIT $2::bigint) w")
    fileprivate static let selectWaiting = Self(
        "select_waiting",
        """
        SELECT id, source, tracker, received_at, order_id, document, request, digest, number FROM waiting
        WHERE key = $1::uuid AND scope = $2::text AND source = $3::text ORDER BY number
        """)
    fileprivate static let deleteEqualWaiting = Self(
        "delete_equal_waiting",
        "DELETE FROM waiting WHERE key = $1::uuid AND scope = $2::text AND source = $3::text AND digest = $4::uuid RETURNING id")
    fileprivate static let moveKey = Self(
        "move_key",
        """
        UPDATE duplicate_key k SET conversion = $3::uuid, expires_at = (SELECT received_at FROM conversion WHERE id = $3::uuid) + $4::bigint
        WHERE k.digest = $1::uuid AND k.scope = $2::text AND NOT EXISTS (
            SELECT 1 FROM conversion c WHERE c.id = k.conversion AND c.root IS NULL)
        """)
    fileprivate static let moveRepeats = Self(
        "move_repeats",
        """
        UPDATE repeat r SET conversion = $2::uuid, number = n.number FROM (
            SELECT conversion, number AS before, row_number() OVER (ORDER BY conversion, number)
                + (SELECT coalesce(max(number), 0) FROM repeat WHERE conversion = $2::uuid) AS number
            FROM repeat WHERE conversion = ANY ($1::uuid[])
        ) n WHERE r.conversion = n.conversion AND r.number = n.before
        """)
    fileprivate static let deleteWaiting = Self(
        "delete_waiting", "DELETE FROM waiting WHERE key = $1::uuid AND scope = $2::text AND source = $3::text")
}
