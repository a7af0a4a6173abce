import Rules

/// The SQL that differs between the two databases in statements that are otherwise the same.
///
/// SQLite keeps a source's, tracker's or destination's name as a number of the table `name`, and a conversion's content under a number of
/// its own; PostgreSQL keeps names as text, and content under the conversion's id.
enum SQLDialect: Sendable {
    case sqlite, postgres

    func parameter(_ number: Int, _ value: SQLValue) -> String {
        guard self == .postgres else { return "?\(number)" }
        return switch value {
        case .null, .text: "$\(number)::text"
        case .int: "$\(number)::bigint"
        case .bytes: "$\(number)::bytea"
        case .id, .digest: "$\(number)::uuid"
        }
    }

    /// The condition that an order id is this one, as the index on order ids answers it.
    func equalsOrder(_ column: String, _ value: String) -> String {
        self == .sqlite ? "\(column) = \(value)" : "left(\(column), 255) = left(\(value), 255) AND \(column) = \(value)"
    }

    /// A name's text as the columns hold it.
    func name(_ text: String) -> String { self == .sqlite ? "(SELECT id FROM name WHERE text = \(text))" : text }

    /// The text of a column that holds a name, and the table that it needs.
    func text(of column: String, as alias: String, _ join: String = "JOIN") -> (column: String, join: String) {
        self == .sqlite ? ("\(alias).text", "\(join) name \(alias) ON \(alias).id = \(column)") : (column, "")
    }

    /// When the conversion with the content `t` occurred: as its document writes it, without the `Z`, so that texts sort as times do. Reads
    /// the document.
    var occurredAt: String {
        // PostgreSQL takes no NUL in a text, whatever member has it.
        self == .sqlite
            ? "rtrim(json_extract(CAST(t.document AS TEXT), '$.occurred_at'), 'Z')"
            : #"rtrim(replace(convert_from(t.document, 'UTF8'), '\u0000', '\ufffd')::json ->> 'occurred_at', 'Z') COLLATE "C""#
    }

    /// What is said of a delivery's lines, which its reason repeats, is left out: its first line stays.
    func withoutNotes(_ column: String) -> String {
        self == .sqlite ? "substr(\(column), 1, instr(\(column) || char(10), char(10)) - 1)" : "split_part(\(column), E'\\n', 1)"
    }

    /// The condition that finds the content `t` of the conversion `c`: its own, or that of its newest correction.
    func content(present: Bool = false) -> String {
        switch (self, present) {
        case (.sqlite, false): "t.id = c.content"
        case (.sqlite, true): "t.id = coalesce((SELECT l.content FROM conversion l WHERE l.id = c.latest), c.content)"
        case (.postgres, false): "t.conversion = c.id"
        case (.postgres, true): "t.conversion = coalesce(c.latest, c.id)"
        }
    }

    /// A condition on the conversion `c`: one of its own deliveries is in the state, whatever became of its corrections.
    ///
    /// - Parameter prefix: of the column's name.
    static func hasDelivery(in state: DeliveryState, column prefix: String = "") -> String {
        "EXISTS (SELECT 1 FROM delivery d WHERE d.conversion = c.id AND \(state.condition("\(prefix)d.state")))"
    }
}
