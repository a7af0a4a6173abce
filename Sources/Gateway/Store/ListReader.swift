import Mappings
import Rules

/// A connection that reads: what both databases read with the same statement is written once, over this.
protocol ListReader {
    associatedtype Row: RowReader
    associatedtype Failure: Error

    static var dialect: SQLDialect { get }
    func rows<Value>(_ sql: String, _ values: [SQLValue], _ decode: (Row) -> Value) throws(Failure) -> [Value]

    /// A condition on conversions `c`: one of their own deliveries is in the state.
    func hasDelivery(in state: DeliveryState) throws(Failure) -> String
    /// The column as a condition on these states names it.
    func stateColumn(_ column: String, for states: [DeliveryState]) throws(Failure) -> String

    /// Runs statements that see one state of the store.
    func inSnapshot<Value>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value

    /// Bytes of the store that are in use.
    func usedBytes() throws(Failure) -> Int
}

extension ListReader {
    static var query: ListQuery { ListQuery(dialect) }

    /// For connections that read within one transaction anyway.
    func inSnapshot<Value>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value { try body() }

    // MARK: Conversions

    func conversions(_ filter: ConversionFilter) throws(Failure) -> [ConversionRow] {
        var query = conditions(of: filter)
        if let state = filter.state { query.add(try hasDelivery(in: state)) }
        let order = "c.id \(filter.ascending ? "ASC" : "DESC")"
        return try conversions(query, order: order, limit: filter.limit, offset: filter.offset, isPresent: true)
    }

    /// All but the state, which may ask the store how many there are.
    func conditions(of filter: ConversionFilter) -> ListQuery {
        var query = Self.query
        query.add("c.root IS NULL")
        query.add(name: "c.source", filter.source)
        query.add(name: "c.tracker", filter.tracker)
        query.add("c.type =", filter.type)
        query.add("c.status =", filter.status)
        query.add(order: "c.order_id", filter.orderID)
        query.add("c.click_id =", filter.clickID)
        query.add(since: filter.since, until: filter.until, byOccurrence: filter.byOccurrence)
        if let unsent = filter.unsent { query.add(unsent) }
        if filter.withRepeats { query.add("c.id IN (SELECT conversion FROM repeat)") }
        return query
    }

    func conversion(_ id: ConversionID) throws(Failure) -> ConversionRow? {
        var query = Self.query
        query.add("c.id =", id)
        return try conversions(query, order: "c.id", limit: 1).first
    }

    func messages(_ ids: ClosedRange<ConversionID>, limit: Int) throws(Failure) -> [ConversionRow] {
        var query = Self.query
        query.add("c.id >=", ids.lowerBound)
        query.add("c.id <=", ids.upperBound)
        return try conversions(query, order: "c.id DESC", limit: limit)
    }

    func history(of id: ConversionID) throws(Failure) -> [ConversionRow] {
        guard let found = try conversion(id) else { return [] }
        if found.root == nil, found.latest == nil { return [found] }
        var query = Self.query
        query.add(history: "c.id", found.root ?? found.id)
        return try conversions(query, order: "coalesce(c.step, 0)", limit: 10_000)
    }

    private func conversions(
        _ query: ListQuery, order: String, limit: Int, offset: Int = 0, isPresent: Bool = false
    ) throws(Failure) -> [ConversionRow] {
        var query = query
        let source = Self.dialect.text(of: "c.source", as: "s")
        let tracker = Self.dialect.text(of: "c.tracker", as: "k")
        let sql = """
            SELECT c.id, \(source.column), \(tracker.column), c.received_at, c.type, c.status, c.order_id, c.click_id, c.amount, c.currency,
                t.document, c.refunded, c.root, c.latest
            FROM conversion c \(source.join) \(tracker.join) JOIN content t ON \(Self.dialect.content(present: isPresent))
            \(query.clause) ORDER BY \(order) \(query.page(limit, offset))
            """
        return try rows(sql, query.values) { $0.conversion() }
    }

    /// The bytes that the sender sent; nil if they were pruned.
    func request(of id: ConversionID) throws(Failure) -> StoredRequest? {
        var query = Self.query
        query.add("c.id =", id)
        let sql = "SELECT t.request FROM conversion c JOIN content t ON \(Self.dialect.content()) \(query.clause)"
        return try rows(sql, query.values) { StoredRequest(encoded: $0.bytes(0)) }.first ?? nil
    }

    func missedRoutes(of id: ConversionID) throws(Failure) -> MissedRoutes? {
        var query = Self.query
        query.add("c.id =", id)
        let sql = "SELECT t.missed FROM conversion c JOIN content t ON \(Self.dialect.content()) \(query.clause)"
        return try rows(sql, query.values) { $0.optionalText(0).map { MissedRoutes(text: $0) } }.first ?? nil
    }

    // MARK: Repeats and waiting corrections

    func repeats(of id: ConversionID) throws(Failure) -> [RepeatRow] {
        var query = Self.query
        query.add("conversion =", id)
        let sql = "SELECT number, received_at, count, document, request, note FROM repeat \(query.clause) ORDER BY number"
        return try rows(sql, query.values) { $0.repetition() }
    }

    func waiting(_ filter: ConversionFilter) throws(Failure) -> [WaitingRow] {
        var query = Self.query
        query.add(name: "w.source", filter.source)
        query.add("w.order_id =", filter.orderID)
        query.add("w.received_at", since: filter.since, until: filter.until)
        let source = Self.dialect.text(of: "w.source", as: "s")
        let tracker = Self.dialect.text(of: "w.tracker", as: "k")
        let sql = """
            SELECT w.id, \(source.column), \(tracker.column), w.received_at, w.order_id, w.document, w.request,
                (SELECT CAST(sum(r.count) AS bigint) FROM repeat r WHERE r.conversion = w.id)
            FROM waiting w \(source.join) \(tracker.join) \(query.clause) ORDER BY w.number \(query.page(filter.limit, filter.offset))
            """
        return try rows(sql, query.values) { $0.waiting() }
    }

    // MARK: Deliveries

    func conditions(of filter: DeliveryFilter) throws(Failure) -> ListQuery {
        var query = Self.query
        query.add("d.conversion =", filter.conversion)
        query.add(history: "d.conversion", filter.history)
        query.add(name: "c.source", filter.source)
        query.add(name: "d.destination", filter.destination)
        query.add(order: "c.order_id", filter.orderID)
        query.add(since: filter.since, until: filter.until, byOccurrence: filter.byOccurrence)
        query.add("d.conversion >=", filter.from)
        if let state = filter.state {
            // Of a bounded time the index has few, however many there are in all.
            query.add(state.condition(filter.from == nil ? try stateColumn("d.state", for: [state]) : "d.state"))
        }
        if filter.failed { query.add("\(try stateColumn("d.state", for: DeliveryState.allCases.filter(\.isFailed))) > 2") }
        if filter.leavingUnconfirmed { query.add("d.state <> \(DeliveryState.unconfirmed.number)") }
        return query
    }

    func deliveries(_ filter: DeliveryFilter) throws(Failure) -> [DeliveryRow] {
        var query = try conditions(of: filter)
        let destination = Self.dialect.text(of: "d.destination", as: "n")
        let source = Self.dialect.text(of: "c.source", as: "s")
        let content = filter.byOccurrence ? "JOIN content t ON \(Self.dialect.content())" : ""
        let sql = """
            SELECT d.conversion, \(destination.column), \(source.column), c.order_id, d.state, d.attempts, d.created_at, d.changed_at,
                d.next_attempt, d.reason, d.remote_id, CASE WHEN c.root IS NULL THEN c.amount END, c.currency, d.lines, d.arrived,
                c.root IS NOT NULL, d.logged
            FROM delivery d JOIN conversion c ON c.id = d.conversion \(destination.join) \(source.join) \(content)
            \(query.clause) ORDER BY d.conversion \(filter.ascending ? "ASC" : "DESC"), \(destination.column)
            \(query.page(filter.limit, filter.offset))
            """
        return try rows(sql, query.values) { $0.delivery() }
    }

    func attempts(of delivery: DeliveryID) throws(Failure) -> [AttemptRow] {
        var query = Self.query
        query.add("conversion =", delivery.conversion)
        query.add(name: "destination", delivery.destination)
        let columns = "number, started_at, latency, request_line, status, outcome, reply, request"
        return try rows("SELECT \(columns) FROM attempt \(query.clause) ORDER BY number", query.values) { $0.attempt() }
    }

    func counts() throws(Failure) -> [DeliveryCount] {
        let destination = Self.dialect.text(of: "k.destination", as: "n")
        let sum = Self.dialect == .postgres ? "sum(k.count)::bigint" : "sum(k.count)"
        let sql = """
            SELECT \(destination.column), k.state, \(sum) FROM delivery_count k \(destination.join)
            GROUP BY \(destination.column), k.state HAVING sum(k.count) > 0 ORDER BY 1, 2
            """
        return try rows(sql, []) { $0.count() }.compactMap { $0 }
    }

    // MARK: Refused requests

    func conditions(of filter: RefusedFilter) -> ListQuery {
        var query = Self.query
        query.add("r.id =", filter.id)
        query.add("r.id >", filter.after)
        query.add(name: "r.source", filter.source)
        query.add(name: "r.tracker", filter.tracker)
        query.add("r.code =", filter.code)
        query.add("r.received_at", since: filter.since, until: filter.until)
        if let unrouted = filter.unrouted {
            query.add(unrouted ? "r.source IS NULL AND r.tracker IS NULL" : "(r.source IS NOT NULL OR r.tracker IS NOT NULL)")
        }
        if let strangers = filter.strangers { query.add(strangers ? "r.is_stranger" : "NOT r.is_stranger") }
        return query
    }

    func refused(_ filter: RefusedFilter) throws(Failure) -> [RefusedRow] {
        var query = conditions(of: filter)
        let source = Self.dialect.text(of: "r.source", as: "s", "LEFT JOIN")
        let tracker = Self.dialect.text(of: "r.tracker", as: "k", "LEFT JOIN")
        let sql = """
            SELECT r.id, r.received_at, \(source.column), \(tracker.column), r.status, r.code, r.reason, r.request, r.replayed_as,
                r.replayed_at, r.is_cut
            FROM refused r \(source.join) \(tracker.join) \(query.clause)
            ORDER BY r.id \(filter.ascending ? "ASC" : "DESC") \(query.page(filter.limit, filter.offset))
            """
        return try rows(sql, query.values) { $0.refused() }
    }

    // MARK: Destinations

    func controls() throws(Failure) -> [DestinationControl] {
        try rows("SELECT destination, paused_at, reason FROM control ORDER BY destination", []) { $0.control() }
    }

    func reports() throws(Failure) -> [DestinationReport] {
        let sql = """
            SELECT node, destination, breaker, opened_at, probe_at, failures, reason, in_flight, waiting, rate, is_dry_run, last_status,
                answered_at, reported_at
            FROM destination_report ORDER BY destination, node
            """
        return try rows(sql, []) { $0.report() }
    }
}
