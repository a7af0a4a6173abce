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

    /// Lets the next held delivery of the history go. Its result is a row if there was one.
    func release(after delivery: DeliveryID, at time: Timestamp) -> PostgresConnection.Step {
        (.release, PostgresParameters(delivery.conversion, delivery.destination, time))
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
    fileprivate static let release = Self(
        "release",
        """
        UPDATE delivery SET next_attempt = $3::bigint,
            node = coalesce((SELECT n.id FROM node n WHERE n.id = delivery.node AND n.lease_until >= clock_timestamp()), 0)
        WHERE destination = $2::text AND conversion = (
            SELECT d.conversion FROM delivery d
            WHERE d.root = (SELECT coalesce(p.root, p.id) FROM conversion p WHERE p.id = $1::uuid)
                AND d.step > (SELECT coalesce(p.step, 0) FROM conversion p WHERE p.id = $1)
                AND d.destination = $2 AND d.state = 0 AND d.next_attempt IS NULL ORDER BY d.step LIMIT 1
        ) RETURNING 1
        """)
}
