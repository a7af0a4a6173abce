import Mappings
import Rules

extension SQLiteWriter {
    /// Attempts that are kept of each delivery.
    static let keptAttempts = 50

    func record(_ result: AttemptResult) throws(SQLiteFailure) -> Bool {
        guard let destination = try knownNumber(of: result.delivery.destination) else { return false }
        let id = result.delivery.conversion
        guard let found = try delivery(id, to: destination) else { return false }

        let isNews = found.state == .pending || (result.state.hasArrived && !found.state.hasArrived)
        var released = false
        if isNews, result.round == found.round {
            let end = result.at ?? result.attempt.map { Timestamp(microseconds: $0.startedAt.microseconds &+ $0.latency) }
            let update = statements.updateDelivery
            update.bind(1, id)
            update.bind(2, destination)
            update.bind(3, result.state.number)
            update.bind(4, result.attempt == nil ? 0 : 1)
            update.bind(5, end)
            update.bind(6, result.nextAttempt)
            update.bind(7, result.reason)
            update.bind(8, result.remoteID)
            try update.run()
            count(-1, destination: destination, state: found.state)
            count(1, destination: destination, state: result.state)
            if found.isFollowed, result.state != .pending { released = try release(after: id, to: destination, at: end) }
        } else if result.attempt != nil {
            let log = statements.logDelivery
            log.bind(1, id)
            log.bind(2, destination)
            try log.run()
        }
        if let attempt = result.attempt { try append(attempt, number: found.logged + 1, of: id, to: destination) }
        return released
    }

    /// Returns how many of the deliveries exist.
    func requeue(_ deliveries: ArraySlice<DeliveryID>, at now: Timestamp) throws(SQLiteFailure) -> Int {
        var changed = 0
        for delivery in deliveries {
            guard let destination = try knownNumber(of: delivery.destination),
                let found = try self.delivery(delivery.conversion, to: destination)
            else { continue }
            let requeue = statements.requeueDelivery
            requeue.bind(1, delivery.conversion)
            requeue.bind(2, destination)
            requeue.bind(3, now)
            try requeue.run()
            count(-1, destination: destination, state: found.state)
            count(1, destination: destination, state: .pending)
            if let place = try place(of: delivery.conversion) { try keepOrder(of: delivery.conversion, at: place, to: destination) }
            changed += 1
        }
        FaultPoint.replay.reached()
        return changed
    }

    func addDelivery(_ delivery: DeliveryID, at now: Timestamp) throws {
        let select = statements.selectConversion
        select.bind(1, delivery.conversion)
        guard try select.step() else {
            throw StoreError(.notFound, "no conversion '\(delivery.conversion)' is stored; list them with 'gateway conversions'")
        }
        select.reset()
        let destination = try number(of: delivery.destination)
        guard try insertDelivery(delivery.conversion, to: destination, at: now) else { return }
        if let place = try place(of: delivery.conversion) { try keepOrder(of: delivery.conversion, at: place, to: destination) }
    }

    func beat() throws(SQLiteFailure) { try statements.beat.run() }

    private struct FoundDelivery {
        var state: DeliveryState
        var logged: Int
        var round: Int
        /// A later delivery of the history is held until this one has ended.
        var isFollowed: Bool
    }

    private func delivery(_ id: ConversionID, to destination: Int64) throws(SQLiteFailure) -> FoundDelivery? {
        let select = statements.selectDelivery
        select.bind(1, id)
        select.bind(2, destination)
        guard try select.step() else { return nil }
        let found = FoundDelivery(
            state: DeliveryState(number: select.int64(0)) ?? .pending, logged: select.int(1), round: select.int(2),
            isFollowed: select.int64(3) != 0)
        select.reset()
        return found
    }

    private func append(_ attempt: AttemptRow, number: Int, of id: ConversionID, to destination: Int64) throws(SQLiteFailure) {
        let insert = statements.insertAttempt
        insert.bind(1, id)
        insert.bind(2, destination)
        insert.bind(3, number)
        insert.bind(4, attempt.startedAt)
        insert.bind(5, attempt.latency)
        insert.bind(6, attempt.status.map(Int64.init))
        insert.bind(7, attempt.outcome.rawValue)
        insert.bind(8, attempt.requestLine)
        insert.bind(9, attempt.reply)
        insert.bind(10, attempt.request)
        try insert.run()
        guard number > Self.keptAttempts else { return }
        let delete = statements.deleteAttempts
        delete.bind(1, id)
        delete.bind(2, destination)
        delete.bind(3, number - Self.keptAttempts)
        try delete.run()
    }
}
