import Mappings
import Rules

extension SQLiteWriter {
    func prune(_ limits: RetentionLimits, at now: Timestamp) throws(SQLiteFailure) -> PruneReport {
        var portion = PrunePortion(places: prunePlaces)
        try portion.pruneAged(limits, at: now, in: self)
        FaultPoint.prune.reached()
        try portion.prune(downTo: limits.maxSize, at: now, in: self)
        prunePlaces = portion.places
        return portion.report
    }
}

extension SQLiteWriter: PruneTables {
    typealias Failure = SQLiteFailure

    var settledAfter: Duration { .zero }

    func removeRefused(before time: Timestamp, limit: Int) throws(SQLiteFailure) -> Int {
        let ids = try rows("SELECT id FROM refused WHERE received_at < ?1 ORDER BY id LIMIT ?2", time, limit) { $0.int64(0) }
        for id in ids { try removeRefused(id) }
        return ids.count
    }

    func remove(_ attempts: [AttemptKey]) throws(SQLiteFailure) -> Int {
        for attempt in attempts {
            try run(
                "DELETE FROM attempt WHERE conversion = ?1 AND destination = ?2 AND number = ?3", attempt.delivery.conversion,
                try knownNumber(of: attempt.delivery.destination), attempt.number)
        }
        return attempts.count
    }

    /// Writes what stays behind the newest row. In place it would leave a hole in a page that nothing ever fills: rows are only appended.
    func dropRequests(_ conversions: [ConversionID]) throws(SQLiteFailure) -> Int {
        for id in conversions {
            guard let content = try first("SELECT content FROM conversion WHERE id = ?1", id, decode: { $0.int64(0) }) else { continue }
            try run(
                "INSERT INTO content (digest, document, request) SELECT digest, document, zeroblob(0) FROM content WHERE id = ?1", content)
            try run("UPDATE conversion SET content = ?2 WHERE id = ?1", id, lastRowID)
            try statements.deleteContent.run(content)
        }
        return conversions.count
    }

    func spare(_ conversions: [ConversionID]) throws(SQLiteFailure) {
        for id in conversions { try run("INSERT INTO spared_request VALUES (?1) ON CONFLICT DO NOTHING", id) }
    }

    func unspare(_ conversions: [ConversionID]) throws(SQLiteFailure) {
        for id in conversions { try run("DELETE FROM spared_request WHERE conversion = ?1", id) }
    }

    func remember(_ last: ConversionID) throws(SQLiteFailure) { try run("UPDATE pruned_up_to SET conversion = ?1", last) }

    func empty(_ repeats: [RepeatKey]) throws(SQLiteFailure) -> Int {
        for key in repeats {
            try run("UPDATE repeat SET document = NULL, request = NULL WHERE conversion = ?1 AND number = ?2", key.conversion, key.number)
        }
        return repeats.count
    }
}

extension SQLiteWriter: ListReader {
    static var dialect: SQLDialect { .sqlite }

    func rows<Value>(_ sql: String, _ values: [SQLValue], _ decode: (PreparedStatement) -> Value) throws(SQLiteFailure) -> [Value] {
        let statement = try prepare(sql)
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        return try statement.rows(decode)
    }

    func usedBytes() throws(SQLiteFailure) -> Int { try first(SQLDialect.sqliteUsedBytes, decode: { $0.int(0) }) ?? 0 }

    /// Lists are not read on the writer's connection.
    func hasDelivery(in state: DeliveryState) -> String { SQLDialect.hasDelivery(in: state) }
    func stateColumn(_ column: String, for states: [DeliveryState]) -> String { column }
}
