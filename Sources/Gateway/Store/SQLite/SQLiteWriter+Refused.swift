import Mappings
import Rules

extension SQLiteWriter {
    /// Keeps the request and lets go of the oldest of its class, so that strangers crowd out strangers only.
    func keep(_ refused: RefusedRequest) throws(SQLiteFailure) {
        let isStranger = refused.source == nil
        let limit = isStranger ? refusedLimits.strangerCount : refusedLimits.count
        let budget = isStranger ? refusedLimits.strangerBytes : refusedLimits.bytes
        guard limit > 0, budget > 0 else { return }

        let kept = refused.fitting(budget)
        let request = kept.request.encoded
        let bytes = request.count + kept.reason.utf8.count + kept.code.utf8.count
        let insert = statements.insertRefused
        insert.bind(1, kept.receivedAt)
        insert.bind(2, try kept.source.map { name throws(SQLiteFailure) in try number(of: name) })
        insert.bind(3, try kept.tracker.map { name throws(SQLiteFailure) in try number(of: name) })
        insert.bind(4, kept.status)
        insert.bind(5, kept.code)
        insert.bind(6, kept.reason)
        insert.bind(7, request)
        insert.bind(8, isStranger ? 1 : 0)
        insert.bind(9, bytes)
        try insert.run()
        try addRefused(isStranger: isStranger, count: 1, bytes: bytes)
        try prune(isStranger: isStranger, newest: lastRowID, limit: limit, budget: budget)
    }

    func markReplayed(refused id: Int64, as conversion: ConversionID, at now: Timestamp) throws(SQLiteFailure) {
        let mark = statements.markReplayed
        mark.bind(1, id)
        mark.bind(2, conversion)
        mark.bind(3, now)
        try mark.run()
    }

    private func prune(isStranger: Bool, newest: Int64, limit: Int, budget: Int) throws(SQLiteFailure) {
        let sum = statements.selectRefusedSum
        sum.bind(1, isStranger ? 1 : 0)
        guard try sum.step() else { return }
        var (count, bytes) = (sum.int(0), sum.int(1))
        sum.reset()
        while count > limit || bytes > budget {
            let oldest = statements.oldestRefused
            oldest.bind(1, isStranger ? 1 : 0)
            guard try oldest.step() else { return }
            let (id, size) = (oldest.int64(0), oldest.int(1))
            oldest.reset()
            guard id != newest else { return }
            try removeRefused(id, bytes: size, isStranger: isStranger)
            count -= 1
            bytes -= size
        }
    }

    func removeRefused(_ id: Int64, bytes: Int, isStranger: Bool) throws(SQLiteFailure) {
        let delete = statements.deleteRefused
        delete.bind(1, id)
        if try delete.run() > 0 { try addRefused(isStranger: isStranger, count: -1, bytes: -bytes) }
    }

    private func addRefused(isStranger: Bool, count: Int, bytes: Int) throws(SQLiteFailure) {
        let add = statements.addRefused
        add.bind(1, isStranger ? 1 : 0)
        add.bind(2, count)
        add.bind(3, bytes)
        try add.run()
    }
}

extension RefusedRequest {
    /// The same with its body cut where the whole is larger than the budget, and a word about it in the reason.
    func fitting(_ budget: Int) -> Self {
        let overhead = request.encoded.count - request.body.count + reason.utf8.count + code.utf8.count + 64
        let room = max(0, budget - overhead)
        guard request.body.count > room else { return self }
        var cut = self
        cut.request.body = Array(request.body.prefix(room))
        cut.reason += " (body kept up to \(room) of \(request.body.count) bytes)"
        return cut
    }
}
