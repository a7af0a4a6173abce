import Mappings

/// Updates of one conversion never overtake each other at one destination: while an earlier one is pending, the later is held, which means
/// pending without a time.
extension SQLiteWriter {
    /// Where a message stands in its history; the first message stands at 0.
    struct Place {
        var root: ConversionID
        var step: Int
    }

    /// Nil for a conversion without corrections, which is nearly every one.
    func place(of id: ConversionID) throws(SQLiteFailure) -> Place? {
        let select = statements.selectPlace
        select.bind(1, id)
        guard try select.step() else { return nil }
        defer { select.reset() }
        if let root = select.optionalID(0) { return Place(root: root, step: select.int(1)) }
        return select.int(2) != 0 ? Place(root: id, step: 0) : nil
    }

    /// Holds a delivery that has just become pending behind an earlier one, and a later one behind it.
    func keepOrder(of id: ConversionID, at place: Place, to destination: Int64) throws(SQLiteFailure) {
        if let before = try neighbour(statements.selectPendingBefore, of: place, to: destination) {
            try run(statements.markFollowed, before, destination)
            try run(statements.holdDelivery, id, destination)
        }
        if let after = try neighbour(statements.selectPendingAfter, of: place, to: destination) {
            try run(statements.markFollowed, id, destination)
            try run(statements.holdDelivery, after, destination)
        }
    }

    /// Lets the next held delivery of the history go. Returns whether there was one.
    func release(after id: ConversionID, to destination: Int64, at time: Timestamp?) throws(SQLiteFailure) -> Bool {
        let select = statements.selectHeld
        select.bind(1, id)
        select.bind(2, destination)
        guard try select.step() else { return false }
        let next = select.id(0)
        select.reset()
        let release = statements.releaseDelivery
        release.bind(3, time)
        try run(release, next, destination)
        return true
    }

    private func neighbour(_ select: PreparedStatement, of place: Place, to destination: Int64) throws(SQLiteFailure) -> ConversionID? {
        select.bind(1, place.root)
        select.bind(2, destination)
        select.bind(3, place.step)
        guard try select.step() else { return nil }
        defer { select.reset() }
        return select.id(0)
    }

    private func run(_ statement: PreparedStatement, _ id: ConversionID, _ destination: Int64) throws(SQLiteFailure) {
        statement.bind(1, id)
        statement.bind(2, destination)
        try statement.run()
    }
}
