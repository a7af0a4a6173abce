import Mappings
import Rules

extension PostgresWriter {
    /// Keeps the requests and lets go of the oldest of their classes, so that strangers crowd out strangers only.
    ///
    /// Two nodes that do so at once may keep a few more than the bounds for a moment; the next request mends that.
    func keep(_ inputs: [RefusedRequest], _ connection: PostgresConnection) throws(PostgresFailure) {
        var columns = RefusedColumns()
        var classes: Set<Bool> = []
        for refused in inputs {
            let isStranger = refused.source == nil
            let (limit, budget) = bounds(isStranger: isStranger)
            guard limit > 0, budget > 0 else { continue }
            classes.insert(isStranger)
            columns.append(refused.fitting(budget), isStranger: isStranger)
        }
        if classes.isEmpty { return }
        var steps: [PostgresConnection.Step] = [(.begin, PostgresParameters()), (.insertRefused, columns.parameters)]
        let sums = classes.sorted { !$0 && $1 }
        for isStranger in sums {
            var parameters = PostgresParameters()
            parameters.add(isStranger ? 1 : 0)
            steps.append((.sumRefused, parameters))
        }
        let results = try connection.run(steps)
        var ending: [PostgresConnection.Step] = []
        for (index, isStranger) in sums.enumerated() {
            let (limit, budget) = bounds(isStranger: isStranger)
            guard results[index + 2].int(0, 0) > limit || results[index + 2].int(0, 1) > budget else { continue }
            var parameters = PostgresParameters()
            parameters.add(isStranger ? 1 : 0)
            parameters.add(limit)
            parameters.add(budget)
            ending.append((.pruneRefused, parameters))
        }
        _ = try connection.run(ending + [(.commit, PostgresParameters())])
    }

    private func bounds(isStranger: Bool) -> (limit: Int, budget: Int) {
        isStranger
            ? (refusedLimits.strangerCount, refusedLimits.strangerBytes)
            : (refusedLimits.count, refusedLimits.bytes)
    }
}

private struct RefusedColumns {
    private var (received, sources, trackers) = (PostgresArray(.bigint), PostgresArray(.text), PostgresArray(.text))
    private var (statuses, codes, reasons) = (PostgresArray(.bigint), PostgresArray(.text), PostgresArray(.text))
    private var (requests, strangers, sizes) = (PostgresArray(.bytea), PostgresArray(.bigint), PostgresArray(.bigint))

    mutating func append(_ refused: RefusedRequest, isStranger: Bool) {
        let request = refused.request.encoded
        received.append(refused.receivedAt)
        sources.append(refused.source)
        trackers.append(refused.tracker)
        statuses.append(Int64(refused.status))
        codes.append(refused.code)
        reasons.append(refused.reason)
        requests.append(request)
        strangers.append(isStranger ? 1 : 0)
        sizes.append(Int64(request.count + refused.reason.utf8.count + refused.code.utf8.count))
    }

    var parameters: PostgresParameters {
        var parameters = PostgresParameters()
        for column in [received, sources, trackers, statuses, codes, reasons, requests, strangers, sizes] { parameters.add(column) }
        return parameters
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
