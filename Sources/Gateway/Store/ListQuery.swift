import Mappings
import Rules

/// The conditions and the page of a list, put together from a filter. Values are always parameters.
struct ListQuery {
    let dialect: SQLDialect
    private var conditions: [String] = []
    private(set) var values: [SQLValue] = []

    init(_ dialect: SQLDialect) { self.dialect = dialect }

    /// A condition without values.
    mutating func add(_ condition: String) { conditions.append(condition) }

    /// `comparison` ends with its operator. Nil adds nothing.
    mutating func add(_ comparison: String, _ value: (some SQLParameter)?) {
        if let value { add("\(comparison) \(place(value))") }
    }

    /// Of a column that holds the name of a source, tracker or destination. Nil adds nothing.
    mutating func add(name column: String, _ name: String?) {
        if let name { add("\(column) = \(dialect.name(place(name)))") }
    }

    /// Of a column that holds an order id. Nil adds nothing.
    mutating func add(order column: String, _ order: String?) {
        if let order { add(dialect.equalsOrder(column, place(order))) }
    }

    mutating func add(_ column: String, since: Timestamp?, until: Timestamp?) {
        add("\(column) >=", since)
        add("\(column) <", until)
    }

    /// By receipt of the conversion `c`, or by what its content `t` says of when it occurred.
    mutating func add(since: Timestamp?, until: Timestamp?, byOccurrence: Bool) {
        guard byOccurrence else { return add("c.received_at", since: since, until: until) }
        let occurred = dialect.occurredAt
        for (comparison, time) in [(">=", since), ("<", until)] {
            guard let time else { continue }
            let text = place(String(time.description.dropLast()))
            add("CASE WHEN \(occurred) IS NULL THEN c.received_at \(comparison) \(place(time)) ELSE \(occurred) \(comparison) \(text) END")
        }
    }

    /// Of the conversion `c`.
    mutating func add(_ unsent: ConversionFilter.Unsent) {
        var there = ""
        if case .to(let name) = unsent { there = " AND d.destination = \(dialect.name(place(name)))" }
        add("NOT EXISTS (SELECT 1 FROM delivery d WHERE d.conversion = c.id\(there))")
        add("(c.latest IS NULL OR NOT EXISTS (SELECT 1 FROM delivery d WHERE d.root = c.id\(there)))")
    }

    /// All messages of the history whose first is `root`. Nil adds nothing.
    mutating func add(history column: String, _ root: ConversionID?) {
        guard let place = root.map({ place($0) }) else { return }
        add("\(column) IN (SELECT \(place) UNION ALL SELECT id FROM conversion WHERE root = \(place))")
    }

    /// Attempts behind this one, in the order of their keys.
    mutating func add(after place: AttemptKey, _ table: String) {
        let (id, name, number) = (self.place(place.delivery.conversion), self.place(place.delivery.destination), self.place(place.number))
        add("(\(table)conversion, \(table)destination, \(table)number) > (\(id), \(dialect.name(name)), \(number))")
    }

    mutating func add(after place: RepeatKey) {
        let (id, number) = (self.place(place.conversion), self.place(place.number))
        add("(conversion, number) > (\(id), \(number))")
    }

    /// The value's parameter.
    mutating func place(_ value: some SQLParameter) -> String {
        values.append(value.sql)
        return dialect.parameter(values.count, value.sql)
    }

    mutating func page(_ limit: Int, _ offset: Int = 0) -> String { "LIMIT \(place(max(0, limit))) OFFSET \(place(max(0, offset)))" }

    /// `WHERE …` or nothing.
    var clause: String { conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ") }
}

extension DeliveryState {
    /// The state as SQL that the partial indexes recognize: they take a condition's text, not a parameter's value.
    func condition(_ column: String) -> String {
        number > 2 ? "\(column) = \(number) AND \(column) > 2" : "\(column) = \(number)"
    }
}
