import Mappings
import Rules

extension SQLiteWriter {
    func count(_ ignored: IgnoredMessage) throws(SQLiteFailure) {
        let count = try first(
            """
            INSERT INTO ignored VALUES (?1, ?2, 1, ?3)
            ON CONFLICT (source, quarter) DO UPDATE SET count = count + 1, last = max(last, excluded.last) RETURNING count
            """, number(of: ignored.source), ignored.quarter, ignored.receivedAt
        ) { $0.int(0) }
        // The first of a quarter clears away what is old.
        if count == 1 { try run("DELETE FROM ignored WHERE quarter < ?1", ignored.oldestKept) }
    }
}
