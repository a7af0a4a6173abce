import Mappings
import Rules

extension PostgresConversionStore {
    func setPaused(_ destination: String, reason: String?, at now: Timestamp) async throws(StoreError) {
        try await mend { _, connection throws(PostgresFailure) in
            var parameters = PostgresParameters()
            parameters.add(destination)
            guard let reason else {
                _ = try connection.run(.resume, parameters)
                return
            }
            parameters.add(now)
            parameters.add(reason)
            _ = try connection.run(.pause, parameters)
        }
    }

    func controls() async throws(StoreError) -> [DestinationControl] {
        try await claim { connection, _ throws(PostgresFailure) in
            let rows = try connection.run(.controls)
            return rows.rows.map { row in
                DestinationControl(destination: rows.text(row, 0), pausedAt: rows.timestamp(row, 1), reason: rows.text(row, 2))
            }
        }
    }

    /// Whatever name a report gives itself, it is this node's.
    func report(_ reports: [DestinationReport]) async throws(StoreError) {
        let name = nodeName
        try await mend { _, connection throws(PostgresFailure) in
            var own = PostgresParameters()
            own.add(name)
            var steps: [PostgresConnection.Step] = [(.deleteReports, own)]
            for report in reports {
                var row = own
                row.add(report.destination)
                row.add(report.breaker.rawValue)
                row.add(report.openedAt)
                row.add(report.probeAt)
                row.add(report.failures)
                row.add(report.reason)
                row.add(report.inFlight)
                row.add(report.waiting)
                row.add(report.rate)
                row.add(report.isDryRun ? 1 : 0)
                row.add(report.lastStatus.map { Timestamp(microseconds: Int64($0)) })
                row.add(report.answeredAt)
                row.add(report.reportedAt)
                steps.append((.insertReport, row))
            }
            // Without a BEGIN a pipeline is one transaction.
            _ = try connection.run(steps)
        }
    }

    func reports() async throws(StoreError) -> [DestinationReport] {
        try await read { connection throws(PostgresFailure) in
            let rows = try connection.run(.reports)
            return rows.rows.map { row in
                DestinationReport(
                    node: rows.text(row, 0), destination: rows.text(row, 1),
                    breaker: DestinationReport.Breaker(rawValue: rows.text(row, 2)) ?? .closed, openedAt: rows.optionalTimestamp(row, 3),
                    probeAt: rows.optionalTimestamp(row, 4), failures: rows.int(row, 5), reason: rows.optionalText(row, 6),
                    inFlight: rows.int(row, 7), waiting: rows.int(row, 8), rate: rows.optionalText(row, 9), isDryRun: rows.bool(row, 10),
                    lastStatus: rows.optionalInt(row, 11), answeredAt: rows.optionalTimestamp(row, 12),
                    reportedAt: rows.timestamp(row, 13))
            }
        }
    }

    func oldestPending() async throws(StoreError) -> [String: Timestamp] {
        try await read { connection throws(PostgresFailure) in
            let rows = try connection.run(.oldestPending)
            var oldest: [String: Timestamp] = [:]
            // Ids sort by time.
            for row in rows.rows { oldest[rows.text(row, 0)] = rows.id(row, 1).time }
            return oldest
        }
    }
}

extension PostgresStatement {
    fileprivate static let pause = Self(
        "pause",
        """
        INSERT INTO control (destination, paused_at, reason) VALUES ($1::text, $2::bigint, $3::text)
        ON CONFLICT (destination) DO UPDATE SET reason = excluded.reason
        """)
    fileprivate static let resume = Self("resume", "DELETE FROM control WHERE destination = $1::text")
    fileprivate static let controls = Self("controls", "SELECT destination, paused_at, reason FROM control ORDER BY destination")
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
    fileprivate static let reports = Self(
        "reports",
        """
        SELECT node, destination, breaker, opened_at, probe_at, failures, reason, in_flight, waiting, rate, is_dry_run, last_status,
            answered_at, reported_at
        FROM destination_report ORDER BY destination, node
        """)
    fileprivate static let oldestPending = Self(
        "oldest_pending", "SELECT destination, min(conversion::text)::uuid FROM delivery WHERE state = 0 GROUP BY destination")
}
