import Mappings
import Rules

/// The order of a history's deliveries, as `HistoryOrder` has it, each change as one statement. The index gives a neighbour by one look,
/// however long the history is.
///
/// A node that has a delivery in its memory, or under way, keeps it while it is held back and when it is let go: a second node would send
/// it a second time.
extension PostgresWriter {
    func place(of id: ConversionID, _ connection: PostgresConnection) throws(PostgresFailure) -> HistoryPlace? {
        try connection.run(.selectPlace, PostgresParameters(id)).first?.place(of: id)
    }

    /// Holds a delivery that has just become pending behind an earlier one, and a later one behind it.
    func order(of id: ConversionID, at place: HistoryPlace, to destination: String) -> [PostgresConnection.Step] {
        let parameters = PostgresParameters(id, place.root, place.step, destination)
        return [(.holdBehind, parameters), (.holdBefore, parameters)]
    }

    /// Lets the next held delivery of each history go, unless an earlier one is pending. Returns those after which one may go.
    func release(
        after ended: [(id: DeliveryID, at: Timestamp)], _ connection: PostgresConnection
    ) throws(PostgresFailure) -> Set<DeliveryID> {
        let results = try connection.run(
            ended.flatMap { id, time -> [PostgresConnection.Step] in
                let delivery = PostgresParameters(id.conversion, id.destination)
                return [(.lockEarlier, delivery), (.release, PostgresParameters(id.conversion, id.destination, time))]
            })
        return Set(ended.indices.filter { !results[2 * $0 + 1].isEmpty }.map { ended[$0].id })
    }
}

extension PostgresStatement {
    fileprivate static let selectPlace = Self("select_place", "SELECT root, step, latest IS NOT NULL FROM conversion WHERE id = $1::uuid")
    /// A neighbour that has ended in this very moment is no reason to wait: only what could be marked is waited for.
    fileprivate static let holdBehind = Self(
        "hold_behind",
        """
        WITH marked AS (
            UPDATE delivery SET followed = true WHERE destination = $4::text AND state = 0 AND conversion = coalesce(
                (SELECT d.conversion FROM delivery d WHERE d.root = $2::uuid AND d.destination = $4 AND d.state = 0 AND d.step < $3::bigint
                    ORDER BY d.step DESC LIMIT 1),
                (SELECT d.conversion FROM delivery d WHERE d.conversion = $2 AND d.destination = $4 AND d.state = 0 AND $3 > 0)
            ) RETURNING 1
        )
        UPDATE delivery SET next_attempt = NULL, node = 0 WHERE conversion = $1::uuid AND destination = $4 AND EXISTS (SELECT FROM marked)
        """)
    fileprivate static let holdBefore = Self(
        "hold_before",
        """
        WITH held AS (
            UPDATE delivery SET next_attempt = NULL WHERE destination = $4::text AND state = 0 AND conversion = (
                SELECT d.conversion FROM delivery d WHERE d.root = $2::uuid AND d.destination = $4 AND d.state = 0 AND d.step > $3::bigint
                ORDER BY d.step LIMIT 1
            ) RETURNING 1
        )
        UPDATE delivery SET followed = true WHERE conversion = $1::uuid AND destination = $4 AND EXISTS (SELECT FROM held)
        """)
    /// An earlier one that another node ends in this very moment is waited for: one of the two must let the next one go.
    fileprivate static let lockEarlier = Self(
        "lock_earlier",
        """
        SELECT 1 FROM conversion p JOIN delivery d ON d.conversion = p.root OR d.root = p.root AND d.step < p.step
        WHERE p.id = $1::uuid AND d.destination = $2::text AND d.state = 0 FOR UPDATE OF d
        """)
    fileprivate static let release = Self(
        "release",
        """
        WITH next AS (
            SELECT d.conversion, d.root, d.step FROM delivery d
            WHERE d.root = (SELECT coalesce(p.root, p.id) FROM conversion p WHERE p.id = $1::uuid)
                AND d.step > (SELECT coalesce(p.step, 0) FROM conversion p WHERE p.id = $1)
                AND d.destination = $2::text AND d.state = 0 AND d.next_attempt IS NULL ORDER BY d.step LIMIT 1
        )
        UPDATE delivery SET next_attempt = $3::bigint,
            node = coalesce((SELECT n.id FROM node n WHERE n.id = delivery.node AND n.lease_until >= clock_timestamp()), 0)
        WHERE destination = $2 AND conversion = (
            SELECT n.conversion FROM next n
            WHERE NOT EXISTS (SELECT FROM delivery d WHERE d.conversion = n.root AND d.destination = $2 AND d.state = 0)
                AND NOT EXISTS (SELECT FROM delivery d WHERE d.root = n.root AND d.destination = $2 AND d.state = 0 AND d.step < n.step)
        ) RETURNING 1
        """)
}
