import Mappings
import Rules

extension PostgresConversionStore {
    func setPaused(_ destination: String, reason: String?, at now: Timestamp) async throws(StoreError) {
        try await repair { _, connection throws(PostgresFailure) in
            if let reason {
                _ = try connection.run(
                    sql: """
                        INSERT INTO control (destination, paused_at, reason) VALUES ($1::text, $2::bigint, $3::text)
                        ON CONFLICT (destination) DO UPDATE SET reason = excluded.reason WHERE excluded.reason <> ''
                        """, PostgresParameters(destination, now, reason))
            } else {
                _ = try connection.run(sql: "DELETE FROM control WHERE destination = $1::text", PostgresParameters(destination))
            }
        }
    }

    /// On the connection that looks for work, since delivery asks each time it looks.
    func controls() async throws(StoreError) -> [DestinationControl] {
        try await claim { connection, _ throws(PostgresFailure) in try connection.controls() }
    }

    func note(_ action: OperatorAction) async throws(StoreError) {
        try await repair { _, connection throws(PostgresFailure) in
            _ = try connection.run(
                sql: "INSERT INTO operator_action (at, name, peer, what) VALUES ($1::bigint, $2::text, $3::text, $4::text)",
                PostgresParameters(action.time, action.name, action.peer, action.what))
        }
    }

    /// A report is this node's, whatever name it has.
    func report(_ reports: [DestinationReport]) async throws(StoreError) {
        let name = nodeName
        try await repair { _, connection throws(PostgresFailure) in
            var steps: [PostgresConnection.Step] = [(.deleteReports, PostgresParameters(name))]
            for report in reports {
                let row = PostgresParameters(
                    name, report.destination, report.breaker.rawValue, report.openedAt, report.probeAt, report.failures, report.reason,
                    report.inFlight, report.waiting, report.rate, report.isDryRun, report.lastStatus, report.answeredAt, report.reportedAt)
                steps.append((.insertReport, row))
            }
            // Without a BEGIN a pipeline is one transaction.
            _ = try connection.run(steps)
        }
    }
}

extension PostgresStatement {
    /// Those of nodes that are gone go as well.
    fileprivate static let deleteReports = Self(
        "delete_reports",
        """
        DELETE FROM destination_report WHERE node = $1::text
            OR node <> '' AND node NOT IN (SELECT name FROM node WHERE lease_until > clock_timestamp() - interval '1 minute')
        """)
    fileprivate static let insertReport = Self(
        "insert_report",
        """
        INSERT INTO destination_report (node, destination, breaker, opened_at, probe_at, failures, reason, in_flight, waiting, rate,
            is_dry_run, last_status, answered_at, reported_at)
        VALUES ($1::text, $2::text, $3::text, $4::bigint, $5::bigint, $6::bigint, $7::text, $8::bigint, $9::bigint, $10::text,
            $11::bigint = 1, $12::bigint, $13::bigint, $14::bigint)
        ON CONFLICT DO NOTHING
        """)
}
