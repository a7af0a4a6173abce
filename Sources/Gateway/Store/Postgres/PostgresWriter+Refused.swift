import Mappings
import Rules

extension PostgresWriter {
    /// Keeps the requests; if that is too much, the fullest sources of their classes make room.
    ///
    /// Two nodes that do so at once may keep a few more than the bounds for a moment; the next request corrects that.
    func keep(_ inputs: [RefusedRequest], _ connection: PostgresConnection) throws(PostgresFailure) {
        let kept = inputs.compactMap { refused -> Kept? in
            let bounds = refusedLimits.bounds(isStranger: refused.source == nil)
            return bounds.isNothing ? nil : Kept(refused.fitting(bounds.bytes))
        }
        if kept.isEmpty { return }
        let classes = Set(kept.map(\.isStranger)).sorted { !$0 && $1 }
        let results = try connection.run(
            [(.begin, PostgresParameters()), (.insertRefused, Self.columns(kept))]
                + classes.map { (.sumRefused, PostgresParameters($0)) })
        var ending: [PostgresConnection.Step] = []
        for (sums, isStranger) in zip(results.dropFirst(2), classes) {
            guard let newest = kept.last(where: { $0.isStranger == isStranger })?.source else { continue }
            let shares = RefusedShares(
                sums.map { (source: $0.text(0), count: $0.int(1), bytes: $0.int(2)) },
                within: refusedLimits.bounds(isStranger: isStranger), newest: newest)
            let leaving = try leaving(shares, connection)
            if !leaving.isEmpty { ending.append((.deleteRefused, PostgresParameters(PostgresArray(leaving)))) }
        }
        _ = try connection.run(ending + [(.commit, PostgresParameters())])
    }

    /// The requests that make room.
    private func leaving(_ shares: RefusedShares<String>, _ connection: PostgresConnection) throws(PostgresFailure) -> [Int64] {
        var shares = shares
        var leaving: [Int64] = []
        var oldest: [String: (rows: [(id: Int64, bytes: Int)], next: Int)] = [:]
        while let source = shares.givesWay {
            var page = oldest[source] ?? ([], 0)
            if page.next == page.rows.count {
                let behind = page.rows.last?.id ?? Int64.min
                page = (try connection.run(.selectOldestRefused, PostgresParameters(source, behind)).map { ($0.int64(0), $0.int(1)) }, 0)
            }
            if page.next < page.rows.count {
                leaving.append(page.rows[page.next].id)
                shares.remove(page.rows[page.next].bytes, of: source)
                page.next += 1
            } else {
                shares.forget(source)
            }
            oldest[source] = page
        }
        return leaving
    }

    private struct Kept {
        var refused: RefusedRequest
        var request: [UInt8]
        var isStranger: Bool { refused.source == nil }
        /// Strangers share an empty name.
        var source: String { refused.source ?? "" }

        init(_ refused: RefusedRequest) {
            self.refused = refused
            request = refused.request.encoded
        }
    }

    private static func columns(_ rows: [Kept]) -> PostgresParameters {
        func column<Value: PostgresElement>(_ value: (RefusedRequest) -> Value) -> PostgresArray {
            PostgresArray(rows) { value($0.refused) }
        }
        return PostgresParameters(
            column(\.receivedAt), column(\.source), column(\.tracker), column(\.status), column(\.code), column(\.reason),
            PostgresArray(rows, \.request), PostgresArray(rows, \.isStranger), PostgresArray(rows) { $0.refused.size($0.request) },
            PostgresArray(rows) { $0.refused.isCut })
    }
}

extension PostgresStatement {
    fileprivate static let insertRefused = Self(
        "insert_refused",
        """
        INSERT INTO refused (received_at, source, tracker, status, code, reason, request, is_stranger, bytes, is_cut)
        SELECT received_at, source, tracker, status, code, reason, request, is_stranger = 1, bytes, is_cut = 1
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::bigint[], $9::bigint[],
            $10::bigint[])
            WITH ORDINALITY AS w (received_at, source, tracker, status, code, reason, request, is_stranger, bytes, is_cut, number)
        ORDER BY number
        """)
    fileprivate static let sumRefused = Self(
        "sum_refused",
        """
        SELECT coalesce(source, ''), count(*), sum(bytes)::bigint FROM refused WHERE (coalesce(source, '') = '') = ($1::bigint = 1)
        GROUP BY coalesce(source, '')
        """)
    fileprivate static let selectOldestRefused = Self(
        "select_oldest_refused",
        "SELECT id, bytes FROM refused WHERE coalesce(source, '') = $1::text AND id > $2::bigint ORDER BY id LIMIT 200")
    /// What another node deletes in this moment is left to it.
    fileprivate static let deleteRefused = Self(
        "delete_refused",
        "DELETE FROM refused WHERE id IN (SELECT id FROM refused WHERE id = ANY ($1::bigint[]) FOR UPDATE SKIP LOCKED)")
}
