import Mappings
import Rules

/// Searches that answer at once, however much is stored: by index, or a bounded portion at a time.
extension ListReader {
    func findIndexed(_ sought: SoughtText) throws(Failure) -> [Found] {
        var hits = FindCollector()
        try findIndexedIDs(sought.text, &hits)
        var found = try conversions(of: hits)
        if let number = Int64(sought.text), let row = try refused(RefusedFilter(id: number, limit: 1)).first {
            found.append(Found(.refused(row), matched: ["number"]))
        }
        return found
    }

    /// Newest first, from the one before `place` on.
    func find(_ sought: SoughtText, before place: ConversionID, limit: Int) throws(Failure) -> FindPortion {
        var portion = FindPortion()
        var hits = FindCollector()
        var query = Self.query
        query.add("c.id <", place)
        let sql = """
            SELECT c.id, t.document, coalesce(c.root, c.id), c.received_at FROM conversion c JOIN content t ON \(Self.dialect.content())
            \(query.clause) ORDER BY c.id DESC \(query.page(limit))
            """
        var ids: [ConversionID] = []
        _ = try rows(sql, query.values) { row in
            ids.append(row.id(0))
            portion.since = row.timestamp(3)
            for member in sought.members(of: row.bytes(1)) { hits.add(row.id(2), member) }
        }
        guard let newest = ids.first, let oldest = ids.last else { return portion }
        portion.count = ids.count
        portion.next = ids.count < limit ? nil : oldest
        try findRemoteIDs(sought.text, &hits, in: oldest...newest)
        try findRepeats(sought, &hits, in: oldest...newest)
        try findReplies(sought, &hits, in: oldest...newest)
        portion.found = try conversions(of: hits)
        return portion
    }

    private func findRepeats(
        _ sought: SoughtText, _ hits: inout FindCollector, in ids: ClosedRange<ConversionID>
    ) throws(Failure) {
        var query = Self.query
        query.add("conversion >=", ids.lowerBound)
        query.add("conversion <=", ids.upperBound)
        query.add("document IS NOT NULL")
        _ = try rows("SELECT conversion, document FROM repeat \(query.clause)", query.values) { row in
            for member in sought.members(of: row.bytes(1)) { hits.add(row.id(0), "a repeat's \(member)") }
        }
    }

    private func findReplies(
        _ sought: SoughtText, _ hits: inout FindCollector, in ids: ClosedRange<ConversionID>
    ) throws(Failure) {
        var query = Self.query
        query.add("a.conversion >=", ids.lowerBound)
        query.add("a.conversion <=", ids.upperBound)
        let destination = Self.dialect.text(of: "a.destination", as: "n", "LEFT JOIN")
        let sql = """
            SELECT coalesce(c.root, c.id), \(destination.column), a.reply FROM attempt a JOIN conversion c ON c.id = a.conversion
            \(destination.join) \(query.clause)
            """
        _ = try rows(sql, query.values) { row in
            if sought.isIn(row.bytes(2)) { hits.add(row.id(0), "in \(row.text(1))'s reply") }
        }
    }

    /// `count` and `since` are those of the page.
    func findRefused(_ sought: SoughtText, offset: Int, limit: Int) throws(Failure) -> FindPortion {
        var portion = FindPortion()
        for row in try refused(RefusedFilter(limit: limit, offset: offset)) {
            portion.count += 1
            portion.since = row.refused.receivedAt
            var matched = sought.places(in: row.refused.request)
            if sought.isIn(row.refused.reason) { matched.append("in its reason") }
            if !matched.isEmpty { portion.found.append(Found(.refused(row), matched: matched)) }
        }
        return portion
    }

    func actions(before number: Int64?, limit: Int) throws(Failure) -> [OperatorActionRow] {
        var query = Self.query
        query.add("number <", number)
        let sql = """
            SELECT number, at, name, peer, what FROM operator_action \(query.clause) ORDER BY number DESC \(query.page(limit))
            """
        return try rows(sql, query.values) { row in
            OperatorActionRow(
                number: row.int64(0),
                action: OperatorAction(time: row.timestamp(1), name: row.text(2), peer: row.text(3), what: row.text(4)))
        }
    }

    // MARK: Traffic

    /// Walks the newest messages back to the start of the span, and no more than `limit` of them.
    func traffic(_ span: RecentTraffic.Span, limit: Int) throws(Failure) -> RecentTraffic {
        var traffic = RecentTraffic(span: span)
        let first = ConversionID.first(at: span.start)
        var query = Self.query
        query.add("c.id >=", first)
        let bounded =
            "SELECT c.source, c.click_id, c.received_at AS time FROM conversion c \(query.clause) ORDER BY c.id DESC \(query.page(limit))"
        let step = stepColumn(span, &query)
        let source = Self.dialect.text(of: "m.source", as: "s")
        let sql = """
            SELECT \(source.column), \(step), count(*), min(m.time), count(m.click_id) FROM (\(bounded)) m \(source.join) GROUP BY 1, 2
            """
        var oldest: Timestamp?
        traffic.received = try rows(sql, query.values) { row in
            oldest = min(oldest ?? row.timestamp(3), row.timestamp(3))
            return RecentTraffic.Received(source: row.text(0), step: row.int(1), count: row.int(2), withClick: row.int(4))
        }
        if traffic.received.reduce(0, { $0 + $1.count }) >= limit { traffic.knownSince = oldest }
        traffic.owed = try owed(span, since: oldest, limit: limit * 4)
        return traffic
    }

    private func owed(_ span: RecentTraffic.Span, since: Timestamp?, limit: Int) throws(Failure) -> [RecentTraffic.Owed] {
        var query = Self.query
        query.add("d.conversion >=", ConversionID.first(at: since ?? span.start))
        let bounded = """
            SELECT d.destination, d.state, d.created_at AS time FROM delivery d \(query.clause) ORDER BY d.conversion DESC \(query.page(limit))
            """
        let step = stepColumn(span, &query)
        let destination = Self.dialect.text(of: "m.destination", as: "n")
        let sql = """
            SELECT \(destination.column), m.state, \(step), count(*) FROM (\(bounded)) m \(destination.join) GROUP BY 1, 2, 3
            """
        return try rows(sql, query.values) { row in
            DeliveryState(number: row.int64(1)).map {
                RecentTraffic.Owed(destination: row.text(0), state: $0, step: row.int(2), count: row.int(3))
            }
        }.compactMap(\.self)
    }

    private func stepColumn(_ span: RecentTraffic.Span, _ query: inout ListQuery) -> String {
        let length = max(1, Int64(span.step.components.seconds) * 1_000_000)
        return "(m.time - \(query.place(span.start))) / \(query.place(length))"
    }
}
