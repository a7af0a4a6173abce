import Mappings
import Rules

/// What pruning looks at.
extension ListReader {
    /// What the ages would prune; `usedBytes` stays 0.
    func prunable(_ limits: RetentionLimits, at now: Timestamp) throws(Failure) -> PruneReport {
        var report = PruneReport()
        if let age = limits.refused {
            report.refused = try count("refused r", before: now.advanced(by: .zero - age), "r.received_at")
        }
        if let age = limits.attempts {
            let tables = "attempt a JOIN delivery d ON d.conversion = a.conversion AND d.destination = a.destination"
            report.attempts = try count(
                tables, before: now.advanced(by: .zero - age), "a.started_at", id: "a.conversion", "d.state <> 0")
        }
        if let age = limits.requests {
            report.requests = try count(
                "conversion c JOIN content t ON \(Self.dialect.content())", before: now.advanced(by: .zero - age), "c.received_at",
                id: "c.id", "length(t.request) > 0", "NOT \(Self.isOwed("c.id"))",
                "(c.id > (SELECT conversion FROM pruned_up_to) OR c.id IN (SELECT conversion FROM spared_request))")
        }
        if let age = limits.repeats {
            report.repeats = try count(
                "repeat r", before: now.advanced(by: .zero - age), "r.received_at", id: "r.conversion",
                "(r.document IS NOT NULL OR r.request IS NOT NULL)")
        }
        report.isDone = report.count == 0
        return report
    }

    private func count(
        _ tables: String, before time: Timestamp, _ column: String, id: String? = nil, _ conditions: String...
    ) throws(Failure) -> Int {
        var query = Self.query
        query.add("\(column) <", time)
        if let id { query.add("\(id) <", ConversionID.first(at: time)) }
        for condition in conditions { query.add(condition) }
        return try rows("SELECT count(*) FROM \(tables) \(query.clause)", query.values) { $0.int(0) }.first ?? 0
    }

    /// Whether the conversion is owed to a destination. The `+` keeps the index of all pending deliveries out of it.
    private static func isOwed(_ id: String) -> String {
        "EXISTS (SELECT 1 FROM delivery p WHERE p.conversion = \(id) AND +p.state = 0)"
    }

    func attempts(after place: AttemptKey, before: ConversionID, limit: Int) throws(Failure) -> [AgedAttempt] {
        var query = Self.query
        query.add(after: place, "a.")
        query.add("a.conversion <", before)
        let destination = Self.dialect.text(of: "a.destination", as: "n", "LEFT JOIN")
        let sql = """
            SELECT a.conversion, \(destination.column), a.number, a.started_at, coalesce(d.state, -1)
            FROM attempt a \(destination.join) LEFT JOIN delivery d ON d.conversion = a.conversion AND d.destination = a.destination
            \(query.clause) ORDER BY a.conversion, a.destination, a.number \(query.page(limit))
            """
        return try rows(sql, query.values) {
            AgedAttempt(key: $0.attemptKey(), startedAt: $0.timestamp(3), isPending: $0.int64(4) == DeliveryState.pending.number)
        }
    }

    func requests(after place: ConversionID, before: ConversionID, limit: Int) throws(Failure) -> [AgedRequest] {
        var query = Self.query
        query.add("c.id > (SELECT conversion FROM pruned_up_to)")
        query.add("c.id >", place)
        query.add("c.id <", before)
        let sql = """
            SELECT c.id, length(t.request) > 0, \(Self.isOwed("c.id")) FROM conversion c JOIN content t ON \(Self.dialect.content())
            \(query.clause) ORDER BY c.id \(query.page(limit))
            """
        return try rows(sql, query.values) { AgedRequest(id: $0.id(0), hasRequest: $0.bool(1), isPending: $0.bool(2)) }
    }

    func sparedRequests(after place: ConversionID, limit: Int) throws(Failure) -> [AgedRequest] {
        var query = Self.query
        query.add("conversion >", place)
        let sql = """
            SELECT conversion, \(Self.isOwed("spared_request.conversion")) FROM spared_request
            \(query.clause) ORDER BY conversion \(query.page(limit))
            """
        return try rows(sql, query.values) { AgedRequest(id: $0.id(0), hasRequest: true, isPending: $0.bool(1)) }
    }

    func repeats(after place: RepeatKey, before: ConversionID, limit: Int) throws(Failure) -> [AgedRepeat] {
        var query = Self.query
        query.add(after: place)
        query.add("conversion <", before)
        let sql = """
            SELECT conversion, number, received_at, document IS NOT NULL OR request IS NOT NULL FROM repeat
            \(query.clause) ORDER BY conversion, number \(query.page(limit))
            """
        return try rows(sql, query.values) { AgedRepeat(key: $0.repeatKey(), receivedAt: $0.timestamp(2), isWhole: $0.bool(3)) }
    }
}
