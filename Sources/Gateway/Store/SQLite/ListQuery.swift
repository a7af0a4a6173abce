import Mappings
import Rules

/// A list's SQL, put together from the conditions of a filter. Values are always parameters.
struct ListQuery {
    enum Value {
        case int(Int64)
        case text(String)
        case id(ConversionID)
    }

    private(set) var conditions: [String] = []
    private(set) var values: [Value] = []

    /// A condition without values.
    mutating func add(_ condition: String) { conditions.append(condition) }

    /// `condition` holds one `?`. Nil adds nothing.
    mutating func add(_ condition: String, _ text: String?) {
        if let text { add(condition, value: .text(text)) }
    }

    mutating func add(_ condition: String, _ time: Timestamp?) {
        if let time { add(condition, value: .int(time.microseconds)) }
    }

    mutating func add(_ condition: String, _ id: ConversionID?) {
        if let id { add(condition, value: .id(id)) }
    }

    mutating func add(_ condition: String, value: Value) {
        conditions.append(condition)
        values.append(value)
    }

    /// ` WHERE …` or nothing.
    var clause: String { conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ") }

    func bind(to statement: PreparedStatement, limit: Int, offset: Int) {
        for (index, value) in values.enumerated() {
            let position = Int32(index + 1)
            switch value {
            case .int(let number): statement.bind(position, number)
            case .text(let text): statement.bind(position, text)
            case .id(let id): statement.bind(position, id)
            }
        }
        statement.bind(Int32(values.count + 1), max(0, limit))
        statement.bind(Int32(values.count + 2), max(0, offset))
    }
}

extension DeliveryState {
    /// The state as SQL that the partial indexes recognize: they take a condition's text, not a parameter's value.
    func condition(_ column: String) -> String {
        number > 2 ? "\(column) = \(number) AND \(column) > 2" : "\(column) = \(number)"
    }
}
