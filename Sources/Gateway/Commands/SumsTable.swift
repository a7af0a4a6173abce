import Mappings
import Rules

/// Sums as people and programs read them.
struct SumsTable {
    private let keys: [SumKey]
    private let rows: [(values: [String], figures: Sums.Figures)]

    init(_ sums: Sums) {
        keys = sums.keys
        rows = sums.rows
    }

    private typealias Row = (values: [String], figures: Sums.Figures)

    /// With the state among the keys, there is nothing to divide.
    private var isDivided: Bool { !keys.contains(.state) }

    private static let parts: [(name: String, part: @Sendable (Sums.Figures) -> Sums.Part)] = [
        ("delivered", { $0.delivered }), ("pending", { $0.pending }), ("failed", { $0.failed }), ("not_routed", { $0.unrouted }),
    ]

    /// In the currency's own decimals; empty if no conversion of the row has an amount.
    private func text(_ amount: ExactDecimal?, in row: Row) -> String {
        guard row.figures.hasAmount, let amount else { return "" }
        let currency = keys.firstIndex(of: .currency).flatMap { Currency(code: row.values[$0]) }
        return amount.text(in: currency)
    }

    // MARK: For programs

    private var header: [String] {
        keys.map(\.rawValue) + ["conversions", "amount", "refunded", "net"]
            + (isDivided ? Self.parts.flatMap { [$0.name, $0.name + "_amount"] } : [])
    }

    private func cells(of row: Row) -> [String] {
        let figures = row.figures
        var cells = row.values + ["\(figures.all.count)", text(figures.all.amount, in: row), text(figures.refunded, in: row)]
        cells.append(text(figures.net, in: row))
        guard isDivided else { return cells }
        for (_, part) in Self.parts { cells += ["\(part(figures).count)", text(part(figures).amount, in: row)] }
        return cells
    }

    /// RFC 4180, but for the line ends.
    var csv: [String] { ([header] + rows.map(cells)).map { $0.map(\.csvQuoted).joined(separator: ",") } }

    /// Counts are numbers, amounts are texts, as in a conversion.
    var objects: [JSONObject] {
        let counts = Set(["conversions"] + Self.parts.map(\.name))
        return rows.map { row in
            JSONObject(
                zip(header, cells(of: row)).map { name, cell in
                    (name, counts.contains(name) ? .number(cell) : cell.isEmpty ? .null : .string(cell))
                })
        }
    }

    // MARK: For people

    /// Every column that a table by these keys may have.
    static func names(_ keys: [SumKey]) -> [String] {
        keys.map(\.rawValue) + ["conversions", "amount", "refunded", "net"]
            + (keys.contains(.state) ? [] : parts.map { $0.name.replacing("_", with: " ") })
    }

    /// - Parameter isWhole: with columns that say nothing.
    func table(isWhole: Bool) -> TextTable {
        let hasRefunds = isWhole || rows.contains { !$0.figures.refunded.isZero }
        let parts = Self.parts.filter { part in
            isDivided && (isWhole || part.name != "not_routed" || rows.contains { $0.figures.unrouted.count > 0 })
        }
        let left = hasRefunds ? ["conversions", "amount", "refunded", "net"] : ["conversions", "amount"]
        var table = TextTable(
            .init(
                names: keys.map(\.rawValue) + left + parts.map { $0.name.replacing("_", with: " ") },
                leaving: ["refunded", "conversions", "net", "not routed", "delivered", "pending"],
                cut: ["source": 10, "destination": 12]))
        for row in rows {
            let figures = row.figures
            var cells = zip(keys, row.values).map { key, value in value.isEmpty ? key.placeholder : value }
            cells += ["\(figures.all.count)", text(figures.all.amount, in: row)]
            if hasRefunds { cells += [text(figures.refunded, in: row), text(figures.net, in: row)] }
            for (_, part) in parts {
                let part = part(figures)
                let amount = text(part.amount, in: row)
                cells.append(part.count == 0 ? "" : amount.isEmpty ? "(\(part.count))" : "\(amount) (\(part.count))")
            }
            table.add(cells: cells)
        }
        return table
    }
}

extension SumKey {
    /// What is shown for a value that is missing.
    fileprivate var placeholder: String {
        switch self {
        case .destination: "(none)"
        case .state: "not routed"
        default: "-"
        }
    }
}

extension String {
    var csvQuoted: String {
        utf8.contains { "\",\r\n".utf8.contains($0) } ? "\"" + replacing("\"", with: "\"\"") + "\"" : self
    }
}
