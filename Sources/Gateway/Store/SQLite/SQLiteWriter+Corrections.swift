import Mappings
import Rules

extension SQLiteWriter {
    /// A message under a key that `holder` holds.
    func receiveRepeat(_ queued: QueuedSubmission, of holder: KeyHolder) throws(SQLiteFailure) -> Acceptance {
        let message = queued.message
        if let original = queued.submission.copyOf {
            try write(.otherRepeat(note: HistoryWrite.copyNote), message, to: original)
            return .duplicate(of: holder.id, sameContent: message.content == holder.content)
        }
        let isNew = try remember(queued.submission.signature, of: holder.id, at: message.row.receivedAt)
        var change: HistoryChange =
            queued.submission.repeats.corrects
            ? try self.change(of: holder.id, by: message, .repeated(message.row.document)) : .unchanged(note: nil)
        if !isNew { change = change.ofReplay }
        let (write, acceptance) = change.asRepeat(message.id, of: holder.id, content: message.content, first: holder.content)
        if isNew, write.isNothing { try forget(queued.submission.signature, of: holder.id) }
        try self.write(write, message, to: holder.id)
        return acceptance
    }

    /// - Returns: nil, and nothing is changed, if this transaction has applied enough corrections.
    func correct(_ queued: QueuedSubmission) throws(SQLiteFailure) -> CorrectionResult? {
        if hasManySteps { return nil }
        let (submission, message) = (queued.submission, queued.message)
        let holder = try holder(of: submission, everHeld: true)
        let target = try CorrectionTarget(holder: holder, keys: submission.keys) { () throws(SQLiteFailure) in
            try newest(withOrder: message.row.orderID, of: submission.sources)
        }
        switch target {
        case .conflict(let id): return .conflict(with: id)
        case .nowhere: return .notFound
        case .waits(let key):
            if let first = try earlierSender(of: queued.submission.signature, than: message) { return .unchanged(first, note: nil) }
            let result = try wait(queued, for: key, source: try number(of: message.row.source))
            if case .tooManyWait = result { try forget(queued.submission.signature, of: message.id) }
            return result
        case .conversion(let root):
            let isNew = try remember(queued.submission.signature, of: root, at: message.row.receivedAt)
            var change = try change(of: root, by: message, .correction(message.row.document))
            if !isNew { change = change.ofReplay }
            let (write, result) = change.asCorrection(message.id, of: root, content: message.content, first: try digest(of: root))
            if isNew, write.isNothing { try forget(queued.submission.signature, of: root) }
            try self.write(write, message, to: root)
            if !submission.sharedWith.isEmpty, result.hasArrived { try endWaiting(queued, at: root) }
            return result
        }
    }

    /// For a message that was refused: its sender, or an operator, may send the same again when it is possible.
    private func forget(_ signature: DuplicateKey?, of conversion: ConversionID) throws(SQLiteFailure) {
        if let signature { try giveBack(signature, of: conversion) }
    }

    // MARK: Histories

    private func change(
        of root: ConversionID, by message: QueuedMessage, _ content: CorrectionRule.Message
    ) throws(SQLiteFailure) -> HistoryChange {
        let history = try first(
            """
            SELECT t.document, coalesce(l.step, 0), f.digest FROM conversion c LEFT JOIN conversion l ON l.id = c.latest
            JOIN content t ON t.id = coalesce(l.content, c.content) JOIN content f ON f.id = c.content WHERE c.id = ?1
            """, root
        ) { StoredHistory(document: $0.bytes(0), step: $0.int(1), firstContent: $0.digest(2)) }
        guard let history else { return .unchanged(note: nil) }
        return try history.change(by: content, message.content, rule: message.rule) { () throws(SQLiteFailure) in
            try first("SELECT 1 FROM conversion WHERE root = ?1 AND digest = ?2 LIMIT 1", root, message.content) { _ in true } ?? false
        }
    }

    func write(_ write: HistoryWrite, _ message: QueuedMessage, to root: ConversionID) throws(SQLiteFailure) {
        switch write {
        case .nothing: break
        case .equalRepeat(let note): try statements.countEqualRepeat.run(root, message.row.receivedAt, note)
        case .otherRepeat(let note): try keepRepeat(message, of: root, note: note)
        case .step(let step): try append(step, to: root, message)
        }
    }

    private func append(_ step: HistoryStep, to root: ConversionID, _ message: QueuedMessage) throws(SQLiteFailure) {
        let (row, came) = (step.row, message.row)
        countStep()
        try statements.insertContent.run(message.content, row.document, message.request, step.way.missed.text)
        let content = lastRowID
        let sent = try destinations(of: root)
        try run(
            """
            INSERT INTO conversion (id, source, tracker, received_at, type, status, order_id, click_id, amount, currency, content, refunded,
                root, step, digest)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15)
            """, came.id, try number(of: came.source), try number(of: came.tracker), came.receivedAt, row.type, row.status, row.orderID,
            row.clickID, row.amount, row.currency, content, row.refunded, root, step.number, message.content)
        try run(
            "UPDATE conversion SET latest = ?2, status = ?3, amount = ?4, currency = ?5, refunded = ?6 WHERE id = ?1", root, came.id,
            row.status, row.amount, row.currency, row.refunded)
        for name in step.destinations(after: sent) {
            let destination = try number(of: name)
            let place = HistoryPlace(root: root, step: step.number)
            guard try insertDelivery(came.id, to: destination, at: came.receivedAt, place: place) else { continue }
            try keepOrder(of: came.id, at: place, to: destination)
        }
    }

    /// Where the history was sent. The index gives each destination of its corrections by one look, however many corrections there are.
    private func destinations(of root: ConversionID) throws(SQLiteFailure) -> [String] {
        try rows(
            """
            WITH RECURSIVE sent(destination) AS (
                SELECT min(destination) FROM delivery INDEXED BY delivery_history WHERE root = ?1
                UNION ALL
                SELECT (SELECT min(d.destination) FROM delivery d INDEXED BY delivery_history WHERE d.root = ?1 AND d.destination > s.destination)
                FROM sent s WHERE s.destination IS NOT NULL
            )
            SELECT n.text FROM (SELECT destination FROM sent UNION SELECT destination FROM delivery WHERE conversion = ?1) d
            JOIN name n ON n.id = d.destination ORDER BY d.destination
            """, root
        ) { $0.text(0) }
    }

    private func newest(withOrder orderID: String?, of sources: [String]) throws(SQLiteFailure) -> ConversionID? {
        guard let orderID else { return nil }
        for source in try numbers(of: sources) {
            let found = try first(
                "SELECT id FROM conversion WHERE order_id = ?1 AND source = ?2 AND root IS NULL ORDER BY id DESC LIMIT 1", orderID, source
            ) { $0.id(0) }
            if let found { return found }
        }
        return nil
    }

    func numbers(of sources: [String]) throws(SQLiteFailure) -> [Int64] {
        var numbers: [Int64] = []
        for source in sources { numbers.append(try number(of: source)) }
        return numbers
    }

    // MARK: Repeats

    /// Keeps a repeat whose content differs from the first message, or counts it if it is known or if enough are kept.
    private func keepRepeat(_ message: QueuedMessage, of conversion: ConversionID, note: String?) throws(SQLiteFailure) {
        let receivedAt = message.row.receivedAt
        if try statements.countKnownRepeat.run(conversion, receivedAt, message.content, note) > 0 { return }
        let last = try first("SELECT coalesce(max(number), 0) FROM repeat WHERE conversion = ?1", conversion) { $0.int(0) } ?? 0
        guard last < RepeatRow.keptWhole else {
            try run(
                """
                INSERT INTO repeat (conversion, number, received_at, count) VALUES (?1, ?2, ?3, 1)
                ON CONFLICT (conversion, number) DO UPDATE SET count = count + 1, received_at = excluded.received_at
                """, conversion, RepeatRow.keptWhole + 1, receivedAt)
            return
        }
        try run(
            """
            INSERT INTO repeat (conversion, number, received_at, count, digest, document, request, note)
            VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)
            """, conversion, last + 1, receivedAt, message.content, message.row.document, message.request, note)
    }

    // MARK: Before the sale

    /// Takes the key for the conversion to come, so that its arrival is noticed at no cost to others. An equal correction waits once.
    private func wait(_ queued: QueuedSubmission, for key: DuplicateKey, source: Int64) throws(SQLiteFailure) -> CorrectionResult {
        let (message, row, scope, limits) = (
            queued.message, queued.message.row, try scopeNumber(key.scope), queued.submission.waiting
        )
        let equal = try first(
            "SELECT id FROM waiting WHERE key = ?1 AND scope = ?2 AND source = ?3 AND digest = ?4", key.digest.kept, scope, source,
            message.content
        ) { $0.id(0) }
        if let equal {
            let note = message.noteIfKnown
            if let note, equal != row.id { try keepRepeat(message, of: equal, note: note) }
            return .waits(row.id, first: equal, note: note)
        }
        let ofKey = try first(
            "SELECT count(*) FROM waiting WHERE key = ?1 AND scope = ?2 AND source = ?3", key.digest.kept, scope, source
        ) { $0.int(0) }
        let ofSource = try waiting(of: source, atMost: limits.perSource)
        if let excess = limits.excess(ofKey: ofKey ?? 0, ofSource: ofSource) { return .tooManyWait(excess) }
        var held = key
        held.lifetime = nil
        _ = try take(held, for: row, with: statements.insertKey)
        try run(
            """
            INSERT INTO waiting (id, key, scope, source, tracker, received_at, order_id, digest, document, request)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """, row.id, key.digest.kept, scope, source, try number(of: row.tracker), row.receivedAt, row.orderID, message.content,
            row.document, message.request)
        waitingCounts[source] = ofSource + 1
        return .waiting
    }

    /// Counted once in a transaction.
    private func waiting(of source: Int64, atMost limit: Int) throws(SQLiteFailure) -> Int {
        if let count = waitingCounts[source] { return count }
        let count = try first(
            "SELECT count(*) FROM (SELECT 1 FROM waiting INDEXED BY waiting_source WHERE source = ?1 LIMIT ?2)", source, limit
        ) { $0.int(0) }
        return count ?? 0
    }

    /// What waited for this conversion becomes its history, in the order in which it came; what changes nothing is kept with its reason.
    func applyWaiting(for keys: [DuplicateKey], of submission: Submission, to sale: QueuedMessage) throws(SQLiteFailure) {
        var waiting: [(number: Int64, message: QueuedMessage)] = []
        let sources = try numbers(of: submission.sources)
        for key in keys {
            let scope = try scopeNumber(key.scope)
            for source in sources {
                let found = try rows(
                    """
                    SELECT w.id, s.text, k.text, w.received_at, w.order_id, w.document, w.request, w.digest, w.number
                    FROM waiting w JOIN name s ON s.id = w.source JOIN name k ON k.id = w.tracker
                    WHERE w.key = ?1 AND w.scope = ?2 AND w.source = ?3 ORDER BY w.number
                    """, key.digest.kept, scope, source
                ) { ($0.int64(8), $0.waited(rule: sale.rule)) }
                if found.isEmpty { continue }
                _ = try take(key, for: sale.row, with: statements.replaceKey)
                try run("DELETE FROM waiting WHERE key = ?1 AND scope = ?2 AND source = ?3", key.digest.kept, scope, source)
                waitingCounts[source]? -= found.count
                waiting += found
            }
        }
        for (_, message) in waiting.sorted(by: { $0.number < $1.number }) {
            try moveRepeats(of: message.id, to: sale.id)
            let change = try change(of: sale.id, by: message, .correction(message.row.document))
            try write(change.asWaited(content: message.content, first: sale.content), message, to: sale.id)
        }
    }

    /// Those of a correction that waited become those of its conversion.
    private func moveRepeats(of waiting: ConversionID, to root: ConversionID) throws(SQLiteFailure) {
        try run(
            """
            UPDATE repeat SET conversion = ?2, number = (SELECT coalesce(max(number), 0) + 1 FROM repeat WHERE conversion = ?2)
            WHERE conversion = ?1
            """, waiting, root)
    }

    /// A correction that came again and has found its conversion no longer waits: its source began to share orders meanwhile.
    private func endWaiting(_ queued: QueuedSubmission, at root: ConversionID) throws(SQLiteFailure) {
        let source = try number(of: queued.message.row.source)
        for key in queued.submission.keys {
            let (digest, scope) = (key.digest.kept, try scopeNumber(key.scope))
            let waited = try rows(
                "DELETE FROM waiting WHERE key = ?1 AND scope = ?2 AND source = ?3 AND digest = ?4 RETURNING id", digest, scope, source,
                queued.message.content
            ) { $0.id(0) }
            if waited.isEmpty { continue }
            for id in waited { try moveRepeats(of: id, to: root) }
            // The key is the conversion's from now on.
            try run(
                """
                UPDATE duplicate_key SET conversion = ?3, expires_at = (SELECT received_at FROM conversion WHERE id = ?3) + ?4
                WHERE digest = ?1 AND scope = ?2 AND NOT EXISTS (
                    SELECT 1 FROM conversion c WHERE c.id = duplicate_key.conversion AND c.root IS NULL)
                """, digest, scope, root, key.heldFor?.sql ?? .null)
        }
        waitingCounts[source] = nil
    }
}
