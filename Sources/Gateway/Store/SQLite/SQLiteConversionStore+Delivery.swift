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
            // All that is left out may come first, so that many more are looked at; only the index is read for it.
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
                SELECT d.attempts, t.document, d.round, d.lines, c.root, c.step, d.destination
                FROM delivery d JOIN conversion c ON c.id = d.conversion JOIN content t ON t.id = c.content
                WHERE d.conversion = ?1 AND d.destination = (SELECT id FROM name WHERE text = ?2)
                """)
            content.bind(2, destination)
            var due: [DueDelivery] = []
            due.reserveCapacity(wanted.count)
            for id in wanted {
                content.bind(1, id)
                guard try content.step() else { continue }
                let delivery = DeliveryID(conversion: id, destination: destination)
                var found = content.due(delivery, from: 0)
                if let root = content.optionalID(4) {
                    let place = HistoryPlace(root: root, step: content.int(5))
                    found.follow(try Self.earlierDeliveries(before: place, content.int64(6), database))
                }
                due.append(found)
                content.reset()
            }
            return due
        }
    }

    func isInTurn(_ correction: DeliveryID, after predecessor: DeliveryState?) async throws(StoreError) -> Bool {
        try await read { database in
            let select = try database.prepared(
                """
                SELECT c.root, c.step, d.destination FROM delivery d JOIN conversion c ON c.id = d.conversion
                WHERE d.conversion = ?1 AND d.destination = (SELECT id FROM name WHERE text = ?2)
                    AND d.state = 0 AND d.next_attempt IS NOT NULL
                """)
            select.bindAll(correction.conversion, correction.destination)
            let found = try select.first { row in row.optionalID(0).map { (HistoryPlace(root: $0, step: row.int(1)), row.int64(2)) } }
            guard case (let place, let destination)?? = found else { return false }
            return try Self.earlierDeliveries(before: place, destination, database).predecessor == predecessor
        }
    }

    /// Of the messages before a correction.
    private static func earlierDeliveries(
        before place: HistoryPlace, _ destination: Int64, _ database: Database
    ) throws -> [EarlierDelivery] {
        let earlier = try database.prepared(
            """
            \(SQLDialect.sqliteHistory) SELECT d.state, d.arrived, d.remote_id, h.step FROM history h
            CROSS JOIN delivery d ON d.conversion = h.id
            WHERE d.destination = ?2 AND h.step < ?3
            """)
        earlier.bindAll(place.root, destination, place.step)
        return try earlier.rows { $0.earlierDelivery(from: 0) }
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

    func bringForward(_ destination: String, dueAfter latest: [Timestamp], to now: Timestamp) async throws(StoreError) -> Int {
        guard let soonest = latest.min(), let last = latest.indices.last else { return 0 }
        let isNeeded = try await read { database in
            let select = try database.prepared(
                """
                SELECT 1 FROM delivery INDEXED BY delivery_pending
                WHERE state = 0 AND destination = (SELECT id FROM name WHERE text = ?1) AND next_attempt > ?2 LIMIT 1
                """)
            select.bindAll(destination, soonest)
            return try select.first { _ in true } ?? false
        }
        guard isNeeded else { return 0 }
        var changed = 0
        for (attempts, time) in latest.enumerated() {
            // In portions, so that many do not keep intake waiting.
            while true {
                let portion = try await write { writer in
                    try writer.run(
                        """
                        UPDATE delivery SET next_attempt = ?5 WHERE destination = (SELECT id FROM name WHERE text = ?1) AND conversion IN (
                            SELECT conversion FROM delivery INDEXED BY delivery_pending
                            WHERE state = 0 AND destination = (SELECT id FROM name WHERE text = ?1) AND next_attempt > ?2
                                AND attempts BETWEEN ?3 AND ?4 LIMIT 500
                        )
                        """, destination, time, attempts, attempts == last ? Int.max : attempts, now)
                }
                changed += portion
                if portion < 500 { break }
            }
        }
        return changed
    }

    func oldestPending() async throws(StoreError) -> [String: Timestamp] {
        try await read { database in
            // Ids sort by time, and the index holds them.
            let select = try database.prepared(
                """
                SELECT n.text, min(d.conversion) FROM delivery d INDEXED BY delivery_pending JOIN name n ON n.id = d.destination
                WHERE d.state = 0 GROUP BY d.destination
                """)
            return Dictionary(uniqueKeysWithValues: try select.rows { ($0.text(0), $0.id(1).time) })
        }
    }
}
