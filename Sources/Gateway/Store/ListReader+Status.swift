import Mappings
import Rules

/// What `gateway status` asks.
extension ListReader {
    /// - Parameters:
    ///   - ended: deliveries that ended since then are counted.
    ///   - midnight: what a source sent since then is counted.
    func status(endedSince ended: Timestamp, midnight: Timestamp) throws(Failure) -> StoreStatus {
        var status = StoreStatus()
        try readWaiting(&status)
        try readEnded(since: ended, &status)
        try readSources(since: midnight, &status)
        try readWaitingCorrections(&status)
        return status
    }

    private func readWaitingCorrections(_ status: inout StoreStatus) throws(Failure) {
        let sql = """
            SELECT count(*), count(CASE WHEN EXISTS (
                SELECT 1 FROM conversion c
                WHERE \(Self.dialect.equalsOrder("c.order_id", "w.order_id")) AND c.source <> w.source AND c.root IS NULL
            ) THEN 1 END) FROM waiting w
            """
        guard let counts = try rows(sql, [], { ($0.int(0), $0.int(1)) }).first else { return }
        (status.waitingCorrections, status.misplacedCorrections) = counts
    }

    /// The database counts equal amounts; adding them up exactly is not its business.
    private func readWaiting(_ status: inout StoreStatus) throws(Failure) {
        let destination = Self.dialect.text(of: "d.destination", as: "n")
        let sql = """
            SELECT \(destination.column), c.currency, c.amount, count(*) FROM delivery d JOIN conversion c ON c.id = d.conversion
            \(destination.join) WHERE d.state = 0 AND c.root IS NULL GROUP BY \(destination.column), c.currency, c.amount ORDER BY 1, 2
            """
        var waiting: [WaitingAmount] = []
        _ = try rows(sql, []) { row in
            let (name, currency, count) = (row.text(0), row.optionalText(1), row.int(3))
            let amount = row.optionalText(2).flatMap { try? ExactDecimal(parsing: $0) }?.multiplied(by: ExactDecimal(Int64(count))) ?? .zero
            if let last = waiting.last, last.destination == name, last.currency == currency {
                waiting[waiting.count - 1].count += count
                waiting[waiting.count - 1].amount = last.amount.adding(amount) ?? last.amount
            } else {
                waiting.append(WaitingAmount(destination: name, currency: currency, count: count, amount: amount))
            }
        }
        status.waiting = waiting
    }

    private func readEnded(since: Timestamp, _ status: inout StoreStatus) throws(Failure) {
        let destination = Self.dialect.text(of: "d.destination", as: "n")
        var query = Self.query
        query.add("d.changed_at >=", since)
        query.add("d.state <> 0")
        let isCorrection = "d.root IS NOT NULL"
        let sql = """
            SELECT \(destination.column), d.state, count(*), min(d.changed_at), \(isCorrection) FROM delivery d \(destination.join) \(query.clause)
            GROUP BY \(destination.column), d.state, \(isCorrection)
            """
        var ended: [String: EndedDeliveries] = [:]
        _ = try rows(sql, query.values) { row in
            guard let state = DeliveryState(number: row.int64(1)) else { return }
            var some = ended[row.text(0)] ?? EndedDeliveries()
            let first = row.timestamp(3)
            let isSkippedCorrection = state == .skipped && row.bool(4)
            some.counts[state, default: 0] += row.int(2)
            if isSkippedCorrection { some.skippedCorrections = row.int(2) }
            some.first = min(some.first ?? first, first)
            if state.isFailed, !isSkippedCorrection { some.failingSince = min(some.failingSince ?? first, first) }
            ended[row.text(0)] = some
        }
        status.ended = ended
        for name in Set(try counts().map(\.destination)) { status.answers[name] = try lastAttempt(at: name) }
    }

    private func lastAttempt(at destination: String) throws(Failure) -> AttemptRow? {
        var query = Self.query
        query.add(name: "d.destination", destination)
        query.add("d.logged > 0")
        let sql = "SELECT d.conversion FROM delivery d \(query.clause) ORDER BY d.changed_at DESC LIMIT 1"
        guard let conversion = try rows(sql, query.values, { $0.id(0) }).first else { return nil }
        return try attempts(of: DeliveryID(conversion: conversion, destination: destination)).last
    }

    private func readIgnored(since: Timestamp, _ found: inout [String: SourceActivity]) throws(Failure) {
        var query = Self.query
        let source = Self.dialect.text(of: "c.source", as: "s")
        let midnight = query.place(since.quarter)
        let sql = """
            SELECT \(source.column), CAST(sum(CASE WHEN c.quarter >= \(midnight) THEN c.count ELSE 0 END) AS bigint), max(c.last)
            FROM ignored c \(source.join) GROUP BY \(source.column)
            """
        _ = try rows(sql, query.values) { row in
            let last = row.timestamp(2)
            var activity = found[row.text(0)] ?? SourceActivity(source: row.text(0), last: last)
            activity.last = max(activity.last, last)
            activity.ignored = row.int(1)
            found[row.text(0)] = activity
        }
    }

    private func readSources(since: Timestamp, _ status: inout StoreStatus) throws(Failure) {
        var found: [String: SourceActivity] = [:]
        for table in ["conversion", "refused"] {
            var query = Self.query
            let source = Self.dialect.text(of: "c.source", as: "s")
            let midnight = query.place(since)
            let sql = """
                SELECT \(source.column), count(CASE WHEN c.received_at >= \(midnight) THEN 1 END), max(c.received_at) FROM \(table) c
                \(source.join) WHERE c.source IS NOT NULL GROUP BY \(source.column)
                """
            _ = try rows(sql, query.values) { row in
                let last = row.timestamp(2)
                var activity = found[row.text(0)] ?? SourceActivity(source: row.text(0), last: last)
                activity.last = max(activity.last, last)
                if table == "refused" { activity.refused = row.int(1) } else { activity.received = row.int(1) }
                found[row.text(0)] = activity
            }
        }
        try readIgnored(since: since, &found)
        status.sources = found.values.sorted { $0.source < $1.source }
        status.strangers = try readUnknown("(stranger)", "source IS NULL AND tracker IS NOT NULL", since)
        status.unrouted = try readUnknown("(unrouted)", "source IS NULL AND tracker IS NULL", since)
    }

    /// Refused requests of no source; nil if none is kept.
    private func readUnknown(_ name: String, _ condition: String, _ since: Timestamp) throws(Failure) -> SourceActivity? {
        var query = Self.query
        let midnight = query.place(since)
        let sql =
            "SELECT count(CASE WHEN received_at >= \(midnight) THEN 1 END), max(received_at), count(*) FROM refused WHERE \(condition)"
        return try rows(sql, query.values) { row in
            row.int(2) == 0 ? nil : SourceActivity(source: name, refused: row.int(0), last: row.timestamp(1))
        }.first ?? nil
    }
}
