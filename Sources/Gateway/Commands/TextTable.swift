/// Rows under a header, columns as wide as their widest cell, or as narrow as a terminal needs them.
///
/// A table that is too wide takes its cells' brief forms. Then columns leave: those without any content, then those of `Columns.leaving`, in
/// that order. What is left may be cut at its end, as far as `Columns.cut` permits.
struct TextTable {
    struct Columns: Sendable {
        var names: [String]
        /// Those that leave a narrow terminal, the least important first.
        var leaving: [String] = []
        /// Those that may be cut, and to how many places at the least.
        var cut: [String: Int] = [:]
    }

    struct Cell: Sendable {
        var text: String
        /// The same for a narrow terminal.
        var brief: String?
        var isID = false
        var style: Terminal.Style?

        init(_ text: String, brief: String? = nil, isID: Bool = false, style: Terminal.Style? = nil) {
            self.text = text.printable
            self.brief = brief?.printable
            self.isID = isID
            self.style = style
        }
    }

    private let columns: Columns
    private var rows: [[Cell]] = []

    init(_ columns: Columns) { self.columns = columns }
    init(_ header: String...) { self.init(cells: header) }
    init(cells: [String]) { columns = Columns(names: cells) }

    mutating func add(_ cells: String...) { add(cells: cells) }
    mutating func add(cells: [String]) { add(cells.map { Cell($0) }) }
    mutating func add(_ cells: [Cell]) { rows.append(cells) }

    var isEmpty: Bool { rows.isEmpty }

    /// In full.
    var lines: [String] { fitting(nil).lines }

    /// - Parameters:
    ///   - width: places in a line; nil for as many as it takes.
    ///   - chosen: the columns to show, in this order; none of them leaves.
    /// - Returns: the lines with their styles, and the columns with content that are left out.
    func fitting(_ width: Int?, only chosen: [String]? = nil) -> (lines: [String], leftOut: [String]) {
        let shown = chosen?.compactMap { columns.names.firstIndex(of: $0) } ?? Array(columns.names.indices)
        var layout = Layout(shown, names: columns.names, rows.map { $0.map(\.text) })
        guard let width, layout.width > width else { return (lines(layout), []) }
        layout = Layout(shown, names: columns.names, briefRows { columns.cut[columns.names[$0]] == nil })
        if layout.width > width { layout = Layout(shown, names: columns.names, briefRows { _ in true }) }
        var leftOut: [String] = []
        if chosen == nil {
            for column in shown where layout.width > width && rows.allSatisfy({ $0[column].text.isEmpty }) { layout.remove(column) }
            for name in columns.leaving where layout.leastWidth(columns.cut) > width {
                guard let column = columns.names.firstIndex(of: name), layout.remove(column) else { continue }
                leftOut.append(name)
            }
        }
        layout.cut(to: width, columns.cut)
        // What is left to do: an id stays what other commands take, all else becomes shorter.
        let rest = columns.names.indices.filter { column in !rows.contains { $0[column].isID } }
        for least in [16, 8] { layout.cut(to: width, Dictionary(uniqueKeysWithValues: rest.map { (columns.names[$0], least) })) }
        return (lines(layout), leftOut)
    }

    private func lines(_ layout: Layout) -> [String] {
        let header = layout.line { layout.names[$0] }.styled(.bold)
        return [header]
            + rows.indices.map { row in
                layout.line({ layout.rows[row][$0] }) { text, column in rows[row][column].style.map { text.styled($0) } ?? text }
            }
    }

    private func briefRows(_ isBrief: (Int) -> Bool) -> [[String]] {
        let length = Self.idLength(rows.flatMap { $0.filter(\.isID).map(\.text) })
        return rows.map { row in
            row.enumerated().map { column, cell in
                guard isBrief(column) else { return cell.text }
                return cell.isID ? String(cell.text.prefix(length)) : cell.brief ?? cell.text
            }
        }
    }

    /// How many first characters of an id say which one is meant. Of those of a conversion, the first ten say when it came.
    static func idLength(_ ids: [String]) -> Int {
        let all = Set(ids)
        let longest = all.map(\.count).max() ?? 0
        var length = 12
        while length < longest, Set(all.map { $0.prefix(length) }).count < all.count { length += 1 }
        return length
    }
}

/// The order of the columns, and how wide each is.
private struct Layout {
    private(set) var columns: [Int]
    let names: [String]
    private(set) var rows: [[String]]
    private var widths: [Int]

    init(_ columns: [Int], names: [String], _ rows: [[String]]) {
        self.columns = columns
        self.names = names
        self.rows = rows
        widths = names.indices.map { column in ([names] + rows).map { $0[column].places }.max() ?? 0 }
    }

    private static let gap = 2
    private func sum(_ widths: [Int]) -> Int { columns.reduce(0) { $0 + widths[$1] } + Self.gap * max(0, columns.count - 1) }

    var width: Int { sum(widths) }

    func leastWidth(_ cut: [String: Int]) -> Int {
        sum(names.indices.map { column in cut[names[column]].map { min(widths[column], max($0, names[column].places)) } ?? widths[column] })
    }

    @discardableResult
    mutating func remove(_ column: Int) -> Bool {
        guard columns.count > 1, let index = columns.firstIndex(of: column) else { return false }
        columns.remove(at: index)
        return true
    }

    /// Takes from the widest of those that may be cut.
    mutating func cut(to width: Int, _ cut: [String: Int]) {
        let least = Dictionary(
            columns.compactMap { column in cut[names[column]].map { (column, max($0, names[column].places)) } }, uniquingKeysWith: { $1 })
        while self.width > width {
            guard let widest = least.keys.filter({ widths[$0] > least[$0, default: 0] }).max(by: { (widths[$0], $0) < (widths[$1], $1) })
            else { break }
            widths[widest] -= 1
        }
        for row in rows.indices {
            for column in least.keys { rows[row][column] = rows[row][column].cut(to: widths[column]) }
        }
    }

    /// The last cell is not filled up.
    func line(_ cell: (Int) -> String, styled: (String, Int) -> String = { text, _ in text }) -> String {
        columns.map { column in
            let text = cell(column)
            let space = column == columns.last ? "" : String(repeating: " ", count: max(0, widths[column] - text.places))
            return styled(text, column) + space
        }.joined(separator: String(repeating: " ", count: Self.gap))
    }
}
