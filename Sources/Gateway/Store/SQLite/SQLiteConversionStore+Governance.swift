import GRDB
import Mappings
import Rules

extension SQLiteConversionStore {
    func controls() async throws(StoreError) -> [DestinationControl] {
        try await read { database in
            let select = try database.prepared("SELECT destination, paused_at, reason FROM control ORDER BY destination")
            var controls: [DestinationControl] = []
            while try select.step() {
                controls.append(DestinationControl(destination: select.text(0), pausedAt: select.timestamp(1), reason: select.text(2)))
            }
            return controls
        }
    }

    func reports() async throws(StoreError) -> [DestinationReport] {
        try await read { database in
            let select = try database.prepared(
                """
                SELECT node, destination, breaker, opened_at, probe_at, failures, reason, in_flight, waiting, rate, is_dry_run, last_status,
                    answered_at, reported_at
                FROM destination_report ORDER BY destination, node
                """)
            var reports: [DestinationReport] = []
            while try select.step() {
                reports.append(
                    DestinationReport(
                        node: select.text(0),
                        destination: select.text(1),
                        breaker: DestinationReport.Breaker(rawValue: select.text(2)) ?? .closed,
                        openedAt: select.optionalTimestamp(3),
                        probeAt: select.optionalTimestamp(4),
                        failures: select.int(5),
                        reason: select.optionalText(6),
                        inFlight: select.int(7),
                        waiting: select.int(8),
                        rate: select.optionalText(9),
                        isDryRun: select.int(10) != 0,
                        lastStatus: select.optionalInt(11),
                        answeredAt: select.optionalTimestamp(12),
                        reportedAt: select.timestamp(13)
                    ))
            }
            return reports
        }
    }

    func oldestPending() async throws(StoreError) -> [String: Timestamp] {
        try await read { database in
            // Ids sort by time, and the index holds them.
            let select = try database.prepared(
                """
                SELECT n.text, min(d.conversion) FROM delivery d INDEXED BY delivery_pending JOIN name n ON n.id = d.destination
                WHERE d.state = 0 GROUP BY d.destination
                """)
            var oldest: [String: Timestamp] = [:]
            while try select.step() { oldest[select.text(0)] = select.id(1).time }
            return oldest
        }
    }
}

extension SQLiteWriter {
    func setPaused(_ destination: String, reason: String?, at now: Timestamp) throws(SQLiteFailure) {
        guard let reason else {
            let resume = statements.resume
            resume.bind(1, destination)
            try resume.run()
            return
        }
        let pause = statements.pause
        pause.bind(1, destination)
        pause.bind(2, now)
        pause.bind(3, reason)
        try pause.run()
    }

    func report(_ reports: [DestinationReport]) throws(SQLiteFailure) {
        try statements.deleteReports.run()
        let insert = statements.insertReport
        for report in reports {
            insert.bind(1, report.node)
            insert.bind(2, report.destination)
            insert.bind(3, report.breaker.rawValue)
            insert.bind(4, report.openedAt)
            insert.bind(5, report.probeAt)
            insert.bind(6, report.failures)
            insert.bind(7, report.reason)
            insert.bind(8, report.inFlight)
            insert.bind(9, report.waiting)
            insert.bind(10, report.rate)
            insert.bind(11, report.isDryRun ? 1 : 0)
            insert.bind(12, report.lastStatus.map(Int64.init))
            insert.bind(13, report.answeredAt)
            insert.bind(14, report.reportedAt)
            try insert.run()
        }
    }
}
