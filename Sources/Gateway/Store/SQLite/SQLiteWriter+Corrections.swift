import Mappings
import Rules

extension SQLiteWriter {
    /// What a message under a held key does: nothing where it is known, else what its source's policy says.
    func receiveRepeat(_ queued: QueuedSubmission, of root: ConversionID) throws(SQLiteFailure) -> Acceptance {
        let submission = queued.submission
        guard submission.repeats.corrects else { return .duplicate(of: root, sameContent: try keepRepeat(queued, of: root)) }
        switch try correct(root, by: queued, .repeated(submission.conversion.document)) {
        case .applied(let root, let correction): return .corrected(root, by: correction)
        case .refused(let failure):
            return .duplicate(of: root, sameContent: try keepRepeat(queued, of: root, note: "cannot be: \(failure.sentence)"))
        case .unchanged(_, let note): return .duplicate(of: root, sameContent: try keepRepeat(queued, of: root, note: note))
        case .known: return .duplicate(of: root, sameContent: true)
        }
    }

    func correct(_ queued: QueuedSubmission) throws(SQLiteFailure) -> CorrectionResult {
        let submission = queued.submission
        let message = submission.conversion
        let source = try number(of: message.source)
        let holder = try holder(of: submission.keys, for: message, source: source, everHeld: true)
        if let holder, holder.isOthers { return .conflict(with: holder.id) }
        var found = holder?.id
        if found == nil { found = try newest(withOrder: message.orderID, of: source) }
        guard let root = found else {
            guard let key = submission.keys.first else { return .notFound }
            let first = try wait(queued, for: key, source: source)
            return first == message.id ? .waiting : .unchanged(first, note: nil)
        }
        switch try correct(root, by: queued, .correction(message.document)) {
        case .applied(let root, let correction): return .applied(root, correction: correction)
        case .refused(let failure): return .refused(failure)
        case .known: return .unchanged(root, note: nil)
        case .unchanged(_, let note):
            _ = try keepRepeat(queued, of: root, note: note)
            return .unchanged(root, note: note)
        }
    }

    // MARK: Histories

    private enum Outcome {
        case applied(ConversionID, ConversionID)
        case unchanged(ConversionID, note: String?)
        case refused(Failure)
        /// The same message was taken before.
        case known
    }

    /// Applies a message to the conversion as it stands, unless it did so before.
    private func correct(
        _ root: ConversionID, by queued: QueuedSubmission, _ message: CorrectionRule.Message
    ) throws(SQLiteFailure) -> Outcome {
        let submission = queued.submission
        guard let present = try present(of: root) else { return .unchanged(root, note: nil) }
        let isFirst = try isFirst(submission.content, of: root)
        if try isFirst ? present.latest == nil : isStep(submission.content, of: root) {
            try countEqual(of: root, at: submission.conversion.receivedAt)
            return .known
        }
        switch submission.rule.step(message, present.document) {
        case .refused(let failure): return .refused(failure)
        case .unchanged(let note): return .unchanged(root, note: note)
        case .changed(let row, let destinations):
            // The first message again after it was corrected: late, and never a change.
            if isFirst { return .unchanged(root, note: nil) }
            try append(row, to: root, at: present.step + 1, queued, destinations)
            return .applied(root, submission.conversion.id)
        }
    }

    private func append(
        _ row: ConversionRow, to root: ConversionID, at step: Int, _ queued: QueuedSubmission, _ routed: [String]
    ) throws(SQLiteFailure) {
        let message = queued.submission.conversion
        let content = statements.insertContent
        content.bind(1, queued.submission.content)
        content.bind(2, row.document)
        content.bind(3, queued.request)
        try content.run()
        let contentID = lastRowID

        var destinations = try destinations(ofHistory: root)
        for name in routed {
            let destination = try number(of: name)
            if !destinations.contains(destination) { destinations.append(destination) }
        }

        let insert = statements.insertCorrection
        insert.bind(1, message.id)
        insert.bind(2, try number(of: message.source))
        insert.bind(3, try number(of: message.tracker))
        insert.bind(4, message.receivedAt)
        insert.bind(5, row.type)
        insert.bind(6, row.status)
        insert.bind(7, row.orderID)
        insert.bind(8, row.clickID)
        insert.bind(9, row.amount)
        insert.bind(10, row.currency)
        insert.bind(11, contentID)
        insert.bind(12, row.refunded)
        insert.bind(13, root)
        insert.bind(14, step)
        try insert.run()

        let update = statements.updateRoot
        update.bind(1, root)
        update.bind(2, message.id)
        update.bind(3, row.status)
        update.bind(4, row.amount)
        update.bind(5, row.currency)
        update.bind(6, row.refunded)
        try update.run()

        for destination in destinations where try insertDelivery(message.id, to: destination, at: message.receivedAt) {
            try keepOrder(of: message.id, at: Place(root: root, step: step), to: destination)
        }
    }

    private func present(of root: ConversionID) throws(SQLiteFailure) -> (document: [UInt8], step: Int, latest: ConversionID?)? {
        let select = statements.selectPresent
        select.bind(1, root)
        guard try select.step() else { return nil }
        defer { select.reset() }
        return (select.bytes(0), select.int(1), select.optionalID(2))
    }

    /// Whether a correction of this conversion said the same.
    private func isStep(_ content: Digest32, of root: ConversionID) throws(SQLiteFailure) -> Bool {
        let select = statements.selectStep
        select.bind(1, root)
        select.bind(2, content)
        defer { select.reset() }
        return try select.step()
    }

    private func destinations(ofHistory root: ConversionID) throws(SQLiteFailure) -> [Int64] {
        let select = statements.selectDestinations
        select.bind(1, root)
        var numbers: [Int64] = []
        while try select.step() { numbers.append(select.int64(0)) }
        return numbers
    }

    private func newest(withOrder orderID: String?, of source: Int64) throws(SQLiteFailure) -> ConversionID? {
        guard let orderID else { return nil }
        let select = statements.selectByOrder
        select.bind(1, orderID)
        select.bind(2, source)
        guard try select.step() else { return nil }
        defer { select.reset() }
        return select.id(0)
    }

    // MARK: Before the sale

    /// Takes the key for the conversion to come, so that its arrival is noticed at no cost to others. An equal correction waits once; returns
    /// the one that does.
    private func wait(_ queued: QueuedSubmission, for key: DuplicateKey, source: Int64) throws(SQLiteFailure) -> ConversionID {
        let message = queued.submission.conversion
        var held = key
        held.lifetime = nil
        _ = try take(held, for: message, with: statements.insertKey)
        let insert = statements.insertWaiting
        insert.bind(1, message.id)
        insert.bind(2, key.digest)
        insert.bind(3, try scopeNumber(key.scope))
        insert.bind(4, source)
        insert.bind(5, try number(of: message.tracker))
        insert.bind(6, message.receivedAt)
        insert.bind(7, message.orderID)
        insert.bind(8, queued.submission.content)
        insert.bind(9, message.document)
        insert.bind(10, queued.request)
        if try insert.run() > 0 { return message.id }
        let select = statements.selectEqualWaiting
        select.bind(1, key.digest)
        select.bind(2, try scopeNumber(key.scope))
        select.bind(3, source)
        select.bind(4, queued.submission.content)
        guard try select.step() else { return message.id }
        defer { select.reset() }
        return select.id(0)
    }

    /// What waited for this conversion becomes its history, each a step of its own; what cannot is kept with its reason.
    func applyWaiting(for key: DuplicateKey, to submission: Submission) throws(SQLiteFailure) {
        let conversion = submission.conversion
        let waiting = try waiting(for: key, submission)
        if waiting.isEmpty { return }
        _ = try take(key, for: conversion, with: statements.replaceKey)
        for message in waiting {
            switch try correct(conversion.id, by: message, .correction(message.submission.conversion.document)) {
            case .applied, .known: break
            case .unchanged(_, let note):
                _ = try keepRepeat(message, of: conversion.id, note: note ?? "came before its conversion and changes nothing")
            case .refused(let failure):
                _ = try keepRepeat(message, of: conversion.id, note: "came before its conversion and cannot be: \(failure.sentence)")
            }
        }
        let delete = statements.deleteWaiting
        delete.bind(1, key.digest)
        delete.bind(2, try scopeNumber(key.scope))
        delete.bind(3, try number(of: conversion.source))
        try delete.run()
    }

    private func waiting(for key: DuplicateKey, _ submission: Submission) throws(SQLiteFailure) -> [QueuedSubmission] {
        let select = statements.selectWaiting
        select.bind(1, key.digest)
        select.bind(2, try scopeNumber(key.scope))
        select.bind(3, try number(of: submission.conversion.source))
        var found: [QueuedSubmission] = []
        while try select.step() {
            let row = ConversionRow(
                id: select.id(0), source: select.text(1), tracker: select.text(2), receivedAt: select.timestamp(3),
                orderID: select.optionalText(4), document: select.bytes(6))
            found.append(QueuedSubmission(row, request: select.bytes(7), content: select.digest(5), rule: submission.rule))
        }
        return found
    }
}
