import Mappings
import Rules

extension PostgresWriter {
    /// Counts all of them in one statement, each quarter of a source once, in an order that two nodes share.
    func count(_ inputs: [IgnoredMessage], _ connection: PostgresConnection) throws(PostgresFailure) {
        var sums: [IgnoredMessage: (count: Int64, last: Timestamp)] = [:]
        for input in inputs {
            let quarter = IgnoredMessage(source: input.source, receivedAt: Timestamp(seconds: input.quarter * 900))
            let known = sums[quarter] ?? (0, input.receivedAt)
            sums[quarter] = (known.count + 1, max(known.last, input.receivedAt))
        }
        let rows = sums.sorted { ($0.key.source, $0.key.quarter) < ($1.key.source, $1.key.quarter) }
        let columns = PostgresParameters(
            PostgresArray(rows, \.key.source), PostgresArray(rows, \.key.quarter), PostgresArray(rows, \.value.count),
            PostgresArray(rows, \.value.last))
        let results = try connection.run([(.begin, PostgresParameters()), (.countIgnored, columns)])
        var ending: [PostgresConnection.Step] = []
        // The first of a quarter clears away what is old.
        if let newest = rows.map(\.key).max(by: { $0.quarter < $1.quarter }), results[1].contains(where: { $0.int(0) == $0.int(1) }) {
            ending.append((.forgetIgnored, PostgresParameters(newest.oldestKept)))
        }
        _ = try connection.run(ending + [(.commit, PostgresParameters())])
    }
}

extension PostgresStatement {
    /// Returns what is counted now and what was added: equal for a new row.
    fileprivate static let countIgnored = Self(
        "count_ignored",
        """
        WITH w AS (
            SELECT * FROM unnest($1::text[], $2::bigint[], $3::bigint[], $4::bigint[]) AS u (source, quarter, count, last)
        ), counted AS (
            INSERT INTO ignored AS i SELECT source, quarter, count, last FROM w
            ON CONFLICT (source, quarter) DO UPDATE SET count = i.count + excluded.count, last = greatest(i.last, excluded.last)
            RETURNING source, quarter, count
        )
        SELECT c.count, w.count FROM counted c JOIN w USING (source, quarter)
        """)
    fileprivate static let forgetIgnored = Self("forget_ignored", "DELETE FROM ignored WHERE quarter < $1::bigint")
}
