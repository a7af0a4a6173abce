import Mappings
import Rules

/// The shortcut of intake: one statement stores all of a batch that are new, as one transaction, in one exchange with the server.
///
/// It inserts the keys; who gets all of its own is new, and its rows are inserted. Whatever else a submission may be, `accept` finds out.
extension PostgresWriter {
    /// Returns `.stored`, or nil for what is left to `accept`.
    func acceptNew(_ inputs: [QueuedSubmission], _ connection: PostgresConnection) throws(PostgresFailure) -> [Acceptance?] {
        var outcomes: [Acceptance?] = Array(repeating: nil, count: inputs.count)
        // The first of each id may be new. Corrections may wait under a key that the conversion itself does not take.
        var seen: Set<ConversionID> = []
        let candidates = inputs.indices.filter {
            seen.insert(inputs[$0].message.id).inserted && inputs[$0].submission.awaitedKeys.isEmpty
        }
        let chosen = candidates.count == inputs.count ? inputs : candidates.map { inputs[$0] }
        if chosen.isEmpty { return outcomes }
        var steps: [PostgresConnection.Step] = [(.acceptNew, rows(of: chosen))]
        // Who got some of its keys but not all gives them back.
        let several = chosen.filter { $0.submission.keys.count > 1 }
        if !several.isEmpty { steps.append((.deletePartKeys, [KeyClaim](several).parameters)) }
        FaultPoint.beforeCommit.reached()
        do throws(PostgresFailure) {
            let left = Set(try connection.run(steps)[0].map { $0.id(0) })
            for index in candidates where left.isEmpty || !left.contains(inputs[index].message.id) { outcomes[index] = .stored }
        } catch {
            // A sender repeats an id that is stored; `accept` finds out which one.
            guard error.isTaken else { throw error }
            try connection.rollback(after: error)
        }
        return outcomes
    }

    private func rows(of inputs: [QueuedSubmission]) -> PostgresParameters {
        var parameters = PostgresParameters()
        parameters.reserve(inputs.reduce(0) { $0 + 500 + $1.message.row.document.count + $1.message.request.count })
        [KeyClaim](inputs).add(to: &parameters)
        func column<Value: PostgresElement>(_ value: (QueuedSubmission) -> Value) { parameters.addColumn(inputs, value) }
        column { $0.message.row.id }
        column { $0.submission.keys.count }
        column { $0.message.row.receivedAt }
        column { $0.message.row.source }
        column { $0.message.row.tracker }
        column { $0.message.row.type }
        column { $0.message.row.status }
        column { $0.message.row.orderID }
        column { $0.message.row.clickID }
        column { $0.message.row.amount }
        column { $0.message.row.currency }
        column { $0.message.content }
        column { $0.message.row.document }
        column { $0.message.request }
        column { $0.submission.missed.text }
        var (ids, destinations, times) = (PostgresArray(.uuid), PostgresArray(.text), PostgresArray(.bigint))
        for input in inputs {
            let all = input.submission.destinations
            for (position, destination) in all.enumerated() where !all[..<position].contains(destination) {
                ids.append(input.message.row.id)
                destinations.append(destination)
                times.append(input.message.row.receivedAt)
            }
        }
        parameters.add(ids)
        parameters.add(destinations)
        parameters.add(times)
        parameters.add(node)
        parameters.add(Lane.intake.rawValue)
        return parameters
    }
}

extension PostgresStatement {
    /// Returns the ids of those that are left. `IS TRUE` keeps each list of ids a hash table, whatever the plan.
    fileprivate static let acceptNew = Self(
        "accept_new",
        """
        WITH taken AS (
            INSERT INTO duplicate_key (digest, scope, conversion, expires_at)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::uuid[], $4::bigint[]) ON CONFLICT DO NOTHING RETURNING conversion
        ),
        new AS MATERIALIZED (
            SELECT * FROM unnest($5::uuid[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[], $12::text[],
                $13::text[], $14::text[], $15::text[])
                AS w (id, keys, received_at, source, tracker, type, status, order_id, click_id, amount, currency)
            WHERE keys = 0 OR (id, keys) IN (SELECT conversion, count(*) FROM taken GROUP BY conversion)
        ),
        stored AS (
            INSERT INTO conversion (id, received_at, source, tracker, type, status, order_id, click_id, amount, currency)
            SELECT id, received_at, source, tracker, type, status, order_id, click_id, amount, currency FROM new
        ),
        kept AS (
            INSERT INTO content (conversion, digest, document, request, missed)
            SELECT * FROM unnest($5::uuid[], $16::uuid[], $17::bytea[], $18::bytea[], $19::text[])
                AS w (id, digest, document, request, missed) WHERE (id IN (SELECT id FROM new)) IS TRUE
        ),
        owed AS (
            INSERT INTO delivery (conversion, destination, state, attempts, logged, created_at, changed_at, next_attempt, node)
            SELECT id, destination, 0, 0, 0, at, at, at, $23::bigint FROM unnest($20::uuid[], $21::text[], $22::bigint[])
                AS w (id, destination, at) WHERE (id IN (SELECT id FROM new)) IS TRUE RETURNING destination
        ),
        counted AS (
            INSERT INTO delivery_count AS c (node, lane, destination, state, count)
            SELECT $23::bigint, $24::bigint, destination, 0, count(*) FROM owed GROUP BY destination ORDER BY destination
            ON CONFLICT (node, lane, destination, state) DO UPDATE SET count = c.count + excluded.count
        )
        SELECT id FROM unnest($5::uuid[]) AS w (id) WHERE (id IN (SELECT id FROM new)) IS NOT TRUE
        """)
    fileprivate static let deletePartKeys = Self(
        "delete_part_keys",
        """
        DELETE FROM duplicate_key WHERE ctid = ANY (ARRAY(
            SELECT k.ctid FROM unnest($1::uuid[], $2::text[], $3::uuid[]) AS w (digest, scope, conversion) CROSS JOIN LATERAL (
                SELECT ctid, conversion, (SELECT c.id FROM conversion c WHERE c.id = k.conversion) AS stored
                FROM duplicate_key k WHERE k.digest = w.digest AND k.scope = w.scope OFFSET 0
            ) k WHERE k.conversion = w.conversion AND k.stored IS NULL AND $4::bigint[] IS NOT NULL
        ))
        """)
}
