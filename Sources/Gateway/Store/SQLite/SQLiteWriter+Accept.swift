import Mappings
import Rules

/// A submission on its way to the writer, with what could be computed before its turn.
struct QueuedSubmission: Sendable {
    var submission: Submission
    /// The request as the column holds it.
    var request: [UInt8]

    init(_ submission: Submission) {
        self.submission = submission
        request = submission.request.encoded
    }

    /// A message that the store kept until now.
    init(_ message: ConversionRow, request: [UInt8], content: Digest32, rule: CorrectionRule) {
        let empty = StoredRequest(method: "", target: "", headers: [], body: [], peer: "")
        submission = Submission(conversion: message, request: empty, keys: [], content: content, destinations: [], rule: rule)
        self.request = request
    }
}

extension SQLiteWriter {
    /// Repeats of other content that are kept whole, per conversion.
    static let keptRepeats = 100

    /// Takes the keys first: an insert that changes nothing means that somebody holds the key, so a new conversion costs no lookup.
    func accept(_ queued: QueuedSubmission) throws(SQLiteFailure) -> Acceptance {
        let submission = queued.submission
        let conversion = submission.conversion
        let source = try number(of: conversion.source)
        let tracker = try number(of: conversion.tracker)

        var isAwaited = false
        for key in submission.keys where try !take(key, for: conversion, with: statements.insertKey) {
            if let holder = try holder(of: submission.keys, for: conversion, source: source) {
                for key in submission.keys { try giveBack(key, of: conversion.id) }
                if holder.isOthers { return .conflict(with: holder.id) }
                return try receiveRepeat(queued, of: holder.id)
            }
            // Whoever held one of the keys held it too long ago, or waits for this conversion.
            for key in submission.keys { _ = try take(key, for: conversion, with: statements.replaceKey) }
            isAwaited = true
            break
        }

        let content = statements.insertContent
        content.bind(1, submission.content)
        content.bind(2, conversion.document)
        content.bind(3, queued.request)
        try content.run()
        let contentID = lastRowID

        guard try insert(conversion, source: source, tracker: tracker, content: contentID) else {
            // The same id again: the caller did not hear of the first commit.
            let delete = statements.deleteContent
            delete.bind(1, contentID)
            try delete.run()
            return .duplicate(of: conversion.id, sameContent: try keepRepeat(queued, of: conversion.id))
        }
        for destination in submission.destinations {
            try insertDelivery(conversion.id, to: try number(of: destination), at: conversion.receivedAt)
        }
        if isAwaited { for key in submission.keys { try applyWaiting(for: key, to: submission) } }
        if let key = submission.awaitedKey { try applyWaiting(for: key, to: submission) }
        FaultPoint.beforeCommit.reached()
        return .stored
    }

    /// False where the delivery exists.
    @discardableResult
    func insertDelivery(_ conversion: ConversionID, to destination: Int64, at time: Timestamp) throws(SQLiteFailure) -> Bool {
        let insert = statements.insertDelivery
        insert.bind(1, conversion)
        insert.bind(2, destination)
        insert.bind(3, time)
        guard try insert.run() > 0 else { return false }
        count(1, destination: destination, state: .pending)
        return true
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
        statement.bind(1, key.digest)
        statement.bind(2, try scopeNumber(key.scope))
        statement.bind(3, conversion.id)
        statement.bind(4, key.lifetime.map { conversion.receivedAt.advanced(by: $0) })
        return try statement.run() > 0
    }

    private func giveBack(_ key: DuplicateKey, of conversion: ConversionID) throws(SQLiteFailure) {
        let delete = statements.deleteKeys
        delete.bind(1, key.digest)
        delete.bind(2, try scopeNumber(key.scope))
        delete.bind(3, conversion)
        try delete.run()
    }

    func scopeNumber(_ scope: DuplicateKey.Scope) throws(SQLiteFailure) -> Int64 {
        switch scope {
        case .source(let name): try number(of: name)
        case .tracker(let name): -(try number(of: name))
        }
    }

    /// The oldest conversion that holds one of the keys at the newcomer's time; the source's own go before another's.
    ///
    /// - Parameter everHeld: a key whose time has passed counts too.
    func holder(
        of keys: [DuplicateKey],
        for newcomer: ConversionRow,
        source: Int64,
        everHeld: Bool = false
    ) throws(SQLiteFailure) -> (id: ConversionID, isOthers: Bool)? {
        var found: (id: ConversionID, isOthers: Bool)?
        for key in keys {
            let select = statements.selectHolder
            select.bind(1, key.digest)
            select.bind(2, try scopeNumber(key.scope))
            guard try select.step() else { continue }
            let id = select.id(0)
            let expiry = select.optionalTimestamp(1)
            let isOthers = select.int64(2) != source
            select.reset()
            if let expiry, expiry <= newcomer.receivedAt, !everHeld { continue }
            if let best = found, (best.isOthers ? 1 : 0, best.id) <= (isOthers ? 1 : 0, id) { continue }
            found = (id, isOthers)
        }
        return found
    }

    // MARK: Repeats

    /// Counts an equal repeat, keeps another. Returns whether it was equal to the first.
    func keepRepeat(_ queued: QueuedSubmission, of conversion: ConversionID, note: String? = nil) throws(SQLiteFailure) -> Bool {
        let receivedAt = queued.submission.conversion.receivedAt
        if try isFirst(queued.submission.content, of: conversion) {
            try countEqual(of: conversion, at: receivedAt, note: note)
            return true
        }

        let known = statements.countKnownRepeat
        known.bind(1, conversion)
        known.bind(2, receivedAt)
        known.bind(3, queued.submission.content)
        known.bind(4, note)
        if try known.run() > 0 { return false }

        let last = statements.lastRepeat
        last.bind(1, conversion)
        let number = try last.step() ? last.int(0) + 1 : 1
        last.reset()
        guard number <= Self.keptRepeats else {
            let lost = statements.countLostRepeat
            lost.bind(1, conversion)
            lost.bind(2, receivedAt)
            try lost.run()
            return false
        }
        let insert = statements.insertRepeat
        insert.bind(1, conversion)
        insert.bind(2, number)
        insert.bind(3, receivedAt)
        insert.bind(4, queued.submission.content)
        insert.bind(5, queued.submission.conversion.document)
        insert.bind(6, queued.request)
        insert.bind(7, note)
        try insert.run()
        return false
    }

    /// Whether the first message under this id said the same.
    func isFirst(_ content: Digest32, of conversion: ConversionID) throws(SQLiteFailure) -> Bool {
        let digest = statements.selectDigest
        digest.bind(1, conversion)
        defer { digest.reset() }
        return try digest.step() && digest.equals(0, content)
    }

    func countEqual(of conversion: ConversionID, at time: Timestamp, note: String? = nil) throws(SQLiteFailure) {
        let count = statements.countEqualRepeat
        count.bind(1, conversion)
        count.bind(2, time)
        count.bind(3, note)
        try count.run()
    }
}
