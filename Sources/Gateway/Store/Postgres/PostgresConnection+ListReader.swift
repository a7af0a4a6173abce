import Rules

extension PostgresConnection: ListReader {
    typealias Failure = PostgresFailure

    static var dialect: SQLDialect { .postgres }

    /// Planned each time with its values in view.
    func rows<Value>(_ sql: String, _ values: [SQLValue], _ decode: (PostgresRow) -> Value) throws(PostgresFailure) -> [Value] {
        var parameters = PostgresParameters()
        for value in values { parameters.add(value) }
        return try run(sql: sql, parameters).map(decode)
    }

    func hasDelivery(in state: DeliveryState) -> String { SQLDialect.hasDelivery(in: state) }
    func stateColumn(_ column: String, for states: [DeliveryState]) -> String { column }

    func inSnapshot<Value>(_ body: () throws(PostgresFailure) -> Value) throws(PostgresFailure) -> Value {
        _ = try run(sql: "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        do throws(PostgresFailure) {
            let value = try body()
            _ = try run(.commit)
            return value
        } catch {
            if isAlive { _ = try? run(.rollback) }
            throw error
        }
    }

    func usedBytes() throws(PostgresFailure) -> Int { try run(sql: "SELECT pg_database_size(current_database())")[0].int(0) }
}
