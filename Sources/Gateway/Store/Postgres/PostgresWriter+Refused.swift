import Mappings
import Rules

extension PostgresWriter {
    /// Keeps the requests and removes the oldest of their classes, so that strangers crowd out strangers only.
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
        for (sum, isStranger) in zip(results.dropFirst(2), classes) {
            let bounds = refusedLimits.bounds(isStranger: isStranger)
            guard bounds.areExceeded(count: sum[0].int(0), bytes: sum[0].int(1)) else { continue }
            ending.append((.pruneRefused, PostgresParameters(isStranger, bounds.count, bounds.bytes)))
        }
        _ = try connection.run(ending + [(.commit, PostgresParameters())])
    }

    private struct Kept {
        var refused: RefusedRequest
        var request: [UInt8]
        var isStranger: Bool { refused.source == nil }

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
            PostgresArray(rows, \.request), PostgresArray(rows, \.isStranger), PostgresArray(rows) { $0.refused.size($0.request) })
    }
}

extension PostgresStatement {
    fileprivate static let insertRefused = Self(
        "insert_refused",
        """
        INSERT INTO refused (received_at, source, tracker, status, code, reason, request, is_stranger, bytes)
        SELECT received_at, source, tracker, status, code, reason, request, is_stranger = 1, bytes
        FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::bytea[], $8::bigint[], $9::bigint[])
            WITH ORDINALITY AS w (received_at, source, tracker, status, code, reason, request, is_stranger, bytes, number)
        ORDER BY number
        """)
    fileprivate static let sumRefused = Self(
        "sum_refused", "SELECT count(*), coalesce(sum(bytes), 0)::bigint FROM refused WHERE is_stranger = ($1::bigint = 1)")
    /// Keeps the newest that fit, and the newest whatever its size. What another node deletes in this moment is left to it.
    fileprivate static let pruneRefused = Self(
        "prune_refused",
        """
        DELETE FROM refused WHERE id IN (
            SELECT id FROM refused WHERE id IN (
                SELECT id FROM (
                    SELECT id, row_number() OVER newest AS number, sum(bytes) OVER newest AS total FROM refused
                    WHERE is_stranger = ($1::bigint = 1) WINDOW newest AS (ORDER BY id DESC)
                ) ranked WHERE number > $2::bigint OR (total > $3::bigint AND number > 1)
            ) FOR UPDATE SKIP LOCKED
        )
        """)
}
