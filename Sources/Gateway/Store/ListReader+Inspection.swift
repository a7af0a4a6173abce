import Mappings
import Rules

extension ListReader {
    /// Sums that do not agree with their rows, rows that lack what they belong to, and how many there are.
    func inspect(into found: inout StoreInspection) throws(Failure) {
        let destination = Self.dialect.text(of: "x.destination", as: "n")
        let sum = { (column: String) in Self.dialect == .postgres ? "sum(\(column))::bigint" : "sum(\(column))" }
        found.disagreements += try rows(
            """
            SELECT \(destination.column), x.state, \(sum("x.rows")), \(sum("x.counted")) FROM (
                SELECT destination, state, count(*) AS rows, 0 AS counted FROM delivery GROUP BY destination, state
                UNION ALL SELECT destination, state, 0, sum(count) FROM delivery_count GROUP BY destination, state
            ) x \(destination.join) GROUP BY \(destination.column), x.state HAVING sum(x.rows) <> sum(x.counted) ORDER BY 1, 2
            """, []
        ) {
            let state = DeliveryState(number: $0.int64(1))?.rawValue ?? "unknown"
            return "\($0.text(0)): \($0.int(2)) deliveries are \(state), but \($0.int(3)) are counted"
        }
        for (what, tables) in [
            ("conversions lack their content", "conversion c WHERE NOT EXISTS (SELECT 1 FROM content t WHERE \(Self.dialect.content()))"),
            ("deliveries lack their conversion", "delivery d WHERE NOT EXISTS (SELECT 1 FROM conversion c WHERE c.id = d.conversion)"),
        ] {
            let count = try rows("SELECT count(*) FROM \(tables)", []) { $0.int(0) }.first ?? 0
            if count > 0 { found.disagreements.append("\(count) \(what)") }
        }
        found.conversions = try rows("SELECT count(*) FROM conversion", []) { $0.int(0) }.first ?? 0
        found.newest = try rows("SELECT received_at FROM conversion ORDER BY id DESC LIMIT 1", []) { $0.timestamp(0) }.first
        if let newest = found.newest {
            var day = Self.query
            day.add("id >=", ConversionID.first(at: newest.advanced(by: .seconds(-86_400))))
            found.lastDay = try rows("SELECT count(*) FROM conversion \(day.clause)", day.values) { $0.int(0) }.first ?? 0
        }
        let pending = Self.dialect.text(of: "d.destination", as: "n")
        found.pending = try rows(
            """
            SELECT \(pending.column), count(*), min(d.created_at) FROM delivery d \(pending.join)
            WHERE d.state = 0 GROUP BY \(pending.column) ORDER BY 1
            """, []
        ) { ($0.text(0), $0.int(1), $0.timestamp(2)) }
    }
}
