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
        if let original = queued.submission.copyOf {
            repeats.add(.otherRepeat(note: HistoryWrite.copyNote), message, to: original)
            return .duplicate(of: holder.id, sameContent: message.content == holder.content)
        }
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
            let result = try wait(queued, for: key, &repeats, &waiting, connection)
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

    func newest(of submission: Submission, _ connection: PostgresConnection) throws(PostgresFailure) -> ConversionID? {
        guard let orderID = submission.conversion.orderID else { return nil }
        for source in submission.sources {
            if let found = try connection.run(.selectByOrder, PostgresParameters(orderID, source)).first { return found.id(0) }
        }
        return nil
    }

    /// The history is read once; what each message makes of it is known without another look.
    func apply(
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
}
