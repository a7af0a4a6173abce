import Mappings
import Rules

/// What is written, each kind of work as one transaction for a whole batch.
///
/// Nothing is remembered between two transactions, so that a batch may be run again on another connection.
struct PostgresWriter: Sendable {
    typealias Counts = CountChanges<String>

    /// Who writes: a batch's deliveries are held by this node. 0 is a command, which holds nothing.
    let node: Int64
    let refusedLimits: RefusedLimits
    /// How a transaction of the intake ends: taken back if a command only wants to know what would become of a message.
    var ending = PostgresStatement.commit

    /// Each lane has rows of its own in `delivery_count`, so that no two wait for each other there.
    enum Lane: Int64 {
        case intake = 1
        case results = 2
        case repair = 3
    }

    /// No step if nothing has changed.
    func step(_ counts: Counts, _ lane: Lane) -> [PostgresConnection.Step] {
        let changes = counts.all
        if changes.isEmpty { return [] }
        let parameters = PostgresParameters(
            node, lane.rawValue, PostgresArray(changes) { $0.destination }, PostgresArray(changes) { $0.state },
            PostgresArray(changes) { $0.change })
        return [(.addCounts, parameters)]
    }

    // MARK: Small writes

    /// Returns whether the conversion exists.
    func addDelivery(_ delivery: DeliveryID, at now: Timestamp, _ connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        let row = PostgresParameters(delivery.conversion, delivery.destination, now)
        let found = try connection.run([(.begin, PostgresParameters()), (.addDelivery, row)])[1][0]
        var counts = Counts()
        if found.bool(1) { counts.add(1, delivery.destination, .pending) }
        var steps = step(counts, .repair)
        if found.bool(1), let place = try place(of: delivery.conversion, connection) {
            steps += order(of: delivery.conversion, at: place, to: delivery.destination)
        }
        _ = try connection.run(steps + [(.commit, PostgresParameters())])
        return found.bool(0)
    }

    func beat(_ connection: PostgresConnection) throws(PostgresFailure) {
        // A command has no row to write; a transaction with a number is committed, and refused if nothing may be written.
        _ =
            node == 0
            ? try connection.run(sql: "SELECT pg_current_xact_id()::text") : try connection.run(.beat, PostgresParameters(node))
    }
}

extension PostgresStatement {
    fileprivate static let addCounts = Self(
        "add_counts",
        """
        INSERT INTO delivery_count AS c (node, lane, destination, state, count)
        SELECT $1::bigint, $2::bigint, * FROM unnest($3::text[], $4::bigint[], $5::bigint[])
        ON CONFLICT (node, lane, destination, state) DO UPDATE SET count = c.count + excluded.count
        """)
    /// Whether the conversion exists, and whether the delivery is new.
    fileprivate static let addDelivery = Self(
        "add_delivery",
        """
        WITH known AS (SELECT id, root, step FROM conversion WHERE id = $1::uuid),
        added AS (
            INSERT INTO delivery (conversion, destination, state, attempts, logged, created_at, changed_at, next_attempt, node, root, step)
            SELECT id, $2::text, 0, 0, 0, $3::bigint, $3, $3, 0, root, step FROM known ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT EXISTS (SELECT FROM known), EXISTS (SELECT FROM added)
        """)
    fileprivate static let beat = Self("beat", "UPDATE node SET beats = beats + 1 WHERE id = $1::bigint")
}
