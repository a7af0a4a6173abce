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

    func usedBytes() throws(PostgresFailure) -> Int { try run(sql: "SELECT pg_database_size(current_database())")[0].int(0) }
}
