import Mappings
import Rules

extension PostgresWriter {
    /// Keeps the requests; if that is too much, the fullest sources of their classes make room.
    ///
    /// Two nodes that do so at once may keep a few more than the bounds for a moment; the next request corrects that.
    ///
    /// - Returns: their numbers, nil for those of a class of which nothing is kept.
    func keep(_ inputs: [RefusedRequest], _ connection: PostgresConnection) throws(PostgresFailure) -> [Int64?] {
        let all = inputs.map { refused -> Kept? in
            let bounds = refusedLimits.bounds(of: refused.kind)
            return bounds.isNothing ? nil : Kept(refused.fitting(bounds.bytes))
        }
        let kept = all.compactMap { $0 }
        if kept.isEmpty { return all.map { _ in nil } }
        let classes = RefusedRequest.Class.allCases.filter { kind in kept.contains { $0.refused.kind == kind } }
        let results = try connection.run(
            [(.begin, PostgresParameters()), (.insertRefused, Self.columns(kept))]
                + classes.map { (.sumRefused, PostgresParameters(Self.share(of: $0))) })
        var ending: [PostgresConnection.Step] = []
        for (sums, kind) in zip(results.dropFirst(2), classes) {
            guard let newest = kept.last(where: { $0.refused.kind == kind })?.share else { continue }
            let shares = RefusedShares(
                sums.map { (source: $0.text(0), count: $0.int(1), bytes: $0.int(2)) },
                within: refusedLimits.bounds(of: kind), newest: newest)
            let leaving = try leaving(shares, connection)
            if !leaving.isEmpty { ending.append((.deleteRefused, PostgresParameters(PostgresArray(leaving)))) }
        }
        _ = try connection.run(ending + [(.commit, PostgresParameters())])
        var numbers = results[1].map { $0.int64(0) }.makeIterator()
        return all.map { $0 == nil ? nil : numbers.next() }
    }

    /// The name of a class whose requests have no source; nil for those that have one. No source is called so.
    private static func share(of kind: RefusedRequest.Class) -> String? {
        switch kind {
        case .sender: nil
        case .stranger: ""
        case .unrouted: " "
        }
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
        var share: String { refused.source ?? PostgresWriter.share(of: refused.kind) ?? "" }

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
        ORDER BY number RETURNING id
        """)
    /// Of requests with a source, the index alone answers.
    fileprivate static let sumRefused = Self(
        "sum_refused",
        """
        SELECT coalesce(source, ''), count(*), sum(bytes)::bigint FROM refused
        WHERE $1::text IS NULL AND coalesce(source, '') <> '' GROUP BY coalesce(source, '')
        UNION ALL
        SELECT $1::text, count(*), sum(bytes)::bigint FROM refused
        WHERE $1::text IS NOT NULL AND coalesce(source, '') = '' AND (tracker IS NULL) = ($1::text = ' ') HAVING count(*) > 0
        """)
    fileprivate static let selectOldestRefused = Self(
        "select_oldest_refused",
        """
        SELECT id, bytes FROM refused
        WHERE coalesce(source, '') = trim($1::text) AND (trim($1::text) <> '' OR (tracker IS NULL) = ($1::text = ' ')) AND id > $2::bigint
        ORDER BY id LIMIT 200
        """)
    /// What another node deletes in this moment is left to it.
    fileprivate static let deleteRefused = Self(
        "delete_refused",
        "DELETE FROM refused WHERE id IN (SELECT id FROM refused WHERE id = ANY ($1::bigint[]) FOR UPDATE SKIP LOCKED)")
}
