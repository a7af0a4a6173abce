import GRDB
import Mappings
import Rules

extension SQLiteConversionStore {
    /// Reads the whole file: some seconds for each gigabyte. All of it is one snapshot, so that sums may be compared while others write.
    func inspect() async throws(StoreError) -> StoreInspection {
        try await read { database in
            let applied = try Int.fetchOne(database, sql: "SELECT max(CAST(identifier AS INTEGER)) FROM grdb_migrations")
            var found = StoreInspection(schema: applied ?? 0)
            found.damage = try String.fetchAll(database, sql: "PRAGMA quick_check(20)").filter { $0 != "ok" }
            guard found.damage.isEmpty else { return found }
            try database.compareSums(&found)
            let page = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0
            let free = try Int.fetchOne(database, sql: "PRAGMA freelist_count") ?? 0
            found.freeBytes = free * page
            found.usedBytes = ((try Int.fetchOne(database, sql: "PRAGMA page_count") ?? 0) - free) * page
            found.conversions = try Int.fetchOne(database, sql: "SELECT count(*) FROM conversion") ?? 0
            let newest = try database.prepared("SELECT received_at FROM conversion ORDER BY id DESC LIMIT 1")
            if try newest.step() { found.newest = newest.timestamp(0) }
            if let newest = found.newest {
                let day = try database.prepared("SELECT count(*) FROM conversion WHERE id >= ?1")
                day.bind(1, ConversionID.first(at: newest.advanced(by: .seconds(-86_400))))
                found.lastDay = try day.step() ? day.int(0) : 0
            }
            let pending = try database.prepared(
                """
                SELECT n.text, count(*), min(d.created_at) FROM delivery d JOIN name n ON n.id = d.destination
                WHERE d.state = 0 GROUP BY n.text ORDER BY n.text
                """)
            while try pending.step() { found.pending.append((pending.text(0), pending.int(1), pending.timestamp(2))) }
            return found
        }
    }
}

extension Database {
    fileprivate func compareSums(_ found: inout StoreInspection) throws {
        let states = try prepared(
            """
            SELECT n.text, x.state, sum(x.rows), sum(x.counted) FROM (
                SELECT destination, state, count(*) AS rows, 0 AS counted FROM delivery GROUP BY destination, state
                UNION ALL SELECT destination, state, 0, count FROM delivery_count
            ) x JOIN name n ON n.id = x.destination GROUP BY n.text, x.state HAVING sum(x.rows) <> sum(x.counted)
            """)
        while try states.step() {
            let state = DeliveryState(number: states.int64(1))?.rawValue ?? "unknown"
            found.disagreements.append("\(states.text(0)): \(states.int(2)) deliveries are \(state), but \(states.int(3)) are counted")
        }
        let refused = try prepared(
            """
            SELECT s.is_stranger, s.count, (SELECT count(*) FROM refused r WHERE r.is_stranger = s.is_stranger) FROM refused_sum s
            WHERE s.count <> (SELECT count(*) FROM refused r WHERE r.is_stranger = s.is_stranger)
            """)
        while try refused.step() {
            let whose = refused.int(0) == 1 ? "strangers" : "senders"
            found.disagreements.append("\(refused.int(2)) refused requests of \(whose) are kept, but \(refused.int(1)) are counted")
        }
        for (what, sql) in [
            ("conversions lack their content", "conversion c WHERE NOT EXISTS (SELECT 1 FROM content t WHERE t.id = c.content)"),
            ("deliveries lack their conversion", "delivery d WHERE NOT EXISTS (SELECT 1 FROM conversion c WHERE c.id = d.conversion)"),
        ] {
            let count = try Int.fetchOne(self, sql: "SELECT count(*) FROM " + sql) ?? 0
            if count > 0 { found.disagreements.append("\(count) \(what)") }
        }
    }
}
