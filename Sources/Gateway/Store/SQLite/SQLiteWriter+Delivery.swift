import Mappings
import Rules

extension SQLiteWriter {
    func record(_ result: AttemptResult) throws(SQLiteFailure) -> Bool {
        let id = result.delivery.conversion
        guard let destination = try knownNumber(of: result.delivery.destination) else { return false }
        if let progress = DeliveryProgress.afterFirstTry(result), try endUntried(id, to: destination, progress) {
            count(destination: destination, from: .pending, to: progress.state)
            if let attempt = result.attempt { try append(attempt, progress, of: id, to: destination) }
            return false
        }
        guard var progress = try progress(of: id, to: destination)
        else { return false }
        let before = progress.state
        let effect = progress.take(result)
        if effect == .none { return false }
        try write(progress, of: id, to: destination)
        count(destination: destination, from: before, to: progress.state)
        if let attempt = result.attempt { try append(attempt, progress, of: id, to: destination) }
        guard effect == .changed(releases: true) else { return false }
        return try release(after: id, to: destination, at: progress.changedAt)
    }

    /// False, and nothing is changed, if something has happened to the delivery.
    private func endUntried(_ id: ConversionID, to destination: Int64, _ progress: DeliveryProgress) throws(SQLiteFailure) -> Bool {
        let update = statements.endUntried
        update.bind(1, id)
        update.bind(2, destination)
        update.bind(3, progress.state.number)
        update.bind(4, progress.attempts)
        update.bind(5, progress.logged)
        update.bind(6, progress.changedAt)
        update.bind(7, progress.reason)
        update.bind(8, progress.remoteID)
        return try update.run() > 0
    }

    /// Returns how many of the deliveries are due now.
    func requeue(_ deliveries: [Requeue], at now: Timestamp) throws(SQLiteFailure) -> Int {
        var changed = 0
        for (id, seen) in deliveries.map({ ($0.delivery, $0.seen) }) {
            guard let destination = try knownNumber(of: id.destination),
                var progress = try progress(of: id.conversion, to: destination)
            else { continue }
            let before = progress.state
            let effect = progress.requeue(seen: seen, at: now)
            if effect == .notAsSeen { continue }
            count(destination: destination, from: before, to: .pending)
            try write(progress, of: id.conversion, to: destination)
            if effect == .newRound, let place = try place(of: id.conversion) {
                try keepOrder(of: id.conversion, at: place, to: destination)
            }
            changed += 1
        }
        FaultPoint.replay.reached()
        return changed
    }

    /// Returns whether the conversion exists.
    func addDelivery(_ delivery: DeliveryID, at now: Timestamp) throws(SQLiteFailure) -> Bool {
        let id = delivery.conversion
        guard try first("SELECT 1 FROM conversion WHERE id = ?1", id, decode: { _ in true }) != nil else { return false }
        let destination = try number(of: delivery.destination)
        let place = try place(of: id)
        guard try insertDelivery(id, to: destination, at: now, place: place) else { return true }
        if let place { try keepOrder(of: id, at: place, to: destination) }
        return true
    }

    private func progress(of id: ConversionID, to destination: Int64) throws(SQLiteFailure) -> DeliveryProgress? {
        let select = statements.selectDelivery
        select.bind(1, id)
        select.bind(2, destination)
        return try select.first { $0.progress(from: 0) }
    }

    private func write(_ progress: DeliveryProgress, of id: ConversionID, to destination: Int64) throws(SQLiteFailure) {
        let update = statements.updateDelivery
        update.bind(1, id)
        update.bind(2, destination)
        update.bind(3, progress.state.number)
        update.bind(4, progress.attempts)
        update.bind(5, progress.logged)
        update.bind(6, progress.changedAt)
        update.bind(7, progress.nextAttempt)
        update.bind(8, progress.reason)
        update.bind(9, progress.remoteID)
        update.bind(10, progress.round)
        update.bind(11, progress.isFollowed ? 1 : 0)
        update.bind(12, progress.lines?.text)
        update.bind(13, progress.hadArrived ? 1 : 0)
        try update.run()
    }

    private func append(
        _ attempt: AttemptRow, _ progress: DeliveryProgress, of id: ConversionID, to destination: Int64
    ) throws(SQLiteFailure) {
        let insert = statements.insertAttempt
        insert.bind(1, id)
        insert.bind(2, destination)
        insert.bind(3, progress.logged)
        insert.bind(4, attempt.startedAt)
        insert.bind(5, attempt.latency)
        insert.bind(6, attempt.status.map(Int64.init))
        insert.bind(7, attempt.outcome.rawValue)
        insert.bind(8, attempt.requestLine)
        insert.bind(9, attempt.reply)
        insert.bind(10, attempt.request)
        try insert.run()
        guard let last = progress.lastDropped else { return }
        try run("DELETE FROM attempt WHERE conversion = ?1 AND destination = ?2 AND number <= ?3", id, destination, last)
    }
}
