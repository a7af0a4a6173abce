import Mappings

extension PostgresConversionStore {
    /// Reads every row's head: some seconds for each million. All of it is one snapshot, so that sums may be compared while others write.
    func inspect() async throws(StoreError) -> StoreInspection {
        try await read { connection throws(PostgresFailure) in
            _ = try connection.run(sql: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            do throws(PostgresFailure) {
                let found = try Self.inspect(connection)
                _ = try connection.run(.commit)
                return found
            } catch {
                try connection.rollback(after: error)
                throw error
            }
        }
    }

    private static func inspect(_ connection: PostgresConnection) throws(PostgresFailure) -> StoreInspection {
        var found = StoreInspection(schema: try connection.run(sql: "SELECT max(version) FROM gateway_schema").int(0, 0))
        let sums = try connection.run(
            sql: """
                SELECT destination, state, sum(rows)::bigint, sum(counted)::bigint FROM (
                    SELECT destination, state, count(*) AS rows, 0 AS counted FROM delivery GROUP BY destination, state
                    UNION ALL SELECT destination, state, 0, count FROM delivery_count
                ) x GROUP BY destination, state HAVING sum(rows) <> sum(counted)
                """)
        for row in sums.rows {
            let state = DeliveryState(number: sums.int64(row, 1))?.rawValue ?? "unknown"
            found.disagreements.append(
                "\(sums.text(row, 0)): \(sums.int(row, 2)) deliveries are \(state), but \(sums.int(row, 3)) are counted")
        }
        for (what, sql) in [
            ("conversions lack their content", "conversion c WHERE NOT EXISTS (SELECT FROM content t WHERE t.conversion = c.id)"),
            ("deliveries lack their conversion", "delivery d WHERE NOT EXISTS (SELECT FROM conversion c WHERE c.id = d.conversion)"),
        ] {
            let count = try connection.run(sql: "SELECT count(*) FROM \(sql)").int(0, 0)
            if count > 0 { found.disagreements.append("\(count) \(what)") }
        }
        let sizes = try connection.run(sql: "SELECT pg_database_size(current_database()), (SELECT count(*) FROM conversion)")
        found.usedBytes = sizes.int(0, 0)
        found.conversions = sizes.int(0, 1)
        let newest = try connection.run(sql: "SELECT received_at FROM conversion ORDER BY id DESC LIMIT 1")
        if !newest.isEmpty {
            let time = newest.timestamp(0, 0)
            found.newest = time
            var day = PostgresParameters()
            day.add(ConversionID.first(at: time.advanced(by: .seconds(-86_400))))
            found.lastDay = try connection.run(sql: "SELECT count(*) FROM conversion WHERE id >= $1::uuid", day).int(0, 0)
        }
        let pending = try connection.run(
            sql: """
                SELECT destination, count(*), min(created_at) FROM delivery WHERE state = 0 GROUP BY destination ORDER BY destination
                """)
        for row in pending.rows { found.pending.append((pending.text(row, 0), pending.int(row, 1), pending.timestamp(row, 2))) }
        return found
    }
}
