import Mappings

extension SQLiteWriter {
    /// Attempts that are kept of each delivery.
    static let keptAttempts = 50

    func record(_ result: AttemptResult) throws(SQLiteFailure) {
        guard let destination = try knownNumber(of: result.delivery.destination) else { return }
        let id = result.delivery.conversion
        guard let found = try delivery(id, to: destination) else { return }

        let isNews = found.state == .pending || (result.state.hasArrived && !found.state.hasArrived)
        if isNews {
            let end = result.attempt.map { Timestamp(microseconds: $0.startedAt.microseconds &+ $0.latency) }
            let update = statements.updateDelivery
            update.bind(1, id)
            update.bind(2, destination)
            update.bind(3, result.state.number)
            update.bind(4, result.attempt == nil ? 0 : 1)
            update.bind(5, result.at ?? end)
            update.bind(6, result.nextAttempt)
            update.bind(7, result.reason)
            update.bind(8, result.remoteID)
            try update.run()
            count(-1, destination: destination, state: found.state)
            count(1, destination: destination, state: result.state)
        } else if result.attempt != nil {
            let log = statements.logDelivery
            log.bind(1, id)
            log.bind(2, destination)
            try log.run()
        }
        if let attempt = result.attempt { try append(attempt, number: found.logged + 1, of: id, to: destination) }
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
            changed += 1
        }
        return changed
    }

    func addDelivery(_ delivery: DeliveryID, at now: Timestamp) throws {
        let select = statements.selectConversion
        select.bind(1, delivery.conversion)
        guard try select.step() else {
            throw StoreError(.notFound, "no conversion '\(delivery.conversion)' is stored; list them with 'gateway conversions'")
        }
        select.reset()
        try insertDelivery(delivery.conversion, to: number(of: delivery.destination), at: now)
    }

    func beat() throws(SQLiteFailure) { try statements.beat.run() }

    private func delivery(_ id: ConversionID, to destination: Int64) throws(SQLiteFailure) -> (state: DeliveryState, logged: Int)? {
        let select = statements.selectDelivery
        select.bind(1, id)
        select.bind(2, destination)
        guard try select.step() else { return nil }
        let found = (DeliveryState(number: select.int64(0)) ?? .pending, select.int(1))
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
        insert.bind(7, attempt.outcome)
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

extension DeliveryState {
    /// Whether the destination has the conversion.
    var hasArrived: Bool { self == .delivered || self == .duplicate }
}
