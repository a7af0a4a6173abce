import Mappings
import Rules

extension PostgresConversionStore {
    /// Reads the whole of the small tables' rows once. Sums are compared within one statement, and so within one snapshot.
    func inspect() async throws(StoreError) -> StoreInspection {
        var found = try await read { connection throws(PostgresFailure) in
            let schema = try connection.run(sql: "SELECT coalesce(max(version), 0) FROM gateway_schema").int(0, 0)
            var found = StoreInspection(schema: schema)
            found.disagreements = try connection.disagreements()
            found.usedBytes = try connection.run(.databaseSize).int(0, 0)
            found.conversions = try connection.run(sql: "SELECT count(*) FROM conversion").int(0, 0)
            let newest = try connection.run(sql: "SELECT received_at FROM conversion ORDER BY id DESC LIMIT 1")
            if !newest.isEmpty {
                let time = newest.timestamp(0, 0)
                found.newest = time
                var day = PostgresParameters()
                day.add(ConversionID.first(at: time.advanced(by: .seconds(-86_400))))
                found.lastDay = try connection.run(sql: "SELECT count(*) FROM conversion WHERE id >= $1::uuid", day).int(0, 0)
            }
            let pending = try connection.run(
                sql: "SELECT destination, count(*), min(created_at) FROM delivery WHERE state = 0 GROUP BY destination ORDER BY destination"
            )
            found.pending = pending.rows.map { (pending.text($0, 0), pending.int($0, 1), pending.timestamp($0, 2)) }
            return found
        }
        found.server = try await server()
        return found
    }

    private func server() async throws(StoreError) -> ServerInspection {
        try await read { connection throws(PostgresFailure) in
            let asked = SystemClock.now()
            let clock = try connection.run(sql: "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint").timestamp(0, 0)
            let answered = SystemClock.now()
            let middle = asked.advanced(by: asked.duration(to: answered) / 2)
            let rows = try connection.run(
                sql: """
                    SELECT current_setting('server_version'), current_setting('max_connections')::bigint,
                        (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
                        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gateway')
                    """)
            var server = ServerInspection(
                version: rows.text(0, 0), ahead: middle.duration(to: clock), connections: rows.int(0, 2), maxConnections: rows.int(0, 1),
                gatewayConnections: rows.int(0, 3))
            let nodes = try connection.run(
                sql: """
                    SELECT n.name, (extract(epoch FROM n.lease_until - clock_timestamp()) * 1000000)::bigint,
                        (SELECT count(*) FROM delivery d WHERE d.node = n.id AND d.state = 0 AND d.next_attempt IS NOT NULL)
                    FROM node n WHERE n.lease_until > to_timestamp(0) ORDER BY n.name
                    """)
            server.nodes = nodes.rows.map { row in
                ServerInspection.Node(name: nodes.text(row, 0), lease: .microseconds(nodes.int64(row, 1)), held: nodes.int(row, 2))
            }
            return server
        }
    }
}

extension PostgresConnection {
    fileprivate func disagreements() throws(PostgresFailure) -> [String] {
        let states = try run(
            sql: """
                SELECT destination, state, sum(rows)::bigint, sum(counted)::bigint FROM (
                    SELECT destination, state, count(*) AS rows, 0 AS counted FROM delivery GROUP BY destination, state
                    UNION ALL SELECT destination, state, 0, sum(count) FROM delivery_count GROUP BY destination, state
                ) x GROUP BY destination, state HAVING sum(rows) <> sum(counted) ORDER BY destination, state
                """)
        var found = states.rows.map { row in
            let state = DeliveryState(number: states.int64(row, 1))?.rawValue ?? "unknown"
            return "\(states.text(row, 0)): \(states.int(row, 2)) deliveries are \(state), but \(states.int(row, 3)) are counted"
        }
        for (what, sql) in [
            ("conversions lack their content", "conversion c WHERE NOT EXISTS (SELECT FROM content t WHERE t.conversion = c.id)"),
            ("deliveries lack their conversion", "delivery d WHERE NOT EXISTS (SELECT FROM conversion c WHERE c.id = d.conversion)"),
        ] {
            let count = try run(sql: "SELECT count(*) FROM " + sql).int(0, 0)
            if count > 0 { found.append("\(count) \(what)") }
        }
        return found
    }
}
