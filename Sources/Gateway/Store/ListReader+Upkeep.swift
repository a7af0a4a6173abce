import Mappings
import Rules

/// What pruning, forgetting and inspection read.
extension ListReader {
    // MARK: Pruning

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

    // MARK: Forgetting

    /// Rows that one step of a search looks at.
    private static var pageOfSearch: Int { 1000 }

    /// Shows the search a page of the conversions behind `place`. Returns the last one's id; nil after the last page.
    func messages(after place: ConversionID, in search: inout PersonSearch) throws(Failure) -> ConversionID? {
        var query = Self.query
        query.add("c.id >", place)
        let sql = """
            SELECT c.id, t.document, t.request, coalesce(c.root, c.id) FROM conversion c JOIN content t ON \(Self.dialect.content())
            \(query.clause) ORDER BY c.id \(query.page(Self.pageOfSearch))
            """
        return try rows(sql, query.values) {
            search.look(atMessageOf: $0.id(3), document: $0.bytes(1), request: $0.bytes(2))
            return $0.id(0)
        }.last
    }

    func history(from root: ConversionID, in search: inout PersonSearch) throws(Failure) {
        var query = Self.query
        let place = query.place(root)
        query.add("(c.id = \(place) OR c.root = \(place))")
        let sql = """
            SELECT c.id, length(t.request) > 0 FROM conversion c JOIN content t ON \(Self.dialect.content()) \(query.clause) ORDER BY c.id
            """
        _ = try rows(sql, query.values) { search.take($0.id(0), hasRequest: $0.bool(1)) }
    }

    func repeats(after place: RepeatKey, in search: inout PersonSearch) throws(Failure) -> RepeatKey? {
        var query = Self.query
        query.add(after: place)
        query.add("(document IS NOT NULL OR request IS NOT NULL)")
        let sql = """
            SELECT conversion, number, document, request FROM repeat \(query.clause) ORDER BY conversion, number
            \(query.page(Self.pageOfSearch))
            """
        return try rows(sql, query.values) {
            search.look(at: $0.repeatKey(), document: $0.optionalBytes(2), request: $0.optionalBytes(3))
            return $0.repeatKey()
        }.last
    }

    func attempts(after place: AttemptKey, in search: inout PersonSearch) throws(Failure) -> AttemptKey? {
        var query = Self.query
        query.add(after: place, "a.")
        let destination = Self.dialect.text(of: "a.destination", as: "n", "LEFT JOIN")
        let sql = """
            SELECT a.conversion, \(destination.column), a.number, a.request_line, a.request, a.reply FROM attempt a \(destination.join)
            \(query.clause) ORDER BY a.conversion, a.destination, a.number \(query.page(Self.pageOfSearch))
            """
        return try rows(sql, query.values) {
            search.look(at: $0.attemptKey(), line: $0.bytes(3), request: $0.bytes(4), reply: $0.bytes(5))
            return $0.attemptKey()
        }.last
    }

    func deliveries(after place: DeliveryID, in search: inout PersonSearch) throws(Failure) -> DeliveryID? {
        var query = Self.query
        let (id, name) = (query.place(place.conversion), query.place(place.destination))
        query.add("(d.conversion, d.destination) > (\(id), \(Self.dialect.name(name)))")
        let destination = Self.dialect.text(of: "d.destination", as: "n", "LEFT JOIN")
        let sql = """
            SELECT d.conversion, \(destination.column), d.state, d.reason, d.remote_id FROM delivery d \(destination.join)
            \(query.clause) ORDER BY d.conversion, d.destination \(query.page(Self.pageOfSearch))
            """
        return try rows(sql, query.values) {
            let id = DeliveryID(conversion: $0.id(0), destination: $0.text(1))
            search.look(at: id, state: $0.state(2), reason: $0.optionalText(3), remoteID: $0.optionalText(4))
            return id
        }.last
    }

    func waiting(after place: Int64, in search: inout PersonSearch) throws(Failure) -> Int64? {
        var query = Self.query
        query.add("number >", place)
        let sql = "SELECT number, document, request FROM waiting \(query.clause) ORDER BY number \(query.page(Self.pageOfSearch))"
        return try rows(sql, query.values) {
            search.look(atWaiting: $0.int64(0), document: $0.bytes(1), request: $0.bytes(2))
            return $0.int64(0)
        }.last
    }

    func refused(after place: Int64, in search: inout PersonSearch) throws(Failure) -> Int64? {
        var query = Self.query
        query.add("id >", place)
        let sql = "SELECT id, reason, request FROM refused \(query.clause) ORDER BY id \(query.page(Self.pageOfSearch))"
        return try rows(sql, query.values) {
            search.look(atRefused: $0.int64(0), reason: $0.bytes(1), request: $0.bytes(2))
            return $0.int64(0)
        }.last
    }

    // MARK: Inspection

    /// Sums that do not agree with their rows, rows that lack what they belong to, and how many there are.
    func inspect(into found: inout StoreInspection) throws(Failure) {
        let destination = Self.dialect.text(of: "x.destination", as: "n")
        let sum = { (column: String) in Self.dialect == .postgres ? "sum(\(column))::bigint" : "sum(\(column))" }
        found.disagreements += try rows(
            """
            SELECT \(destination.column), x.state, \(sum("x.rows")), \(sum("x.counted")) FROM (
                SELECT destination, state, count(*) AS rows, 0 AS counted FROM delivery GROUP BY destination, state
                UNION ALL SELECT destination, state, 0, sum(count) FROM delivery_count GROUP BY destination, state
            ) x \(destination.join) GROUP BY \(destination.column), x.state HAVING sum(x.rows) <> sum(x.counted) ORDER BY 1, 2
            """, []
        ) {
            let state = DeliveryState(number: $0.int64(1))?.rawValue ?? "unknown"
            return "\($0.text(0)): \($0.int(2)) deliveries are \(state), but \($0.int(3)) are counted"
        }
        for (what, tables) in [
            ("conversions lack their content", "conversion c WHERE NOT EXISTS (SELECT 1 FROM content t WHERE \(Self.dialect.content()))"),
            ("deliveries lack their conversion", "delivery d WHERE NOT EXISTS (SELECT 1 FROM conversion c WHERE c.id = d.conversion)"),
        ] {
            let count = try rows("SELECT count(*) FROM \(tables)", []) { $0.int(0) }.first ?? 0
            if count > 0 { found.disagreements.append("\(count) \(what)") }
        }
        found.conversions = try rows("SELECT count(*) FROM conversion", []) { $0.int(0) }.first ?? 0
        found.newest = try rows("SELECT received_at FROM conversion ORDER BY id DESC LIMIT 1", []) { $0.timestamp(0) }.first
        if let newest = found.newest {
            var day = Self.query
            day.add("id >=", ConversionID.first(at: newest.advanced(by: .seconds(-86_400))))
            found.lastDay = try rows("SELECT count(*) FROM conversion \(day.clause)", day.values) { $0.int(0) }.first ?? 0
        }
        let pending = Self.dialect.text(of: "d.destination", as: "n")
        found.pending = try rows(
            """
            SELECT \(pending.column), count(*), min(d.created_at) FROM delivery d \(pending.join)
            WHERE d.state = 0 GROUP BY \(pending.column) ORDER BY 1
            """, []
        ) { ($0.text(0), $0.int(1), $0.timestamp(2)) }
    }
}

extension ListQuery {
    /// Attempts behind this one, in the order of their keys.
    fileprivate mutating func add(after place: AttemptKey, _ table: String) {
        let (id, name, number) = (self.place(place.delivery.conversion), self.place(place.delivery.destination), self.place(place.number))
        add("(\(table)conversion, \(table)destination, \(table)number) > (\(id), \(dialect.name(name)), \(number))")
    }

    fileprivate mutating func add(after place: RepeatKey) {
        let (id, number) = (self.place(place.conversion), self.place(place.number))
        add("(conversion, number) > (\(id), \(number))")
    }
}

extension RowReader {
    fileprivate func attemptKey() -> AttemptKey {
        AttemptKey(delivery: DeliveryID(conversion: id(0), destination: text(1)), number: int64(2))
    }

    fileprivate func repeatKey() -> RepeatKey { RepeatKey(conversion: id(0), number: int64(1)) }
}
