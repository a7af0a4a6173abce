import Mappings
import Rules

extension SQLiteWriter {
    /// Takes the keys first: an insert that changes nothing means that a conversion holds the key, so a new conversion costs no lookup.
    /// - Returns: nil, and nothing is changed, if it may apply corrections and this transaction has applied enough.
    func accept(_ queued: QueuedSubmission) throws(SQLiteFailure) -> Acceptance? {
        let submission = queued.submission
        let (conversion, message) = (submission.conversion, queued.message)
        let source = try number(of: conversion.source)
        let tracker = try number(of: conversion.tracker)

        if !submission.awaitedKeys.isEmpty, hasManySteps { return nil }
        var isAwaited = false
        for key in submission.keys where try !take(key, for: conversion, with: statements.insertKey) {
            if let holder = try holder(of: submission) {
                if holder.id == conversion.id { return try receiveItself(message) }
                for key in submission.keys { try giveBack(key, of: conversion.id) }
                if holder.isSameRequest { return .secondTry(of: holder.id) }
                if hasManySteps, submission.repeats.corrects, !holder.isOthers { return nil }
                return holder.isOthers ? .conflict(with: holder.id) : try receiveRepeat(queued, of: holder)
            }
            // The key's holder held it too long ago, or waits for this conversion.
            let first = try messageWithout(conversionOf: submission.signature, at: conversion.receivedAt, otherThan: conversion.id)
            if hasManySteps || first != nil {
                for key in submission.keys { try giveBack(key, of: conversion.id) }
                return first.map { .duplicate(of: $0, sameContent: false) }
            }
            for key in submission.keys { _ = try take(key, for: conversion, with: statements.replaceKey) }
            isAwaited = true
            break
        }

        try insert(message, missed: submission.missed.text)
        let contentID = lastRowID

        guard try insert(conversion, source: source, tracker: tracker, content: contentID) else {
            try statements.deleteContent.run(contentID)
            return try receiveItself(message)
        }
        for destination in submission.destinations {
            try insertDelivery(conversion.id, to: try number(of: destination), at: conversion.receivedAt)
        }
        let awaited = isAwaited ? submission.keys + submission.awaitedKeys : submission.awaitedKeys
        if !awaited.isEmpty { try applyWaiting(for: awaited, of: submission, to: message) }
        FaultPoint.beforeCommit.reached()
        return .stored
    }

    /// The same id again: the caller did not get the result of the first commit. Its keys stay its own.
    private func receiveItself(_ message: QueuedMessage) throws(SQLiteFailure) -> Acceptance {
        let id = message.id
        let first = try digest(of: id)
        try write(.repeat(message.content, of: first), message, to: id)
        return .duplicate(of: id, sameContent: message.content == first)
    }

    /// False if the delivery exists.
    ///
    /// - Parameter place: of a conversion that has corrections, or is one.
    @discardableResult
    func insertDelivery(
        _ conversion: ConversionID, to destination: Int64, at time: Timestamp, place: HistoryPlace? = nil
    ) throws(SQLiteFailure) -> Bool {
        let step = place.flatMap { $0.step > 0 ? $0 : nil }
        let insert = statements.insertDelivery
        insert.bind(1, conversion)
        insert.bind(2, destination)
        insert.bind(3, time)
        insert.bind(4, step?.root.sql ?? .null)
        insert.bind(5, step?.step.sql ?? .null)
        guard try insert.run() > 0 else { return false }
        count(1, destination: destination, state: .pending)
        return true
    }

    private func insert(_ message: QueuedMessage, missed: String) throws(SQLiteFailure) {
        let insert = statements.insertContent
        insert.bind(1, message.content)
        insert.bind(4, missed)
        var failure: SQLiteFailure?
        message.row.document.withUnsafeBytes { document in
            message.request.withUnsafeBytes { request in
                insert.bind(2, lent: document)
                insert.bind(3, lent: request)
                do throws(SQLiteFailure) { try insert.run() } catch { failure = error }
            }
        }
        if let failure { throw failure }
    }

    private func insert(_ row: ConversionRow, source: Int64, tracker: Int64, content: Int64) throws(SQLiteFailure) -> Bool {
        let insert = statements.insertConversion
        insert.bind(1, row.id)
        insert.bind(2, source)
        insert.bind(3, tracker)
        insert.bind(4, row.receivedAt)
        insert.bind(5, row.type)
        insert.bind(6, row.status)
        insert.bind(7, row.orderID)
        insert.bind(8, row.clickID)
        insert.bind(9, row.amount)
        insert.bind(10, row.currency)
        insert.bind(11, content)
        return try insert.run() > 0
    }

    // MARK: Keys

    func take(_ key: DuplicateKey, for conversion: ConversionRow, with statement: PreparedStatement) throws(SQLiteFailure) -> Bool {
        statement.bind(1, key.digest.kept)
        statement.bind(2, try scopeNumber(key.scope))
        statement.bind(3, conversion.id)
        statement.bind(4, key.lifetime.map { conversion.receivedAt.advanced(by: $0) })
        return try statement.run() > 0
    }

    /// Remembers a message's signature as one of a conversion. False if it came before.
    func remember(_ signature: DuplicateKey?, of conversion: ConversionID, at time: Timestamp) throws(SQLiteFailure) -> Bool {
        guard let signature else { return true }
        let insert = statements.insertKey
        insert.bind(1, signature.digest.kept)
        insert.bind(2, try scopeNumber(signature.scope))
        insert.bind(3, conversion)
        insert.bind(4, signature.lifetime.map { time.advanced(by: $0) })
        return try insert.run() > 0
    }

    /// The message that came first with this signature; nil if it is this one, which is remembered.
    func earlierSender(of signature: DuplicateKey?, than message: QueuedMessage) throws(SQLiteFailure) -> ConversionID? {
        guard let signature, try !remember(signature, of: message.id, at: message.row.receivedAt) else { return nil }
        let holder = try first(
            "SELECT conversion FROM duplicate_key WHERE digest = ?1 AND scope = ?2", signature.digest.kept, try scopeNumber(signature.scope)
        ) { $0.id(0) }
        return holder == message.id ? nil : holder
    }

    /// The correction that came first with this signature and has not become a step: it waits for its conversion, or waited and changed nothing.
    private func messageWithout(
        conversionOf signature: DuplicateKey?, at time: Timestamp, otherThan id: ConversionID
    ) throws(SQLiteFailure) -> ConversionID? {
        guard let signature else { return nil }
        return try first(
            """
            SELECT conversion FROM duplicate_key
            WHERE digest = ?1 AND scope = ?2 AND conversion <> ?3 AND (expires_at IS NULL OR expires_at > ?4)
            """, signature.digest.kept, try scopeNumber(signature.scope), id, time
        ) { $0.id(0) }
    }

    func giveBack(_ key: DuplicateKey, of conversion: ConversionID) throws(SQLiteFailure) {
        try statements.deleteKeys.run(key.digest.kept, try scopeNumber(key.scope), conversion)
    }

    func scopeNumber(_ scope: DuplicateKey.Scope) throws(SQLiteFailure) -> Int64 {
        switch scope {
        case .source(let name): try number(of: name)
        case .tracker(let name): -(try number(of: name))
        }
    }

    /// The conversion that holds one of the submission's keys.
    func holder(of submission: Submission, everHeld: Bool = false) throws(SQLiteFailure) -> KeyHolder? {
        var holders: [KeyHolder] = []
        let sources = try numbers(of: submission.sources)
        let select = statements.selectHolder
        for key in submission.keys {
            select.bindAll(key.digest.kept, try scopeNumber(key.scope))
            let holder = try select.first {
                KeyHolder(id: $0.id(0), of: $0.int64(2), own: sources, expiresAt: $0.optionalTimestamp(1), content: $0.digest(3))
            }
            if var holder {
                holder.isSameRequest = key == submission.requestID
                holders.append(holder)
            }
        }
        return KeyHolder.first(among: holders, at: submission.conversion.receivedAt, everHeld: everHeld)
    }

    /// The content of the first message under this id.
    func digest(of conversion: ConversionID) throws(SQLiteFailure) -> KeptDigest? {
        try first("SELECT t.digest FROM conversion c JOIN content t ON t.id = c.content WHERE c.id = ?1", conversion) { $0.digest(0) }
    }
}
