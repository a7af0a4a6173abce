import Mappings
import Rules

extension PostgresConversionStore {
    /// Reads the whole of the small tables' rows once. Sums are compared within one statement, and so within one snapshot.
    func inspect() async throws(StoreError) -> StoreInspection {
        var found = try await read { connection throws(PostgresFailure) in
            let schema = try connection.run(sql: "SELECT coalesce(max(version), 0) FROM gateway_schema")[0].int(0)
            var found = StoreInspection(schema: schema)
            found.usedBytes = try connection.usedBytes()
            try connection.inspect(into: &found)
            return found
        }
        found.server = try await server()
        return found
    }

    private func server() async throws(StoreError) -> ServerInspection {
        try await read { connection throws(PostgresFailure) in
            let asked = SystemClock.now()
            let clock = try connection.run(sql: "SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")[0].timestamp(0)
            let answered = SystemClock.now()
            let middle = asked.advanced(by: asked.duration(to: answered) / 2)
            let row = try connection.run(
                sql: """
                    SELECT current_setting('server_version'), current_setting('max_connections')::bigint,
                        (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),
                        (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'gateway')
                    """)[0]
            var server = ServerInspection(
                version: row.text(0), ahead: middle.duration(to: clock), connections: row.int(2), maxConnections: row.int(1),
                gatewayConnections: row.int(3))
            let nodes = try connection.run(
                sql: """
                    SELECT n.name, (extract(epoch FROM n.lease_until - clock_timestamp()) * 1000000)::bigint,
                        (SELECT count(*) FROM delivery d WHERE d.node = n.id AND d.state = 0 AND d.next_attempt IS NOT NULL)
                    FROM node n WHERE n.lease_until > to_timestamp(0) ORDER BY n.name
                    """)
            server.nodes = nodes.map {
                ServerInspection.Node(name: $0.text(0), lease: .microseconds($0.int64(1)), held: $0.int(2))
            }
            return server
        }
    }
}
