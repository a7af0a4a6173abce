import GRDB
import Mappings
import Rules

extension SQLiteConversionStore: StoreUpkeep {
    func prune(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport {
        try await write { try $0.prune(limits, at: now) }
    }

    func prunable(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport {
        try await read { database in
            var report = PruneReport()
            func count(_ sql: String, before age: Duration) throws -> Int {
                let time = now.advanced(by: .zero - age)
                let select = try database.prepared(sql)
                select.bind(1, time)
                select.bind(2, ConversionID.first(at: time))
                return try select.step() ? select.int(0) : 0
            }
            if let age = limits.refused {
                report.refused = try count("SELECT count(*) FROM refused WHERE received_at < ?1 AND ?2 IS NOT NULL", before: age)
            }
            if let age = limits.attempts {
                report.attempts = try count(
                    """
                    SELECT count(*) FROM attempt a JOIN delivery d ON d.conversion = a.conversion AND d.destination = a.destination
                    WHERE a.conversion < ?2 AND a.started_at < ?1 AND d.state <> 0
                    """, before: age)
            }
            if let age = limits.requests {
                report.requests = try count(
                    """
                    SELECT count(*) FROM conversion c JOIN content t ON t.id = c.content
                    WHERE c.id < ?2 AND c.received_at < ?1 AND length(t.request) > 0
                        AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.conversion = c.id AND d.state = 0)
                        AND (c.id > (SELECT conversion FROM pruned_up_to) OR c.id IN (SELECT conversion FROM spared_request))
                    """, before: age)
            }
            if let age = limits.repeats {
                report.repeats = try count(
                    """
                    SELECT count(*) FROM repeat WHERE conversion < ?2 AND received_at < ?1 AND (document IS NOT NULL OR request IS NOT NULL)
                    """, before: age)
            }
            let used = "SELECT (SELECT page_count FROM pragma_page_count) - (SELECT freelist_count FROM pragma_freelist_count)"
            report.usedBytes = try (Int.fetchOne(database, sql: used) ?? 0) * (Int.fetchOne(database, sql: "PRAGMA page_size") ?? 0)
            report.isDone = report.count == 0
            return report
        }
    }
}
