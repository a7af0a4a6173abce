/// Rows under a header, columns as wide as their widest cell.
struct TextTable {
    private let header: [String]
    private var rows: [[String]] = []

    init(_ header: String...) { self.init(cells: header) }
    init(cells: [String]) { header = cells }

    mutating func add(_ cells: String...) { add(cells: cells) }
    mutating func add(cells: [String]) { rows.append(cells.map(\.printable)) }

    var isEmpty: Bool { rows.isEmpty }

    var lines: [String] {
        let widths = header.indices.map { column in ([header] + rows).map { $0[column].count }.max() ?? 0 }
        return ([header] + rows).enumerated().map { index, row in
            let cells = row.enumerated().map { column, cell in
                column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
            }
            let line = cells.joined(separator: "  ")
            return index == 0 ? line.styled(.bold) : line
        }
    }
}
