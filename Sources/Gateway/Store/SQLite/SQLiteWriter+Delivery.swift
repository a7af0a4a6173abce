import Mappings
import Rules

extension SQLiteWriter {
    func record(_ result: AttemptResult) throws(SQLiteFailure) -> Bool {
        let id = result.delivery.conversion
        guard let destination = try knownNumber(of: result.delivery.destination),
            var progress = try progress(of: id, to: destination)
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

    /// Returns how many of the deliveries exist.
    func requeue(_ deliveries: [DeliveryID], at now: Timestamp) throws(SQLiteFailure) -> Int {
        var changed = 0
        for delivery in deliveries {
            let id = delivery.conversion
            guard let destination = try knownNumber(of: delivery.destination), var progress = try progress(of: id, to: destination) else {
                continue
            }
            count(destination: destination, from: progress.state, to: .pending)
            progress.requeue(at: now)
            try write(progress, of: id, to: destination)
            if let place = try place(of: id) { try keepOrder(of: id, at: place, to: destination) }
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
        guard try insertDelivery(id, to: destination, at: now) else { return true }
        if let place = try place(of: id) { try keepOrder(of: id, at: place, to: destination) }
        return true
    }

    private func progress(of id: ConversionID, to destination: Int64) throws(SQLiteFailure) -> DeliveryProgress? {
        let select = statements.selectDelivery
        select.bind(1, id)
        select.bind(2, destination)
        return try select.first { $0.progress(from: 0) }
    }

    private func write(_ progress: DeliveryProgress, of id: ConversionID, to destination: Int64) throws(SQLiteFailure) {
        try statements.updateDelivery.run(
            id, destination, progress.state, progress.attempts, progress.logged, progress.changedAt, progress.nextAttempt, progress.reason,
            progress.remoteID, progress.round, progress.isFollowed)
    }

    private func append(
        _ attempt: AttemptRow, _ progress: DeliveryProgress, of id: ConversionID, to destination: Int64
    ) throws(SQLiteFailure) {
        try statements.insertAttempt.run(
            id, destination, progress.logged, attempt.startedAt, attempt.latency, attempt.status, attempt.outcome, attempt.requestLine,
            attempt.reply, attempt.request)
        guard let last = progress.lastDropped else { return }
        try run("DELETE FROM attempt WHERE conversion = ?1 AND destination = ?2 AND number <= ?3", id, destination, last)
    }
}
