import GRDB
import Mappings
import Rules

extension SQLiteConversionStore {
    func due(
        _ destination: String,
        at now: Timestamp,
        leavingOut: Set<DeliveryID>,
        limit: Int
    ) async throws(StoreError) -> [DueDelivery] {
        try await read { database in
            // What is left out may all stand in front, so that many more are looked at; only the index is read for it.
            let ids = try database.prepared(
                """
                SELECT conversion FROM delivery INDEXED BY delivery_pending
                WHERE state = 0 AND destination = (SELECT id FROM name WHERE text = ?1) AND next_attempt <= ?2
                ORDER BY next_attempt, conversion LIMIT ?3
                """)
            ids.bind(1, destination)
            ids.bind(2, now)
            ids.bind(3, max(0, limit) + leavingOut.count)
            var wanted: [ConversionID] = []
            while wanted.count < limit, try ids.step() {
                let id = ids.id(0)
                if !leavingOut.contains(DeliveryID(conversion: id, destination: destination)) { wanted.append(id) }
            }
            ids.reset()

            let content = try database.prepared(
                """
                SELECT d.attempts, t.document, d.round, c.root, c.step, d.destination FROM delivery d JOIN conversion c ON c.id = d.conversion
                JOIN content t ON t.id = c.content WHERE d.conversion = ?1 AND d.destination = (SELECT id FROM name WHERE text = ?2)
                """)
            let earlier = try database.prepared(
                """
                \(WriterStatements.history) SELECT d.state FROM history h CROSS JOIN delivery d ON d.conversion = h.id
                WHERE d.destination = ?2 AND h.step < ?3
                """)
            content.bind(2, destination)
            var due: [DueDelivery] = []
            due.reserveCapacity(wanted.count)
            for id in wanted {
                content.bind(1, id)
                guard try content.step() else { continue }
                let delivery = DeliveryID(conversion: id, destination: destination)
                var found = DueDelivery(id: delivery, attempts: content.int(0), document: content.bytes(1), round: content.int(2))
                if let root = content.optionalID(3) {
                    earlier.bind(1, root)
                    earlier.bind(2, content.int64(5))
                    earlier.bind(3, content.int64(4))
                    var states: [DeliveryState] = []
                    while try earlier.step() { states.append(DeliveryState(number: earlier.int64(0)) ?? .pending) }
                    found.predecessor = DeliveryState.predecessor(states)
                }
                due.append(found)
                content.reset()
            }
            return due
        }
    }

    func nextDue() async throws(StoreError) -> [String: Timestamp] {
        try await read { database in
            let select = try database.prepared(
                """
                SELECT n.text, (
                    SELECT min(d.next_attempt) FROM delivery d INDEXED BY delivery_pending WHERE d.state = 0 AND d.destination = k.destination
                ) FROM delivery_count k JOIN name n ON n.id = k.destination WHERE k.state = 0 AND k.count > 0
                """)
            var next: [String: Timestamp] = [:]
            while try select.step() { next[select.text(0)] = select.optionalTimestamp(1) }
            return next
        }
    }

    func counts() async throws(StoreError) -> [DeliveryCount] {
        try await read { database in
            let select = try database.prepared(
                """
                SELECT n.text, k.state, k.count FROM delivery_count k JOIN name n ON n.id = k.destination
                WHERE k.count > 0 ORDER BY n.text, k.state
                """)
            var counts: [DeliveryCount] = []
            while try select.step() {
                guard let state = DeliveryState(number: select.int64(1)) else { continue }
                counts.append(DeliveryCount(destination: select.text(0), state: state, count: select.int(2)))
            }
            return counts
        }
    }

    func attempts(of delivery: DeliveryID) async throws(StoreError) -> [AttemptRow] {
        try await read { database in
            let select = try database.prepared(
                """
                SELECT number, started_at, latency, request_line, status, outcome, reply, request FROM attempt
                WHERE conversion = ?1 AND destination = (SELECT id FROM name WHERE text = ?2) ORDER BY number
                """)
            select.bind(1, delivery.conversion)
            select.bind(2, delivery.destination)
            var rows: [AttemptRow] = []
            while try select.step() {
                rows.append(
                    AttemptRow(
                        number: select.int(0),
                        startedAt: select.timestamp(1),
                        latency: select.int64(2),
                        requestLine: select.text(3),
                        request: select.optionalText(7),
                        status: select.optionalInt(4),
                        outcome: AttemptOutcome(stored: select.text(5)),
                        reply: select.text(6)
                    ))
            }
            return rows
        }
    }
}

extension Database {
    /// A statement from this connection's cache; it is reset when the returned value goes away.
    func prepared(_ sql: String) throws -> PreparedStatement {
        let statement = try cachedStatement(sql: sql)
        return PreparedStatement(borrowing: statement.sqliteStatement, from: statement)
    }
}
