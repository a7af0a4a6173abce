import Mappings
import Rules

/// Messages that change a conversion. They are rare, so each is taken by itself; the first message of the history is locked meanwhile, so
/// that a history has one order on all nodes.
extension PostgresWriter {
    /// What a message under a held key does: nothing where it is known, else what its source's policy says.
    func receiveRepeat(
        _ queued: QueuedSubmission, of root: ConversionID, digest: Digest32, _ repeats: inout PostgresRepeats, _ counts: inout Counts,
        _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Acceptance {
        let submission = queued.submission
        guard submission.repeats.corrects else { return repeats.add(queued, of: root, digest: digest) }
        switch try correct(root, by: queued, .repeated(submission.conversion.document), &repeats, &counts, connection) {
        case .applied: return .corrected(root, by: submission.conversion.id)
        case .refused(let failure):
            return repeats.add(queued, of: root, digest: digest, note: "cannot be: \(failure.sentence)")
        case .unchanged(let note): return repeats.add(queued, of: root, digest: digest, note: note)
        case .known: return .duplicate(of: root, sameContent: true)
        }
    }

    /// Several corrections in one transaction, one after the other.
    func correct(
        _ inputs: [QueuedSubmission], _ connection: PostgresConnection, isRetry: Bool
    ) throws(PostgresFailure) -> [CorrectionResult] {
        var results: [CorrectionResult] = []
        var counts = Counts()
        var repeats = PostgresRepeats()
        _ = try connection.run(.begin)
        for input in inputs {
            if isRetry, let root = try root(of: input.submission.conversion.id, connection) {
                results.append(.applied(root, correction: input.submission.conversion.id))
            } else {
                results.append(try correct(input, &repeats, &counts, connection))
            }
        }
        try repeats.keepOthers(connection)
        _ = try connection.run(repeats.equalSteps + step(counts, .intake) + [(ending, PostgresParameters())])
        return results
    }

    private func correct(
        _ queued: QueuedSubmission, _ repeats: inout PostgresRepeats, _ counts: inout Counts, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> CorrectionResult {
        let message = queued.submission.conversion
        let holders = KeyHolders(try connection.run(.selectHolders, Self.lookup([queued.submission])))
        let holder = holders.holder(of: queued.submission, everHeld: true)
        if let holder, holder.isOthers { return .conflict(with: holder.id) }
        var found = holder?.id
        if found == nil { found = try newest(of: message, connection) }
        guard let root = found else {
            guard let key = queued.submission.keys.first else { return .notFound }
            let first = try wait(queued, for: key, connection)
            return first == message.id ? .waiting : .unchanged(first, note: nil)
        }
        switch try correct(root, by: queued, .correction(message.document), &repeats, &counts, connection) {
        case .applied: return .applied(root, correction: message.id)
        case .refused(let failure): return .refused(failure)
        case .known: return .unchanged(root, note: nil)
        case .unchanged(let note):
            let first = try connection.run(.selectPresent, Self.id(root))
            repeats.add(queued, of: root, digest: first.isEmpty ? Digest32(words: (0, 0, 0, 0)) : first.digest(0, 3), note: note)
            return .unchanged(root, note: note)
        }
    }

    // MARK: Histories

    private enum Outcome {
        case applied
        case unchanged(note: String?)
        case refused(Failure)
        /// The same message was taken before.
        case known
    }

    /// Applies a message to the conversion as it stands, unless it did so before.
    private func correct(
        _ root: ConversionID, by queued: QueuedSubmission, _ message: CorrectionRule.Message, _ repeats: inout PostgresRepeats,
        _ counts: inout Counts, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Outcome {
        let submission = queued.submission
        var content = Self.id(root)
        content.add(submission.content)
        // The lock comes first; what is read behind it is what the last holder of the lock left.
        let results = try connection.run([
            (.lockFirst, Self.id(root)), (.selectPresent, Self.id(root)), (.selectStep, content), (.selectDestinations, Self.id(root)),
        ])
        let present = results[1]
        guard !present.isEmpty else { return .unchanged(note: nil) }
        let isFirst = present.digest(0, 3) == submission.content.kept
        if isFirst ? present.isNull(0, 2) : !results[2].isEmpty {
            repeats.addEqual(queued, of: root)
            return .known
        }
        switch submission.rule.step(message, present.bytes(0, 0)) {
        case .refused(let failure): return .refused(failure)
        case .unchanged(let note): return .unchanged(note: note)
        case .changed(let row, let routed):
            // The first message again after it was corrected: late, and never a change.
            if isFirst { return .unchanged(note: nil) }
            var destinations = results[3].rows.map { results[3].text($0, 0) }
            for name in routed where !destinations.contains(name) { destinations.append(name) }
            try append(row, to: root, at: present.int(0, 1) + 1, queued, destinations, &counts, connection)
            return .applied
        }
    }

    private func append(
        _ row: ConversionRow, to root: ConversionID, at step: Int, _ queued: QueuedSubmission, _ destinations: [String],
        _ counts: inout Counts, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        let message = queued.submission.conversion
        var correction = Self.id(message.id)
        correction.add(message.source)
        correction.add(message.tracker)
        correction.add(message.receivedAt)
        for text in [row.type, row.status, row.orderID, row.clickID, row.amount, row.currency, row.refunded] { correction.add(text) }
        correction.add(root)
        correction.add(step)
        var content = Self.id(message.id)
        content.add(queued.submission.content)
        content.add(row.document)
        content.add(queued.request)
        var present = Self.id(root)
        present.add(message.id)
        for text in [row.status, row.amount, row.currency, row.refunded] { present.add(text) }
        var steps: [PostgresConnection.Step] = [(.insertCorrection, correction), (.insertContent, content), (.updateRoot, present)]
        steps += insertDeliveries(of: message.id, to: destinations, at: message.receivedAt, &counts)
        for destination in destinations { steps += order(of: message.id, at: Place(root: root, step: step), to: destination) }
        _ = try connection.run(steps)
    }

    private func newest(of message: ConversionRow, _ connection: PostgresConnection) throws(PostgresFailure) -> ConversionID? {
        guard let orderID = message.orderID else { return nil }
        var parameters = PostgresParameters()
        parameters.add(orderID)
        parameters.add(message.source)
        let found = try connection.run(.selectByOrder, parameters)
        return found.isEmpty ? nil : found.id(0, 0)
    }

    private func root(of id: ConversionID, _ connection: PostgresConnection) throws(PostgresFailure) -> ConversionID? {
        let found = try connection.run(.selectPlace, Self.id(id))
        return found.isEmpty ? nil : found.optionalID(0, 0)
    }

    static func id(_ id: ConversionID) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.add(id)
        return parameters
    }

    // MARK: Before the sale

    /// Takes the key for the conversion to come, so that its arrival is noticed at no cost to others. An equal correction waits once; returns
    /// the one that does.
    private func wait(
        _ queued: QueuedSubmission, for key: DuplicateKey, _ connection: PostgresConnection
    ) throws(PostgresFailure) -> ConversionID {
        let message = queued.submission.conversion
        var held = key
        held.lifetime = nil
        let claim = [KeyClaim(held, message)]
        var own = queued.submission
        own.keys = [key]
        let results = try connection.run([
            (.lockAwaited, Self.awaited([key])), (.insertKeys, claim.parameters), (.lockHolders, Self.lookup([own])),
            (.selectHolders, Self.lookup([own])),
        ])
        // The conversion may have come on another node since this one looked for it; read after the lock, as `lockedHolders` does.
        let byKey = KeyHolders(results[3]).holder(of: own, everHeld: true)?.id
        let byOrder = try newest(of: message, connection)
        guard byKey == nil, byOrder == nil else {
            throw PostgresFailure(sqlState: "40001", message: "the conversion came in the same moment")
        }
        var parameters = Self.id(message.id)
        parameters.add(key.digest)
        parameters.add(key.scope.column)
        parameters.add(message.source)
        parameters.add(message.tracker)
        parameters.add(message.receivedAt)
        parameters.add(message.orderID)
        parameters.add(queued.submission.content)
        parameters.add(message.document)
        parameters.add(queued.request)
        var equal = PostgresParameters()
        equal.add(key.digest)
        equal.add(key.scope.column)
        equal.add(message.source)
        equal.add(queued.submission.content)
        let waiting = try connection.run([(.insertWaiting, parameters), (.selectEqualWaiting, equal)])[1]
        return waiting.isEmpty ? message.id : waiting.id(0, 0)
    }

    /// For conversions whose corrections would wait under another key. Whoever begins to wait there does so before or after this.
    func applyWaitingElsewhere(
        _ inputs: [QueuedSubmission], _ repeats: inout PostgresRepeats, _ counts: inout Counts, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        _ = try connection.run(.lockAwaited, Self.awaited(inputs.compactMap(\.submission.awaitedKey)))
        for input in inputs {
            if let key = input.submission.awaitedKey {
                try applyWaiting(for: key, to: input.submission, &repeats, &counts, connection)
            }
        }
    }

    /// Numbers of keys for `pg_advisory_xact_lock`, in one order.
    private static func awaited(_ keys: [DuplicateKey]) -> PostgresParameters {
        var numbers = PostgresArray(.bigint)
        for number in Set(keys.map { Int64(bitPattern: $0.digest.words.0) }).sorted() { numbers.append(number) }
        var parameters = PostgresParameters()
        parameters.add(numbers)
        return parameters
    }

    /// What waited for this conversion becomes its history, each a step of its own; what cannot is kept with its reason.
    func applyWaiting(
        for key: DuplicateKey, to submission: Submission, _ repeats: inout PostgresRepeats, _ counts: inout Counts,
        _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        let conversion = submission.conversion
        var parameters = PostgresParameters()
        parameters.add(key.digest)
        parameters.add(key.scope.column)
        parameters.add(conversion.source)
        let rows = try connection.run(.selectWaiting, parameters)
        if rows.isEmpty { return }
        var own = submission
        own.keys = [key]
        let holders = try lockedHolders(of: own, connection)
        var taking = [KeyClaim(key, conversion)].parameters
        taking.add(holders.ids)
        _ = try connection.run(.takeKeys, taking)
        for row in rows.rows {
            let waiting = ConversionRow(
                id: rows.id(row, 0), source: rows.text(row, 1), tracker: rows.text(row, 2), receivedAt: rows.timestamp(row, 3),
                orderID: rows.optionalText(row, 4), document: rows.bytes(row, 6))
            let message = QueuedSubmission(waiting, request: rows.bytes(row, 7), content: rows.digest(row, 5), rule: submission.rule)
            switch try correct(conversion.id, by: message, .correction(waiting.document), &repeats, &counts, connection) {
            case .applied, .known: break
            case .unchanged(let note):
                let why = note ?? "came before its conversion and changes nothing"
                repeats.add(message, of: conversion.id, digest: submission.content.kept, note: why)
            case .refused(let failure):
                let why = "came before its conversion and cannot be: \(failure.sentence)"
                repeats.add(message, of: conversion.id, digest: submission.content.kept, note: why)
            }
        }
        _ = try connection.run(.deleteWaiting, parameters)
    }
}

extension PostgresStatement {
    fileprivate static let selectByOrder = Self(
        "select_by_order",
        """
        SELECT id FROM conversion WHERE order_id = $1::text AND source = $2::text AND root IS NULL ORDER BY id DESC LIMIT 1
        """)
    static let selectPlace = Self("select_place", "SELECT root, step, latest IS NOT NULL FROM conversion WHERE id = $1::uuid")
    /// The present document and its step, the newest correction, and the first message's content.
    fileprivate static let selectPresent = Self(
        "select_present",
        """
        SELECT t.document, coalesce(l.step, 0), c.latest, f.digest FROM conversion c
        LEFT JOIN conversion l ON l.id = c.latest JOIN content t ON t.conversion = coalesce(c.latest, c.id)
        JOIN content f ON f.conversion = c.id WHERE c.id = $1::uuid
        """)
    fileprivate static let selectStep = Self(
        "select_step",
        """
        SELECT c.id FROM conversion c JOIN content t ON t.conversion = c.id WHERE c.root = $1::uuid AND t.digest = $2::uuid LIMIT 1
        """)
    fileprivate static let selectDestinations = Self(
        "select_destinations",
        """
        SELECT DISTINCT destination FROM delivery
        WHERE conversion IN (SELECT $1::uuid UNION ALL SELECT id FROM conversion WHERE root = $1::uuid) ORDER BY destination
        """)
    fileprivate static let insertCorrection = Self(
        "insert_correction",
        """
        INSERT INTO conversion (id, source, tracker, received_at, type, status, order_id, click_id, amount, currency, refunded, root, step)
        VALUES ($1::uuid, $2::text, $3::text, $4::bigint, $5::text, $6::text, $7::text, $8::text, $9::text, $10::text, $11::text, $12::uuid,
            $13::bigint)
        """)
    fileprivate static let insertContent = Self(
        "insert_content",
        "INSERT INTO content (conversion, digest, document, request) VALUES ($1::uuid, $2::uuid, $3::bytea, $4::bytea)")
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
    fileprivate static let selectWaiting = Self(
        "select_waiting",
        """
        SELECT id, source, tracker, received_at, order_id, digest, document, request FROM waiting
        WHERE key = $1::uuid AND scope = $2::text AND source = $3::text ORDER BY number
        """)
    fileprivate static let deleteWaiting = Self(
        "delete_waiting", "DELETE FROM waiting WHERE key = $1::uuid AND scope = $2::text AND source = $3::text")
}
