import Mappings
import Rules

/// Messages that change a conversion. They are rare, so each is taken by itself; the first message of the history is locked meanwhile, so
/// that a history has one order on all nodes.
extension PostgresWriter {
    /// A message under a key that `holder` holds.
    func receive(
        _ queued: QueuedSubmission, heldBy holder: KeyHolder, _ repeats: inout PostgresRepeats, _ counts: inout Counts,
        _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Acceptance {
        if holder.isOthers { return .conflict(with: holder.id) }
        if holder.isSameRequest { return .secondTry(of: holder.id) }
        let message = queued.message
        var found = FoundHistory(first: holder.content)
        let isNew = try remember(queued.submission.signature, of: holder.id, at: message.row.receivedAt, connection)
        if queued.submission.repeats.corrects {
            found = try find(holder.id, for: message, .repeated(message.row.document), connection)
        }
        if !isNew { found.change = found.change.ofReplay }
        let (write, acceptance) = found.change.asRepeat(message.id, of: holder.id, content: message.content, first: holder.content)
        if isNew, write.isNothing { try forget(queued.submission.signature, of: holder.id, connection) }
        try self.write(write, message, to: holder.id, found, &repeats, &counts, connection)
        return acceptance
    }

    /// Several corrections in one transaction, one after the other.
    func correct(
        _ inputs: [QueuedSubmission], _ connection: PostgresConnection, isRetry: Bool
    ) throws(PostgresFailure) -> [CorrectionResult] {
        var results: [CorrectionResult] = []
        var counts = Counts()
        var repeats = PostgresRepeats()
        var waiting = WaitingCounts()
        _ = try connection.run(.begin)
        for input in inputs {
            if isRetry, let root = try place(of: input.message.id, connection)?.root, root != input.message.id {
                results.append(.applied(root, correction: input.message.id))
            } else {
                results.append(try correct(input, &repeats, &counts, &waiting, connection))
            }
        }
        try repeats.keepOthers(connection)
        _ = try connection.run(repeats.equalSteps + step(counts, .intake) + [(ending, PostgresParameters())])
        return results
    }

    private func correct(
        _ queued: QueuedSubmission, _ repeats: inout PostgresRepeats, _ counts: inout Counts, _ waiting: inout WaitingCounts,
        _ connection: PostgresConnection
    ) throws(PostgresFailure) -> CorrectionResult {
        let message = queued.message
        let holders = KeyHolders(try connection.run(.selectHolders, Self.lookup([queued.submission])))
        let holder = holders.holder(of: queued.submission, everHeld: true)
        let target = try CorrectionTarget(holder: holder, keys: queued.submission.keys) { () throws(PostgresFailure) in
            try newest(of: queued.submission, connection)
        }
        switch target {
        case .conflict(let id): return .conflict(with: id)
        case .nowhere: return .notFound
        case .waits(let key):
            if let first = try earlierSender(of: queued.submission.signature, than: message, connection) {
                return .unchanged(first, note: nil)
            }
            let result = try wait(queued, for: key, &waiting, connection)
            if case .tooManyWait = result { try forget(queued.submission.signature, of: message.id, connection) }
            return result
        case .conversion(let root):
            let isNew = try remember(queued.submission.signature, of: root, at: message.row.receivedAt, connection)
            var found = try find(root, for: message, .correction(message.row.document), connection)
            if !isNew { found.change = found.change.ofReplay }
            let (write, result) = found.change.asCorrection(message.id, of: root, content: message.content, first: found.first)
            if isNew, write.isNothing { try forget(queued.submission.signature, of: root, connection) }
            try self.write(write, message, to: root, found, &repeats, &counts, connection)
            if !queued.submission.sharedWith.isEmpty, result.hasArrived { try endWaiting(queued, at: root, &waiting, connection) }
            return result
        }
    }

    /// Remembers a message's signature as one of a conversion. False if it came before.
    private func remember(
        _ signature: DuplicateKey?, of conversion: ConversionID, at time: Timestamp, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Bool {
        guard let signature else { return true }
        let claim = KeyClaim(signature, of: conversion, at: time)
        return try !connection.run(.insertKeys, [claim].parameters).isEmpty
    }

    /// The message that came first with this signature; nil if it is this one, which is remembered.
    private func earlierSender(
        of signature: DuplicateKey?, than message: QueuedMessage, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> ConversionID? {
        guard let signature, try !remember(signature, of: message.id, at: message.row.receivedAt, connection) else { return nil }
        let key = PostgresParameters(signature.digest.kept, signature.scope.column)
        let holder = try connection.run(.selectKey, key).first?.id(0)
        return holder == message.id ? nil : holder
    }

    /// For a message that was refused: its sender, or an operator, may send the same again when it is possible.
    private func forget(
        _ signature: DuplicateKey?, of conversion: ConversionID, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        guard let signature else { return }
        let claim = KeyClaim(signature, of: conversion, at: Timestamp(seconds: 0))
        _ = try connection.run(.deleteKeys, [claim].parameters)
    }

    // MARK: Histories

    /// A history, locked, with what a message does to it.
    private struct FoundHistory {
        var change = HistoryChange.unchanged(note: nil)
        /// The content of its first message; nil if nothing is stored under the id.
        var first: KeptDigest?
        /// The destinations that it was sent to.
        var sent: [String] = []
    }

    private func find(
        _ root: ConversionID, for message: QueuedMessage, _ content: CorrectionRule.Message, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> FoundHistory {
        let id = PostgresParameters(root)
        // The lock comes first; what is read behind it is what the last holder of the lock left.
        let results = try connection.run([
            (.lockFirst, id), (.selectPresent, id), (.selectStep, PostgresParameters(root, message.content)), (.selectDestinations, id),
        ])
        guard let row = results[1].first else { return FoundHistory() }
        let history = StoredHistory(document: row.bytes(0), step: row.int(1), firstContent: row.digest(2))
        let change = history.change(by: content, message.content, rule: message.rule) { !results[2].isEmpty }
        return FoundHistory(change: change, first: history.firstContent, sent: results[3].map { $0.text(0) })
    }

    private func write(
        _ write: HistoryWrite, _ message: QueuedMessage, to root: ConversionID, _ found: FoundHistory, _ repeats: inout PostgresRepeats,
        _ counts: inout Counts, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        if case .step(let step) = write {
            _ = try connection.run(appending(step, to: root, sent: found.sent, message, &counts) + [present(step, of: root, message)])
        } else {
            repeats.add(write, message, to: root)
        }
    }

    private func appending(
        _ step: HistoryStep, to root: ConversionID, sent: [String], _ message: QueuedMessage, _ counts: inout Counts
    ) -> [PostgresConnection.Step] {
        let (row, came) = (step.row, message.row)
        let destinations = step.destinations(after: sent)
        let correction = PostgresParameters(
            came.id, came.source, came.tracker, came.receivedAt, row.type, row.status, row.orderID, row.clickID, row.amount, row.currency,
            row.refunded, root, step.number, message.content)
        let content = PostgresParameters(came.id, message.content, row.document, message.request, step.way.missed.text)
        var steps: [PostgresConnection.Step] = [(.insertCorrection, correction), (.insertContent, content)]
        let place = HistoryPlace(root: root, step: step.number)
        counts.steps += 1
        steps += insertDeliveries(destinations.map { (came.id, $0, came.receivedAt) }, &counts, place: place)
        for destination in destinations { steps += order(of: came.id, at: place, to: destination) }
        return steps
    }

    /// The first message shows the present.
    private func present(_ step: HistoryStep, of root: ConversionID, _ message: QueuedMessage) -> PostgresConnection.Step {
        (
            .updateRoot,
            PostgresParameters(root, message.id, step.row.status, step.row.amount, step.row.currency, step.row.refunded)
        )
    }

    private func newest(of submission: Submission, _ connection: PostgresConnection) throws(PostgresFailure) -> ConversionID? {
        guard let orderID = submission.conversion.orderID else { return nil }
        for source in submission.sources {
            if let found = try connection.run(.selectByOrder, PostgresParameters(orderID, source)).first { return found.id(0) }
        }
        return nil
    }

    // MARK: Before the sale

    /// Corrections that wait, by source, as far as a transaction has counted them. Two nodes at once may let a few more wait than may.
    private struct WaitingCounts {
        var ofSource: [String: Int] = [:]
    }

    /// Takes the key for the conversion to come, so that its arrival is noticed at no cost to others. An equal correction waits once.
    private func wait(
        _ queued: QueuedSubmission, for key: DuplicateKey, _ counts: inout WaitingCounts, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> CorrectionResult {
        let (message, row, limits) = (queued.message, queued.message.row, queued.submission.waiting)
        let equal = PostgresParameters(key.digest.kept, key.scope.column, row.source, message.content)
        let ofKey = PostgresParameters(key.digest.kept, key.scope.column, row.source)
        let found = try connection.run(
            [(.selectEqualWaiting, equal), (.countWaitingForKey, ofKey)]
                + (counts.ofSource[row.source] == nil ? [(.countWaitingOfSource, PostgresParameters(row.source, limits.perSource))] : []))
        if let first = found[0].first?.id(0) { return .waits(row.id, first: first) }
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
        return .waits(row.id, first: first)
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
        _ = try connection.run(taken.map { (.deleteWaiting, $0) })
    }

    /// A correction that came again and has found its conversion no longer waits: its source began to share orders meanwhile.
    private func endWaiting(
        _ queued: QueuedSubmission, at root: ConversionID, _ counts: inout WaitingCounts, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        let (row, content) = (queued.message.row, queued.message.content)
        for key in queued.submission.keys {
            let (digest, scope) = (key.digest.kept, key.scope.column)
            let ended = try connection.run(.deleteEqualWaiting, PostgresParameters(digest, scope, row.source, content))
            if ended.isEmpty { continue }
            // The key is the conversion's from now on.
            _ = try connection.run(.moveKey, PostgresParameters(digest, scope, root, key.heldFor))
        }
        counts.ofSource[row.source] = nil
    }

    /// The history is read once; what each message makes of it is known without another look.
    private func apply(
        _ waiting: [QueuedMessage], to sale: QueuedMessage, _ repeats: inout PostgresRepeats, _ counts: inout Counts,
        _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        let id = PostgresParameters(sale.id)
        let found = try connection.run([(.lockFirst, id), (.selectPresent, id), (.selectSteps, id), (.selectDestinations, id)])
        guard let row = found[1].first else { return }
        var history = StoredHistory(document: row.bytes(0), step: row.int(1), firstContent: row.digest(2))
        var known = Set(found[2].map { $0.digest(0) })
        var sent = found[3].map { $0.text(0) }
        var (writing, last): ([PostgresConnection.Step], PostgresConnection.Step?) = ([], nil)
        for message in waiting {
            let change = history.change(by: .correction(message.row.document), message.content, rule: message.rule) {
                known.contains(message.content)
            }
            let write = change.asWaited(content: message.content, first: sale.content)
            guard case .step(let step) = write else {
                repeats.add(write, message, to: sale.id)
                continue
            }
            writing += appending(step, to: sale.id, sent: sent, message, &counts)
            (history.document, history.step) = (step.row.document, step.number)
            known.insert(message.content)
            sent = step.destinations(after: sent)
            last = present(step, of: sale.id, message)
            // Documents may be large, and all of them are sent before an answer is read.
            guard writing.count >= 200 else { continue }
            _ = try connection.run(writing)
            writing = []
        }
        writing += [last].compactMap(\.self)
        if !writing.isEmpty { _ = try connection.run(writing) }
    }
}

extension PostgresStatement {
    fileprivate static let selectKey = Self(
        "select_key", "SELECT conversion FROM duplicate_key WHERE digest = $1::uuid AND scope = $2::text")
    fileprivate static let selectByOrder = Self(
        "select_by_order",
        """
        SELECT id FROM conversion
        WHERE \(SQLDialect.postgres.equalsOrder("order_id", "$1::text")) AND source = $2::text AND root IS NULL
        ORDER BY root DESC, id DESC LIMIT 1
        """)
    /// The present document and its step, and the first message's content.
    fileprivate static let selectPresent = Self(
        "select_present",
        """
        SELECT t.document, coalesce(l.step, 0), f.digest FROM conversion c
        LEFT JOIN conversion l ON l.id = c.latest JOIN content t ON t.conversion = coalesce(c.latest, c.id)
        JOIN content f ON f.conversion = c.id WHERE c.id = $1::uuid
        """)
    fileprivate static let selectStep = Self(
        "select_step",
        """
        SELECT id FROM conversion WHERE root = $1::uuid AND digest = $2::uuid LIMIT 1
        """)
    fileprivate static let selectSteps = Self(
        "select_steps", "SELECT digest FROM conversion WHERE root = $1::uuid AND digest IS NOT NULL")
    /// The index gives each destination of the corrections by one look, however many corrections there are.
    fileprivate static let selectDestinations = Self(
        "select_destinations",
        """
        WITH RECURSIVE sent (destination) AS (
            (SELECT destination FROM delivery WHERE root = $1::uuid ORDER BY destination LIMIT 1)
            UNION ALL
            SELECT (SELECT d.destination FROM delivery d WHERE d.root = $1 AND d.destination > s.destination ORDER BY d.destination LIMIT 1)
            FROM sent s WHERE s.destination IS NOT NULL
        )
        SELECT destination FROM sent WHERE destination IS NOT NULL
        UNION SELECT destination FROM delivery WHERE conversion = $1 ORDER BY destination
        """)
    fileprivate static let insertCorrection = Self(
        "insert_correction",
        """
        INSERT INTO conversion (id, source, tracker, received_at, type, status, order_id, click_id, amount, currency, refunded, root, step,
            digest)
        VALUES ($1::uuid, $2::text, $3::text, $4::bigint, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text, $12::uuid,
            $13::bigint, $14::uuid)
        """)
    fileprivate static let insertContent = Self(
        "insert_content",
        """
        INSERT INTO content (conversion, digest, document, request, missed)
        VALUES ($1::uuid, $2::uuid, $3::bytea, $4::bytea, $5::text)
        """)
    fileprivate static let updateRoot = Self(
        "update_root",
        """
        UPDATE conversion SET latest = $2::uuid, status = $3::text, amount = $4::text, currency = $5::text, refunded = $6::text
        WHERE id = $1::uuid
        """)
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
        "SELECT id FROM waiting WHERE key = $1::uuid AND scope = $2::text AND source = $3::text AND digest = $4::uuid")
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
        "DELETE FROM waiting WHERE key = $1::uuid AND scope = $2::text AND source = $3::text AND digest = $4::uuid RETURNING 1")
    fileprivate static let moveKey = Self(
        "move_key",
        """
        UPDATE duplicate_key k SET conversion = $3::uuid, expires_at = (SELECT received_at FROM conversion WHERE id = $3::uuid) + $4::bigint
        WHERE k.digest = $1::uuid AND k.scope = $2::text AND NOT EXISTS (
            SELECT 1 FROM conversion c WHERE c.id = k.conversion AND c.root IS NULL)
        """)
    fileprivate static let deleteWaiting = Self(
        "delete_waiting", "DELETE FROM waiting WHERE key = $1::uuid AND scope = $2::text AND source = $3::text")
}
