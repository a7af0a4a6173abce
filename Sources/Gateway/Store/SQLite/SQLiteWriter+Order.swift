import Mappings
import Rules

/// The order of a history's deliveries, as `HistoryOrder` has it.
extension SQLiteWriter {
    func place(of id: ConversionID) throws(SQLiteFailure) -> HistoryPlace? {
        try first("SELECT root, step, latest IS NOT NULL FROM conversion WHERE id = ?1", id) { $0.place(of: id) } ?? nil
    }

    /// Holds a delivery that has just become pending behind an earlier one, and a later one behind it.
    func keepOrder(of id: ConversionID, at place: HistoryPlace, to destination: Int64) throws(SQLiteFailure) {
        let pending = try pending(in: place.root, to: destination)
        let (before, after) = HistoryOrder.neighbours(of: place.step, pending: pending.keys)
        if let before, let before = pending[before] { try hold(id, behind: before, destination) }
        if let after, let after = pending[after] { try hold(after, behind: id, destination) }
    }

    /// Lets the next held delivery of the history go. Returns whether there was one.
    func release(after id: ConversionID, to destination: Int64, at time: Timestamp) throws(SQLiteFailure) -> Bool {
        let held = try rows(
            """
            SELECT c.step, c.id FROM conversion p CROSS JOIN conversion c ON c.root = coalesce(p.root, p.id) AND c.step > coalesce(p.step, 0)
            CROSS JOIN delivery d ON d.conversion = c.id
            WHERE p.id = ?1 AND d.destination = ?2 AND d.state = 0 AND d.next_attempt IS NULL
            """, id, destination
        ) { (step: $0.int(0), id: $0.id(1)) }
        guard let next = HistoryOrder.released(held: held.map(\.step)), let next = held.first(where: { $0.step == next })?.id else {
            return false
        }
        try run("UPDATE delivery SET next_attempt = ?3 WHERE conversion = ?1 AND destination = ?2", next, destination, time)
        return true
    }

    /// The pending deliveries of a history, by step. A `CROSS JOIN` keeps SQLite from starting at the deliveries.
    private func pending(in root: ConversionID, to destination: Int64) throws(SQLiteFailure) -> [Int: ConversionID] {
        let rows = try rows(
            """
            \(SQLDialect.sqliteHistory) SELECT h.step, h.id FROM history h CROSS JOIN delivery d
            WHERE d.conversion = h.id AND d.destination = ?2 AND d.state = 0
            """, root, destination
        ) { ($0.int(0), $0.id(1)) }
        return Dictionary(rows) { first, _ in first }
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
