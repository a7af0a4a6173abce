import Mappings
import Rules

/// Updates of one conversion never overtake each other at one destination: while an earlier one is pending, the later is held, which means
/// pending without a time, and nobody's.
extension PostgresWriter {
    /// Where a message stands in its history; the first message stands at 0.
    struct Place {
        var root: ConversionID
        var step: Int
    }

    /// Nil for a conversion without corrections, which is nearly every one.
    func place(of id: ConversionID, _ connection: PostgresConnection) throws(PostgresFailure) -> Place? {
        let found = try connection.run(.selectPlace, Self.id(id))
        if found.isEmpty { return nil }
        if let root = found.optionalID(0, 0) { return Place(root: root, step: found.int(0, 1)) }
        return found.bool(0, 2) ? Place(root: id, step: 0) : nil
    }

    /// Holds a delivery that has just become pending behind an earlier one, and a later one behind it.
    func order(of id: ConversionID, at place: Place, to destination: String) -> [PostgresConnection.Step] {
        var parameters = Self.id(id)
        parameters.add(place.root)
        parameters.add(place.step)
        parameters.add(destination)
        return [(.holdBehind, parameters), (.holdBefore, parameters)]
    }

    /// Lets the next held delivery of the history go. Its result is a row where there was one.
    func release(after delivery: DeliveryID, at time: Timestamp) -> PostgresConnection.Step {
        var parameters = Self.id(delivery.conversion)
        parameters.add(delivery.destination)
        parameters.add(time)
        return (.release, parameters)
    }
}

extension PostgresStatement {
    /// A neighbour that has ended in this very moment is no reason to wait: only what could be marked is waited for.
    fileprivate static let holdBehind = Self(
        "hold_behind",
        """
        WITH marked AS (
            UPDATE delivery SET followed = true WHERE destination = $4::text AND state = 0 AND conversion = (
                SELECT c.id FROM conversion c JOIN delivery d ON d.conversion = c.id
                WHERE (c.id = $2::uuid OR c.root = $2) AND d.destination = $4 AND d.state = 0 AND coalesce(c.step, 0) < $3::bigint
                ORDER BY coalesce(c.step, 0) DESC LIMIT 1
            ) RETURNING 1
        )
        UPDATE delivery SET next_attempt = NULL, node = 0 WHERE conversion = $1::uuid AND destination = $4 AND EXISTS (SELECT FROM marked)
        """)
    fileprivate static let holdBefore = Self(
        "hold_before",
        """
        WITH held AS (
            UPDATE delivery SET next_attempt = NULL, node = 0 WHERE destination = $4::text AND state = 0 AND conversion = (
                SELECT c.id FROM conversion c JOIN delivery d ON d.conversion = c.id
                WHERE (c.id = $2::uuid OR c.root = $2) AND d.destination = $4 AND d.state = 0 AND coalesce(c.step, 0) > $3::bigint
                ORDER BY coalesce(c.step, 0) LIMIT 1
            ) RETURNING 1
        )
        UPDATE delivery SET followed = true WHERE conversion = $1::uuid AND destination = $4 AND EXISTS (SELECT FROM held)
        """)
    fileprivate static let release = Self(
        "release",
        """
        UPDATE delivery SET next_attempt = $3::bigint, node = 0 WHERE destination = $2::text AND conversion = (
            SELECT c.id FROM conversion p JOIN conversion c ON c.root = coalesce(p.root, p.id) AND c.step > coalesce(p.step, 0)
            JOIN delivery d ON d.conversion = c.id
            WHERE p.id = $1::uuid AND d.destination = $2 AND d.state = 0 AND d.next_attempt IS NULL ORDER BY c.step LIMIT 1
        ) RETURNING 1
        """)
}
