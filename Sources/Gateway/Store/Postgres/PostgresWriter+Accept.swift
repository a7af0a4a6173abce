import Mappings
import Rules

/// How a batch of submissions is stored.
///
/// 1. All keys are inserted at once; a submission that gets all of its own is new. 2. The new ones are inserted, and the holders of the others' keys
/// are read. 3. Repeats are counted or kept, and all is committed. Keys go in one order, the same on every node, so that two nodes never wait
/// for each other crosswise. What `acceptNew` has stored does not come here.
extension PostgresWriter {
    /// A transaction that has applied so many corrections applies no more: each costs many times a plain conversion, and everybody waits
    /// for the commit. A plain conversion still joins it.
    private static let mostSteps = 100

    /// - Parameter isRetry: the batch may have been committed before; what is stored already then counts as just stored.
    /// - Returns: nil for what is left to the next transaction, which is never all.
    func accept(_ inputs: [QueuedSubmission], _ connection: PostgresConnection, isRetry: Bool) throws(PostgresFailure) -> [Acceptance?] {
        do throws(PostgresFailure) {
            return try accept(inputs, connection, isRetry: isRetry, looksForIDs: isRetry)
        } catch {
            // A sender repeats an id that is stored. That is too rare for a look each time, so it is found by the failure.
            guard error.isTaken, !isRetry else { throw error }
            try connection.rollback(after: error)
            return try accept(inputs, connection, isRetry: false, looksForIDs: true)
        }
    }

    private func accept(
        _ inputs: [QueuedSubmission], _ connection: PostgresConnection, isRetry: Bool, looksForIDs: Bool
    ) throws(PostgresFailure) -> [Acceptance?] {
        var steps: [PostgresConnection.Step] = [(.begin, PostgresParameters())]
        var known: [ConversionID: ConversionID?] = [:]
        if looksForIDs {
            let ids = PostgresParameters(PostgresArray(inputs) { $0.message.id })
            for row in try connection.run(steps + [(.selectKnown, ids)])[1] { known[row.id(0)] = .some(row.optionalID(1)) }
            steps = []
        }

        // The first of each id may win; another of the same id is its repeat.
        var seen = Set(known.keys)
        let candidates = inputs.indices.filter { seen.insert(inputs[$0].submission.conversion.id).inserted }
        let claims = [KeyClaim](candidates.map { inputs[$0].submission })
        var taken: [ConversionID: Int] = [:]
        if !claims.isEmpty {
            let results = try connection.run(steps + [(.insertKeys, claims.parameters)])
            for row in results[results.count - 1] { taken[row.id(0), default: 0] += 1 }
            steps = []
        }
        let left = try leftover(among: candidates, inputs, &steps, connection)
        let winners = candidates.filter { index in
            if left.contains(index) { return false }
            let submission = inputs[index].submission
            return taken[submission.conversion.id, default: 0] == submission.keys.count
        }
        let newcomers = winners.map { inputs[$0] }
        var counts = Counts()
        steps += insertions(of: newcomers, &counts)
        // Corrections may wait under a key that the conversion itself does not take.
        let awaited = newcomers.filter { !$0.submission.awaitedKeys.isEmpty }
        if winners.count == inputs.count, awaited.isEmpty {
            FaultPoint.beforeCommit.reached()
            _ = try connection.run(steps + step(counts, .intake) + [(ending, PostgresParameters())])
            return Array(repeating: .stored, count: inputs.count)
        }
        if !steps.isEmpty { _ = try connection.run(steps) }

        var outcomes: [Acceptance?] = Array(repeating: nil, count: inputs.count)
        for index in winners { outcomes[index] = .stored }
        var repeats = PostgresRepeats()
        if !awaited.isEmpty { try applyWaitingElsewhere(awaited, &repeats, &counts, connection) }
        try settleRepeats(
            inputs, &outcomes, &repeats, &counts, known: isRetry ? known : [:], partly: Set(taken.keys), left: left, connection)
        try repeats.keepOthers(connection)
        FaultPoint.beforeCommit.reached()
        _ = try connection.run(repeats.equalSteps + step(counts, .intake) + [(ending, PostgresParameters())])
        return outcomes
    }

    /// Those that the next transaction stores, because so many corrections wait for them and for others.
    private func leftover(
        among candidates: [Int], _ inputs: [QueuedSubmission], _ steps: inout [PostgresConnection.Step], _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Set<Int> {
        let awaited = candidates.flatMap { index in
            let submission = inputs[index].submission
            return submission.awaitedKeys.flatMap { key in submission.sources.map { (index: index, key: key, source: $0) } }
        }
        if awaited.isEmpty { return [] }
        let parameters = PostgresParameters(
            PostgresArray(awaited) { $0.key.digest.kept }, PostgresArray(awaited) { $0.key.scope.column }, PostgresArray(awaited, \.source),
            PostgresArray(awaited, \.index))
        let counted = try connection.run(steps + [(.countAwaited, parameters)])[steps.count].map { ($0.int(0), $0.int(1)) }
        steps = []
        var (left, sum): (Set<Int>, Int) = ([], 0)
        for (index, count) in counted {
            if sum > 0, sum + count > Self.mostSteps { left.insert(index) } else { sum += count }
        }
        return left
    }

    /// The outcomes of those that did not get all their keys.
    private func settleRepeats(
        _ inputs: [QueuedSubmission], _ outcomes: inout [Acceptance?], _ repeats: inout PostgresRepeats, _ counts: inout Counts,
        known: [ConversionID: ConversionID?], partly: Set<ConversionID>, left: Set<Int>, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        let rest = inputs.indices.filter { outcomes[$0] == nil }
        if rest.isEmpty { return }
        // A submission that got some of its keys but not all gives them back first, so that a later one finds them free.
        let lookups = rest.map { inputs[$0].submission }
        let claims = [KeyClaim](lookups.filter { partly.contains($0.conversion.id) })
        var steps: [PostgresConnection.Step] = claims.isEmpty ? [] : [(.deleteKeys, claims.parameters)]
        steps.append((.selectHolders, Self.lookup(lookups)))
        let results = try connection.run(steps)
        let holders = KeyHolders(results[results.count - 1])
        for index in rest where !left.contains(index) {
            let input = inputs[index]
            let submission = input.submission
            if let stored = known[submission.conversion.id] {
                // Committed before the connection broke.
                outcomes[index] = stored.map { .corrected($0, by: submission.conversion.id) } ?? .stored
            } else if let digest = holders.digest(of: submission.conversion.id) {
                let isEqual = digest == input.message.content
                repeats.add(isEqual ? .equalRepeat(note: nil) : .otherRepeat(note: nil), input.message, to: input.message.id)
                outcomes[index] = .duplicate(of: input.message.id, sameContent: isEqual)
            } else if let holder = holders.holder(of: submission), !submission.repeats.corrects || counts.steps < Self.mostSteps {
                outcomes[index] = try receive(input, heldBy: holder, &repeats, &counts, connection)
            } else if counts.steps < Self.mostSteps {
                outcomes[index] = try acceptSlowly(input, &repeats, &counts, connection)
            }
        }
    }

    /// The keys' holders held them too long ago, have just given them back, or wait for this conversion: the keys are locked, looked at
    /// again, and taken over.
    private func acceptSlowly(
        _ input: QueuedSubmission, _ repeats: inout PostgresRepeats, _ counts: inout Counts, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Acceptance {
        let submission = input.submission
        let holders = try lockedHolders(of: submission, connection)
        if let holder = holders.holder(of: submission) { return try receive(input, heldBy: holder, &repeats, &counts, connection) }
        if let signature = submission.signature, let first = holders.message(with: signature, at: submission.conversion.receivedAt) {
            return .duplicate(of: first, sameContent: false)
        }
        var parameters = [KeyClaim]([submission]).parameters
        parameters.add(holders.ids)
        let results = try connection.run([(.takeKeys, parameters)] + insertions(of: [input], &counts))
        guard results[0].count == submission.keys.count else {
            throw PostgresFailure(sqlState: "40001", message: "another node took the key in the same moment")
        }
        try applyWaiting(for: submission.keys, of: submission, to: input.message, &repeats, &counts, connection)
        return .stored
    }

    /// The holders of the keys, which stay locked until the transaction ends.
    ///
    /// Read again after the lock: one that had to wait for it sees the key as it is now, but beside it the conversion as it was before,
    /// and would take the key of a sale that has just come for one that still waits for its sale.
    func lockedHolders(of submission: Submission, _ connection: PostgresConnection) throws(PostgresFailure) -> KeyHolders {
        let lookup = Self.lookup([submission])
        return KeyHolders(try connection.run([(.lockHolders, lookup), (.selectHolders, lookup)])[1])
    }

    static func lookup(_ submissions: [Submission]) -> PostgresParameters {
        let claims = [KeyClaim](submissions)
        return PostgresParameters(
            PostgresArray(claims, \.digest), PostgresArray(claims, \.scope), PostgresArray(submissions) { $0.conversion.id })
    }

    // MARK: Rows

    /// - Parameter place: of a correction, whose deliveries these are.
    func insertDeliveries(
        _ rows: [(id: ConversionID, destination: String, at: Timestamp)], _ counts: inout Counts, place: HistoryPlace? = nil
    ) -> [PostgresConnection.Step] {
        if rows.isEmpty { return [] }
        for row in rows { counts.add(1, row.destination, .pending) }
        let parameters = PostgresParameters(
            PostgresArray(rows) { $0.id }, PostgresArray(rows) { $0.destination }, PostgresArray(rows) { $0.at }, node, place?.root,
            place?.step)
        return [(.insertDeliveries, parameters)]
    }

    private func insertions(of inputs: [QueuedSubmission], _ counts: inout Counts) -> [PostgresConnection.Step] {
        if inputs.isEmpty { return [] }
        var deliveries: [(id: ConversionID, destination: String, at: Timestamp)] = []
        for input in inputs {
            let (row, destinations) = (input.message.row, input.submission.destinations)
            for (position, destination) in destinations.enumerated() where !destinations[..<position].contains(destination) {
                deliveries.append((row.id, destination, row.receivedAt))
            }
        }
        let messages = inputs.map(\.message)
        func column<Value: PostgresElement>(_ value: (ConversionRow) -> Value) -> PostgresArray {
            PostgresArray(messages) { value($0.row) }
        }
        let ids = column(\.id)
        let conversions = PostgresParameters(
            ids, column(\.receivedAt), column(\.source), column(\.tracker), column(\.type), column(\.status), column(\.orderID),
            column(\.clickID), column(\.amount), column(\.currency))
        let contents = PostgresParameters(
            ids, PostgresArray(messages, \.content), column(\.document), PostgresArray(messages, \.request),
            PostgresArray(inputs, \.submission.missed.text))
        return [(.insertConversions, conversions), (.insertContents, contents)] + insertDeliveries(deliveries, &counts)
    }
}

extension PostgresStatement {
    fileprivate static let selectKnown = Self("select_known", "SELECT id, root FROM conversion WHERE id = ANY ($1::uuid[])")
    static let insertKeys = Self(
        "insert_keys",
        """
        INSERT INTO duplicate_key (digest, scope, conversion, expires_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[]) ON CONFLICT DO NOTHING RETURNING conversion
        """)
    static let deleteKeys = Self(
        "delete_keys",
        """
        DELETE FROM duplicate_key WHERE ctid = ANY (ARRAY(
            SELECT k.ctid FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS w (digest, scope, conversion) CROSS JOIN LATERAL (
                SELECT ctid, conversion FROM duplicate_key k WHERE k.digest = w.digest AND k.scope = w.scope OFFSET 0
            ) k WHERE k.conversion = w.conversion AND $4::bigint[] IS NOT NULL
        ))
        """)
    fileprivate static let countAwaited = Self(
        "count_awaited",
        """
        SELECT number, sum(count)::bigint FROM unnest($1::uuid[], $2::text[], $3::text[], $4::bigint[]) AS w (key, scope, source, number)
        CROSS JOIN LATERAL (
            SELECT count(*) AS count FROM waiting t WHERE t.key = w.key AND t.scope = w.scope AND t.source = w.source
        ) t WHERE count > 0 GROUP BY number ORDER BY number
        """)
    static let selectHolders = Self("select_holders", holders("OFFSET 0") + "UNION ALL " + own)
    static let lockHolders = Self("lock_holders", holders("FOR UPDATE") + "WHERE $3::uuid[] IS NOT NULL")
    /// - Parameter ending: either keeps this from being joined in another order than by the index.
    private static func holders(_ ending: String) -> String {
        """
        SELECT k.digest, k.scope, k.conversion, k.expires_at, (SELECT c.source FROM conversion c WHERE c.id = k.conversion),
            (SELECT t.digest FROM content t WHERE t.conversion = k.conversion)
        FROM unnest($1::uuid[], $2::text[]) AS w (digest, scope)
        CROSS JOIN LATERAL (SELECT * FROM duplicate_key k WHERE k.digest = w.digest AND k.scope = w.scope \(ending)) k

        """
    }
    /// The conversions that were sent a second time under the same id.
    private static let own = "SELECT NULL, NULL, conversion, NULL, NULL, digest FROM content WHERE conversion = ANY ($3::uuid[])"
    /// Takes over the keys of those that were seen to hold them; a key of another holder stays, and is missing from the result.
    static let takeKeys = Self(
        "take_keys",
        """
        INSERT INTO duplicate_key AS k (digest, scope, conversion, expires_at)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[])
        ON CONFLICT (digest, scope) DO UPDATE SET conversion = excluded.conversion, expires_at = excluded.expires_at
            WHERE k.conversion = ANY ($5::uuid[])
        RETURNING 1
        """)
    fileprivate static let insertConversions = Self(
        "insert_conversions",
        """
        INSERT INTO conversion (id, received_at, source, tracker, type, status, order_id, click_id, amount, currency)
        SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
            $10::text[])
        """)
    fileprivate static let insertContents = Self(
        "insert_contents",
        """
        INSERT INTO content (conversion, digest, document, request, missed)
        SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::text[])
        """)
    fileprivate static let insertDeliveries = Self(
        "insert_deliveries",
        """
        INSERT INTO delivery (conversion, destination, state, attempts, logged, created_at, changed_at, next_attempt, node, root, step)
        SELECT conversion, destination, 0, 0, 0, at, at, at, $4::bigint, $5::uuid, $6::bigint
        FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS d (conversion, destination, at)
        """)
}
