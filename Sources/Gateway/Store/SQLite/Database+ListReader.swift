import GRDB
import Mappings
import Rules

extension Database: ListReader {
    typealias Failure = any Error

    static var dialect: SQLDialect { .sqlite }

    func rows<Value>(_ sql: String, _ values: [SQLValue], _ decode: (PreparedStatement) -> Value) throws -> [Value] {
        let statement = try prepared(sql)
        for (index, value) in values.enumerated() { statement.bind(Int32(index + 1), value) }
        return try statement.rows(decode)
    }

    /// A statement from this connection's cache; it is reset when the returned value goes away.
    func prepared(_ sql: String) throws -> PreparedStatement {
        let statement = try cachedStatement(sql: sql)
        return PreparedStatement(borrowing: statement.sqliteStatement, from: statement)
    }

    /// Pages in use; free ones are used again before the file grows.
    func usedBytes() throws -> Int { try rows(SQLDialect.sqliteUsedBytes, []) { $0.int(0) }.first ?? 0 }

    /// Few deliveries in the state: collect their conversions first. Many: walk the conversions and look at each one's deliveries.
    func hasDelivery(in state: DeliveryState) throws -> String {
        try isRare([state])
            ? "c.id IN (SELECT y.conversion FROM delivery y WHERE \(state.condition("y.state")))"
            : SQLDialect.hasDelivery(in: state, column: "+")
    }

    /// A `+` before a column keeps the partial indexes out of a query.
    func stateColumn(_ column: String, for states: [DeliveryState]) throws -> String { try isRare(states) ? column : "+" + column }

    /// Whether sorting all deliveries in the states is cheaper than walking the list in its order.
    private func isRare(_ states: [DeliveryState]) throws -> Bool {
        let numbers = states.map { String($0.number) }.joined(separator: ", ")
        let count = try rows("SELECT coalesce(sum(count), 0) FROM delivery_count WHERE state IN (\(numbers))", []) { $0.int(0) }
        return (count.first ?? 0) <= 10_000
    }
}

extension SQLDialect {
    static let sqliteUsedBytes = """
        SELECT (c.page_count - f.freelist_count) * s.page_size FROM pragma_page_count c, pragma_freelist_count f, pragma_page_size s
        """
}
