import Mappings
import Rules

/// What is written, each kind of work as one transaction for a whole batch.
///
/// Nothing is remembered between two transactions, so that a batch may be run again on another connection.
struct PostgresWriter: Sendable {
    /// Who writes: a batch's deliveries are held by this node. 0 is a command, which holds nothing.
    let node: Int64
    let refusedLimits: RefusedLimits
    /// How a transaction of the intake ends: taken back if somebody only wants to know what would become of a message.
    var ending = PostgresStatement.commit

    /// Each lane has rows of its own in `delivery_count`, so that no two wait for each other there.
    enum Lane: Int64 {
        case intake = 1
        case results = 2
        case mending = 3
    }

    // MARK: Counts

    /// Changes of the numbers of deliveries, by destination and state.
    struct Counts {
        private var changes: [Key: Int64] = [:]

        private struct Key: Hashable, Comparable {
            var destination: String
            var state: Int64
            static func < (left: Self, right: Self) -> Bool { (left.destination, left.state) < (right.destination, right.state) }
        }

        mutating func add(_ change: Int64, _ destination: String, _ state: DeliveryState) {
            changes[Key(destination: destination, state: state.number), default: 0] += change
        }

        /// Nil where nothing has changed.
        func step(node: Int64, lane: Lane) -> PostgresConnection.Step? {
            let changed = changes.filter { $0.value != 0 }.sorted { $0.key < $1.key }
            guard !changed.isEmpty else { return nil }
            var destinations = PostgresArray(.text)
            var states = PostgresArray(.bigint)
            var counts = PostgresArray(.bigint)
            for (key, change) in changed {
                destinations.append(key.destination)
                states.append(key.state)
                counts.append(change)
            }
            var parameters = PostgresParameters()
            parameters.add(node)
            parameters.add(lane.rawValue)
            parameters.add(destinations)
            parameters.add(states)
            parameters.add(counts)
            return (.addCounts, parameters)
        }
    }

    func step(_ counts: Counts, _ lane: Lane) -> [PostgresConnection.Step] {
        counts.step(node: node, lane: lane).map { [$0] } ?? []
    }

    // MARK: Small writes

    func addDelivery(_ delivery: DeliveryID, at now: Timestamp, _ connection: PostgresConnection) throws(PostgresFailure) -> Bool {
        var parameters = PostgresParameters()
        parameters.add(delivery.conversion)
        parameters.add(delivery.destination)
        parameters.add(now)
        let results = try connection.run([(.begin, PostgresParameters()), (.addDelivery, parameters)])
        var counts = Counts()
        if results[1].bool(0, 1) { counts.add(1, delivery.destination, .pending) }
        var steps = step(counts, .mending)
        if results[1].bool(0, 1), let place = try place(of: delivery.conversion, connection) {
            steps += order(of: delivery.conversion, at: place, to: delivery.destination)
        }
        _ = try connection.run(steps + [(.commit, PostgresParameters())])
        return results[1].bool(0, 0)
    }

    func markReplayed(
        refused id: Int64, as conversion: ConversionID, at now: Timestamp, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        var parameters = PostgresParameters()
        parameters.add(id)
        parameters.add(conversion)
        parameters.add(now)
        _ = try connection.run(.markReplayed, parameters)
    }

    func beat(_ connection: PostgresConnection) throws(PostgresFailure) {
        var parameters = PostgresParameters()
        parameters.add(node)
        // A command has no row to write; a transaction with a number is committed, and refused where nothing may be written.
        _ = node == 0 ? try connection.run(sql: "SELECT pg_current_xact_id()::text") : try connection.run(.beat, parameters)
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
        WITH known AS (SELECT id FROM conversion WHERE id = $1::uuid),
        added AS (
            INSERT INTO delivery (conversion, destination, state, attempts, logged, created_at, changed_at, next_attempt, node)
            SELECT id, $2::text, 0, 0, 0, $3::bigint, $3, $3, 0 FROM known ON CONFLICT DO NOTHING RETURNING 1
        )
        SELECT EXISTS (SELECT FROM known), EXISTS (SELECT FROM added)
        """)
    fileprivate static let markReplayed = Self(
        "mark_replayed", "UPDATE refused SET replayed_as = $2::uuid, replayed_at = $3::bigint WHERE id = $1::bigint")
    fileprivate static let beat = Self("beat", "UPDATE node SET beats = beats + 1 WHERE id = $1::bigint")
}
