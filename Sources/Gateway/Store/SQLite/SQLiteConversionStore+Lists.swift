import GRDB
import Mappings
import Rules

extension SQLiteConversionStore {
    func conversions(_ filter: ConversionFilter) async throws(StoreError) -> [ConversionRow] {
        try await read { database in
            var query = ListQuery()
            query.add("c.root IS NULL")
            query.add("c.source = (SELECT id FROM name WHERE text = ?)", filter.source)
            query.add("c.tracker = (SELECT id FROM name WHERE text = ?)", filter.tracker)
            query.add("c.type = ?", filter.type)
            query.add("c.status = ?", filter.status)
            query.add("c.order_id = ?", filter.orderID)
            query.add("c.click_id = ?", filter.clickID)
            query.add("c.received_at >= ?", filter.since)
            query.add("c.received_at < ?", filter.until)
            if let state = filter.state { query.add(try database.hasDelivery(in: state)) }
            if filter.withRepeats { query.add("c.id IN (SELECT conversion FROM repeat WHERE number > 0)") }
            let order = "c.id \(filter.ascending ? "ASC" : "DESC")"
            return try database.conversions(
                query, order: order, limit: filter.limit, offset: filter.offset, content: Database.presentContent)
        }
    }

    func conversion(_ id: ConversionID) async throws(StoreError) -> ConversionRow? {
        try await read { database in
            var query = ListQuery()
            query.add("c.id = ?", id)
            return try database.conversions(query, order: "c.id", limit: 1, offset: 0).first
        }
    }

    func history(of conversion: ConversionID) async throws(StoreError) -> [ConversionRow] {
        try await read { database in
            var query = ListQuery()
            query.add("c.id = ?", conversion)
            guard let found = try database.conversions(query, order: "c.id", limit: 1, offset: 0).first else { return [] }
            if found.root == nil, found.latest == nil { return [found] }
            query = ListQuery()
            query.add("c.id IN (\(Database.historyIDs))", found.root ?? found.id)
            return try database.conversions(query, order: "coalesce(c.step, 0)", limit: 10_000, offset: 0)
        }
    }

    func waiting(_ filter: ConversionFilter) async throws(StoreError) -> [WaitingRow] {
        try await read { database in
            var query = ListQuery()
            query.add("w.source = (SELECT id FROM name WHERE text = ?)", filter.source)
            query.add("w.order_id = ?", filter.orderID)
            query.add("w.received_at >= ?", filter.since)
            query.add("w.received_at < ?", filter.until)
            let select = try database.prepared(
                """
                SELECT w.id, s.text, k.text, w.received_at, w.order_id, w.document, w.request
                FROM waiting w JOIN name s ON s.id = w.source JOIN name k ON k.id = w.tracker
                \(query.clause) ORDER BY w.number LIMIT ? OFFSET ?
                """)
            query.bind(to: select, limit: filter.limit, offset: filter.offset)
            var rows: [WaitingRow] = []
            while try select.step() {
                rows.append(
                    WaitingRow(
                        id: select.id(0), source: select.text(1), tracker: select.text(2), receivedAt: select.timestamp(3),
                        orderID: select.optionalText(4), document: select.bytes(5), request: StoredRequest(encoded: select.bytes(6))))
            }
            return rows
        }
    }

    func request(of conversion: ConversionID) async throws(StoreError) -> StoredRequest? {
        try await read { database in
            let select = try database.prepared("SELECT t.request FROM conversion c JOIN content t ON t.id = c.content WHERE c.id = ?1")
            select.bind(1, conversion)
            guard try select.step() else { return nil }
            let request = select.bytes(0)
            return request.isEmpty ? nil : StoredRequest(encoded: request)
        }
    }

    func repeats(of conversion: ConversionID) async throws(StoreError) -> [RepeatRow] {
        try await read { database in
            let select = try database.prepared(
                "SELECT number, received_at, count, document, request, note FROM repeat WHERE conversion = ?1 ORDER BY number")
            select.bind(1, conversion)
            var rows: [RepeatRow] = []
            while try select.step() {
                rows.append(
                    RepeatRow(
                        receivedAt: select.timestamp(1),
                        sameContent: select.int(0) == 0,
                        count: select.int(2),
                        document: select.optionalBytes(3),
                        request: select.optionalBytes(4).flatMap { StoredRequest(encoded: $0) },
                        note: select.optionalText(5)
                    ))
            }
            return rows
        }
    }

    func deliveries(_ filter: DeliveryFilter) async throws(StoreError) -> [DeliveryRow] {
        try await read { database in
            var query = ListQuery()
            query.add("d.conversion = ?", filter.conversion)
            query.add("d.conversion IN (\(Database.historyIDs))", filter.history)
            query.add("c.source = (SELECT id FROM name WHERE text = ?)", filter.source)
            query.add("d.destination = (SELECT id FROM name WHERE text = ?)", filter.destination)
            query.add("c.order_id = ?", filter.orderID)
            query.add("c.received_at >= ?", filter.since)
            query.add("c.received_at < ?", filter.until)
            if let state = filter.state { query.add(state.condition(try database.isRare([state]) ? "d.state" : "+d.state")) }
            if filter.failed { query.add(try database.isRare(DeliveryState.allCases.filter(\.isFailed)) ? "d.state > 2" : "+d.state > 2") }
            let order = filter.ascending ? "ASC" : "DESC"
            let select = try database.prepared(
                """
                SELECT d.conversion, n.text, s.text, c.order_id, d.state, d.attempts, d.created_at, d.changed_at, d.next_attempt, d.reason,
                    d.remote_id
                FROM delivery d JOIN conversion c ON c.id = d.conversion JOIN name n ON n.id = d.destination JOIN name s ON s.id = c.source
                \(query.clause) ORDER BY d.conversion \(order), n.text LIMIT ? OFFSET ?
                """)
            query.bind(to: select, limit: filter.limit, offset: filter.offset)
            var rows: [DeliveryRow] = []
            while try select.step() {
                rows.append(
                    DeliveryRow(
                        id: DeliveryID(conversion: select.id(0), destination: select.text(1)),
                        source: select.text(2),
                        orderID: select.optionalText(3),
                        state: DeliveryState(number: select.int64(4)) ?? .pending,
                        attempts: select.int(5),
                        createdAt: select.timestamp(6),
                        changedAt: select.timestamp(7),
                        nextAttempt: select.optionalTimestamp(8),
                        reason: select.optionalText(9),
                        remoteID: select.optionalText(10)
                    ))
            }
            return rows
        }
    }

    func refused(_ filter: RefusedFilter) async throws(StoreError) -> [RefusedRow] {
        try await read { database in
            var query = ListQuery()
            if let id = filter.id { query.add("r.id = ?", value: .int(id)) }
            query.add("r.source = (SELECT id FROM name WHERE text = ?)", filter.source)
            query.add("r.tracker = (SELECT id FROM name WHERE text = ?)", filter.tracker)
            query.add("r.code = ?", filter.code)
            query.add("r.received_at >= ?", filter.since)
            query.add("r.received_at < ?", filter.until)
            if let strangers = filter.strangers { query.add("r.is_stranger = \(strangers ? 1 : 0)") }
            let select = try database.prepared(
                """
                SELECT r.id, r.received_at, s.text, t.text, r.status, r.code, r.reason, r.request, r.replayed_as, r.replayed_at
                FROM refused r LEFT JOIN name s ON s.id = r.source LEFT JOIN name t ON t.id = r.tracker
                \(query.clause) ORDER BY r.id \(filter.ascending ? "ASC" : "DESC") LIMIT ? OFFSET ?
                """)
            query.bind(to: select, limit: filter.limit, offset: filter.offset)
            var rows: [RefusedRow] = []
            while try select.step() {
                let request = StoredRequest(encoded: select.bytes(7))
                let refused = RefusedRequest(
                    receivedAt: select.timestamp(1),
                    source: select.optionalText(2),
                    tracker: select.optionalText(3),
                    status: select.int(4),
                    code: select.text(5),
                    reason: select.text(6),
                    request: request ?? StoredRequest(method: "", target: "", headers: [], body: [], peer: "")
                )
                let replayed = (select.optionalID(8), select.optionalTimestamp(9))
                rows.append(RefusedRow(id: select.int64(0), refused: refused, replayedAs: replayed.0, replayedAt: replayed.1))
            }
            return rows
        }
    }
}

extension Database {
    /// The content of the conversion as it stands now.
    fileprivate static let presentContent = "coalesce((SELECT l.content FROM conversion l WHERE l.id = c.latest), c.content)"

    /// All messages of the history whose first is the parameter.
    fileprivate static let historyIDs =
        "WITH root(id) AS (SELECT ?) SELECT id FROM root UNION ALL SELECT id FROM conversion WHERE root = (SELECT id FROM root)"

    fileprivate func conversions(
        _ query: ListQuery, order: String, limit: Int, offset: Int, content: String = "c.content"
    ) throws -> [ConversionRow] {
        let select = try prepared(
            """
            SELECT c.id, s.text, k.text, c.received_at, c.type, c.status, c.order_id, c.click_id, c.amount, c.currency, t.document,
                c.refunded, c.root, c.latest
            FROM conversion c JOIN name s ON s.id = c.source JOIN name k ON k.id = c.tracker JOIN content t ON t.id = \(content)
            \(query.clause) ORDER BY \(order) LIMIT ? OFFSET ?
            """)
        query.bind(to: select, limit: limit, offset: offset)
        var rows: [ConversionRow] = []
        while try select.step() {
            rows.append(
                ConversionRow(
                    id: select.id(0),
                    source: select.text(1),
                    tracker: select.text(2),
                    receivedAt: select.timestamp(3),
                    type: select.optionalText(4),
                    status: select.optionalText(5),
                    orderID: select.optionalText(6),
                    clickID: select.optionalText(7),
                    amount: select.optionalText(8),
                    currency: select.optionalText(9),
                    document: select.bytes(10),
                    refunded: select.optionalText(11),
                    root: select.optionalID(12),
                    latest: select.optionalID(13)
                ))
        }
        return rows
    }

    /// Few deliveries in the state: collect their conversions first. Many: walk the conversions and look at each one's deliveries.
    fileprivate func hasDelivery(in state: DeliveryState) throws -> String {
        try isRare([state])
            ? """
            c.id IN (SELECT coalesce(x.root, x.id) FROM delivery y JOIN conversion x ON x.id = y.conversion WHERE \(state.condition("y.state")))
            """
            : """
            (EXISTS (SELECT 1 FROM delivery d WHERE d.conversion = c.id AND \(state.condition("+d.state")))
            OR c.latest IS NOT NULL AND EXISTS (SELECT 1 FROM conversion x CROSS JOIN delivery y ON y.conversion = x.id
                WHERE x.root = c.id AND \(state.condition("+y.state"))))
            """
    }

    /// Whether sorting all deliveries in the states is cheaper than walking the list in its order. A `+` before a column keeps the
    /// partial indexes out of a query.
    fileprivate func isRare(_ states: [DeliveryState]) throws -> Bool {
        let numbers = states.map { String($0.number) }.joined(separator: ", ")
        return try Int.fetchOne(self, sql: "SELECT coalesce(sum(count), 0) FROM delivery_count WHERE state IN (\(numbers))") ?? 0 <= 10_000
    }
}
