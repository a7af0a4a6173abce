import Mappings
import Rules

/// The order of a history's deliveries, as `HistoryOrder` has it. The index gives a neighbour by one look, however long the history is.
extension SQLiteWriter {
    func place(of id: ConversionID) throws(SQLiteFailure) -> HistoryPlace? {
        try first("SELECT root, step, latest IS NOT NULL FROM conversion WHERE id = ?1", id) { $0.place(of: id) } ?? nil
    }

    /// Holds a delivery that has just become pending behind an earlier one, and a later one behind it.
    func keepOrder(of id: ConversionID, at place: HistoryPlace, to destination: Int64) throws(SQLiteFailure) {
        if let before = try pending(before: place, to: destination) { try hold(id, behind: before, destination) }
        if let after = try pending(after: place, to: destination) { try hold(after, behind: id, destination) }
    }

    /// Lets the next held delivery of the history go, unless an earlier one is pending. Returns whether one may go.
    func release(after id: ConversionID, to destination: Int64, at time: Timestamp) throws(SQLiteFailure) -> Bool {
        let next = try first(
            """
            SELECT d.conversion, d.root, d.step FROM conversion p CROSS JOIN delivery d INDEXED BY delivery_history
            WHERE p.id = ?1 AND d.root = coalesce(p.root, p.id) AND d.destination = ?2 AND d.state = 0 AND d.step > coalesce(p.step, 0)
                AND d.next_attempt IS NULL ORDER BY d.step LIMIT 1
            """, id, destination
        ) { ($0.id(0), HistoryPlace(root: $0.id(1), step: $0.int(2))) }
        guard let (next, place) = next, try pending(before: place, to: destination) == nil else { return false }
        try run("UPDATE delivery SET next_attempt = ?3 WHERE conversion = ?1 AND destination = ?2", next, destination, time)
        return true
    }

    /// The last pending delivery of an earlier step. The first message's own is not in the index.
    private func pending(before place: HistoryPlace, to destination: Int64) throws(SQLiteFailure) -> ConversionID? {
        if place.step == 0 { return nil }
        let step = try first(
            """
            SELECT conversion FROM delivery INDEXED BY delivery_history WHERE root = ?1 AND destination = ?2 AND state = 0 AND step < ?3
            ORDER BY step DESC LIMIT 1
            """, place.root, destination, place.step
        ) { $0.id(0) }
        if let step { return step }
        return try first(
            "SELECT conversion FROM delivery WHERE conversion = ?1 AND destination = ?2 AND state = 0", place.root, destination
        ) { $0.id(0) }
    }

    private func pending(after place: HistoryPlace, to destination: Int64) throws(SQLiteFailure) -> ConversionID? {
        try first(
            """
            SELECT conversion FROM delivery INDEXED BY delivery_history WHERE root = ?1 AND destination = ?2 AND state = 0 AND step > ?3
            ORDER BY step LIMIT 1
            """, place.root, destination, place.step
        ) { $0.id(0) }
    }

    private func hold(_ later: ConversionID, behind earlier: ConversionID, _ destination: Int64) throws(SQLiteFailure) {
        try run("UPDATE delivery SET followed = 1 WHERE conversion = ?1 AND destination = ?2", earlier, destination)
        try run("UPDATE delivery SET next_attempt = NULL WHERE conversion = ?1 AND destination = ?2", later, destination)
    }
}

extension SQLDialect {
    /// The messages of the history whose first is parameter 1, with their steps.
    static let sqliteHistory = "WITH history(id, step) AS (SELECT ?1, 0 UNION ALL SELECT id, step FROM conversion WHERE root = ?1)"
}
