import Mappings
import Rules

extension PostgresConversionStore {
    func conversions(_ filter: ConversionFilter) async throws(StoreError) -> [ConversionRow] {
        try await read { connection throws(PostgresFailure) in
            var query = PostgresQuery()
            query.add("c.root IS NULL")
            query.add("c.source =", filter.source)
            query.add("c.tracker =", filter.tracker)
            query.add("c.type =", filter.type)
            query.add("c.status =", filter.status)
            query.add("c.order_id =", filter.orderID)
            query.add("c.click_id =", filter.clickID)
            query.add("c.received_at >=", filter.since)
            query.add("c.received_at <", filter.until)
            if let state = filter.state {
                query.add(
                    """
                    (EXISTS (SELECT FROM delivery d WHERE d.conversion = c.id AND \(state.condition("d.state")))
                    OR c.latest IS NOT NULL AND EXISTS (SELECT FROM conversion x JOIN delivery y ON y.conversion = x.id
                        WHERE x.root = c.id AND \(state.condition("y.state"))))
                    """)
            }
            if filter.withRepeats { query.add("EXISTS (SELECT FROM repeat r WHERE r.conversion = c.id AND r.number > 0)") }
            let order = "c.id \(filter.ascending ? "ASC" : "DESC")"
            return try connection.conversions(
                query, order: order, limit: filter.limit, offset: filter.offset, content: "coalesce(c.latest, c.id)")
        }
    }

    func conversion(_ id: ConversionID) async throws(StoreError) -> ConversionRow? {
        try await read { connection throws(PostgresFailure) in
            var query = PostgresQuery()
            query.add("c.id =", id)
            return try connection.conversions(query, order: "c.id", limit: 1, offset: 0).first
        }
    }

    func history(of conversion: ConversionID) async throws(StoreError) -> [ConversionRow] {
        try await read { connection throws(PostgresFailure) in
            var query = PostgresQuery()
            query.add("c.id =", conversion)
            guard let found = try connection.conversions(query, order: "c.id", limit: 1, offset: 0).first else { return [] }
            if found.root == nil, found.latest == nil { return [found] }
            query = PostgresQuery()
            query.add(history: "c.id", found.root ?? found.id)
            return try connection.conversions(query, order: "coalesce(c.step, 0)", limit: 10_000, offset: 0)
        }
    }

    func waiting(_ filter: ConversionFilter) async throws(StoreError) -> [WaitingRow] {
        try await read { connection throws(PostgresFailure) in
            var query = PostgresQuery()
            query.add("source =", filter.source)
            query.add("order_id =", filter.orderID)
            query.add("received_at >=", filter.since)
            query.add("received_at <", filter.until)
            let rows = try connection.run(
                sql: """
                    SELECT id, source, tracker, received_at, order_id, document, request FROM waiting
                    \(query.clause) ORDER BY number \(query.page(limit: filter.limit, offset: filter.offset))
                    """, query.parameters)
            return rows.rows.map { row in
                WaitingRow(
                    id: rows.id(row, 0), source: rows.text(row, 1), tracker: rows.text(row, 2), receivedAt: rows.timestamp(row, 3),
                    orderID: rows.optionalText(row, 4), document: rows.bytes(row, 5), request: StoredRequest(encoded: rows.bytes(row, 6)))
            }
        }
    }

    func request(of conversion: ConversionID) async throws(StoreError) -> StoredRequest? {
        try await read { connection throws(PostgresFailure) in
            var parameters = PostgresParameters()
            parameters.add(conversion)
            let rows = try connection.run(sql: "SELECT request FROM content WHERE conversion = $1::uuid", parameters)
            return rows.isEmpty ? nil : StoredRequest(encoded: rows.bytes(0, 0))
        }
    }

    func repeats(of conversion: ConversionID) async throws(StoreError) -> [RepeatRow] {
        try await read { connection throws(PostgresFailure) in
            var parameters = PostgresParameters()
            parameters.add(conversion)
            let rows = try connection.run(
                sql: "SELECT number, received_at, count, document, request, note FROM repeat WHERE conversion = $1::uuid ORDER BY number",
                parameters)
            return rows.rows.map { row in
                RepeatRow(
                    receivedAt: rows.timestamp(row, 1), sameContent: rows.int(row, 0) == 0, count: rows.int(row, 2),
                    document: rows.optionalBytes(row, 3), request: rows.optionalBytes(row, 4).flatMap { StoredRequest(encoded: $0) },
                    note: rows.optionalText(row, 5))
            }
        }
    }

    func deliveries(_ filter: DeliveryFilter) async throws(StoreError) -> [DeliveryRow] {
        try await read { connection throws(PostgresFailure) in
            var query = PostgresQuery()
            query.add("d.conversion =", filter.conversion)
            query.add(history: "d.conversion", filter.history)
            query.add("c.source =", filter.source)
            query.add("d.destination =", filter.destination)
            query.add("c.order_id =", filter.orderID)
            query.add("c.received_at >=", filter.since)
            query.add("c.received_at <", filter.until)
            if let state = filter.state { query.add(state.condition("d.state")) }
            if filter.failed { query.add("d.state > 2") }
            let rows = try connection.run(
                sql: """
                    SELECT d.conversion, d.destination, c.source, c.order_id, d.state, d.attempts, d.created_at, d.changed_at, d.next_attempt,
                        d.reason, d.remote_id
                    FROM delivery d JOIN conversion c ON c.id = d.conversion
                    \(query.clause) ORDER BY d.conversion \(filter.ascending ? "ASC" : "DESC"), d.destination
                    \(query.page(limit: filter.limit, offset: filter.offset))
                    """, query.parameters)
            return rows.rows.map { row in
                DeliveryRow(
                    id: DeliveryID(conversion: rows.id(row, 0), destination: rows.text(row, 1)), source: rows.text(row, 2),
                    orderID: rows.optionalText(row, 3), state: DeliveryState(number: rows.int64(row, 4)) ?? .pending,
                    attempts: rows.int(row, 5), createdAt: rows.timestamp(row, 6), changedAt: rows.timestamp(row, 7),
                    nextAttempt: rows.optionalTimestamp(row, 8), reason: rows.optionalText(row, 9), remoteID: rows.optionalText(row, 10))
            }
        }
    }

    func refused(_ filter: RefusedFilter) async throws(StoreError) -> [RefusedRow] {
        try await read { connection throws(PostgresFailure) in
            var query = PostgresQuery()
            query.add("id =", filter.id)
            query.add("source =", filter.source)
            query.add("tracker =", filter.tracker)
            query.add("code =", filter.code)
            query.add("received_at >=", filter.since)
            query.add("received_at <", filter.until)
            if let strangers = filter.strangers { query.add(strangers ? "is_stranger" : "NOT is_stranger") }
            let rows = try connection.run(
                sql: """
                    SELECT id, received_at, source, tracker, status, code, reason, request, replayed_as, replayed_at FROM refused
                    \(query.clause) ORDER BY id \(filter.ascending ? "ASC" : "DESC")
                    \(query.page(limit: filter.limit, offset: filter.offset))
                    """, query.parameters)
            return rows.rows.map { row in
                let request = StoredRequest(encoded: rows.bytes(row, 7))
                let refused = RefusedRequest(
                    receivedAt: rows.timestamp(row, 1), source: rows.optionalText(row, 2), tracker: rows.optionalText(row, 3),
                    status: rows.int(row, 4), code: rows.text(row, 5), reason: rows.text(row, 6),
                    request: request ?? StoredRequest(method: "", target: "", headers: [], body: [], peer: ""))
                return RefusedRow(
                    id: rows.int64(row, 0), refused: refused, replayedAs: rows.optionalID(row, 8),
                    replayedAt: rows.optionalTimestamp(row, 9))
            }
        }
    }
}

extension PostgresConnection {
    fileprivate func conversions(
        _ query: PostgresQuery, order: String, limit: Int, offset: Int, content: String = "c.id"
    ) throws(PostgresFailure) -> [ConversionRow] {
        let rows = try run(
            sql: """
                SELECT c.id, c.source, c.tracker, c.received_at, c.type, c.status, c.order_id, c.click_id, c.amount, c.currency, t.document,
                    c.refunded, c.root, c.latest
                FROM conversion c JOIN content t ON t.conversion = \(content)
                \(query.clause) ORDER BY \(order) \(query.page(limit: limit, offset: offset))
                """, query.parameters)
        return rows.rows.map { row in
            ConversionRow(
                id: rows.id(row, 0), source: rows.text(row, 1), tracker: rows.text(row, 2), receivedAt: rows.timestamp(row, 3),
                type: rows.optionalText(row, 4), status: rows.optionalText(row, 5), orderID: rows.optionalText(row, 6),
                clickID: rows.optionalText(row, 7), amount: rows.optionalText(row, 8), currency: rows.optionalText(row, 9),
                document: rows.bytes(row, 10), refunded: rows.optionalText(row, 11), root: rows.optionalID(row, 12),
                latest: rows.optionalID(row, 13))
        }
    }
}

/// A list's SQL, put together from the conditions of a filter. Values are always parameters.
private struct PostgresQuery {
    private var conditions: [String] = []
    private(set) var parameters = PostgresParameters()

    /// A condition without values.
    mutating func add(_ condition: String) { conditions.append(condition) }

    /// `comparison` ends with its operator. Nil adds nothing.
    mutating func add(_ comparison: String, _ text: String?) {
        guard let text else { return }
        parameters.add(text)
        conditions.append("\(comparison) $\(parameters.places.count)::text")
    }

    mutating func add(_ comparison: String, _ number: Int64?) {
        guard let number else { return }
        parameters.add(number)
        conditions.append("\(comparison) $\(parameters.places.count)::bigint")
    }

    mutating func add(_ comparison: String, _ time: Timestamp?) { add(comparison, time?.microseconds) }

    mutating func add(_ comparison: String, _ id: ConversionID?) {
        guard let id else { return }
        parameters.add(id)
        conditions.append("\(comparison) $\(parameters.places.count)::uuid")
    }

    /// All messages of the history whose first is `root`. Nil adds nothing.
    mutating func add(history column: String, _ root: ConversionID?) {
        guard let root else { return }
        parameters.add(root)
        let place = "$\(parameters.places.count)::uuid"
        conditions.append("\(column) IN (SELECT \(place) UNION ALL SELECT id FROM conversion WHERE root = \(place))")
    }

    /// `WHERE …` or nothing.
    var clause: String { conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ") }

    func page(limit: Int, offset: Int) -> String { "LIMIT \(max(0, limit)) OFFSET \(max(0, offset))" }
}
