import Rules

/// A table for spreadsheets, as RFC 4180 has it.
///
/// A spreadsheet runs a text that begins like a formula. So such a text gets an apostrophe before it, which spreadsheets do not show. Amounts and
/// times stay as they are: a refund is below zero, and a sum must be able to take it.
struct CSVTable {
    enum Cell {
        /// What a sender, a tracker or an operator wrote.
        case text(String)
        /// The gateway's own: an amount, a count, a time, an id.
        case value(String)

        fileprivate var written: String {
            switch self {
            case .value(let text): text.csvQuoted
            case .text(let text): text.withoutFormula.csvQuoted
            }
        }
    }

    private(set) var lines: [String]

    init(_ heads: [String]) { lines = [heads.map(\.csvQuoted).joined(separator: ",")] }

    mutating func add(_ cells: [Cell]) { lines.append(cells.map(\.written).joined(separator: ",")) }

    var reply: ConsoleReply {
        let text = lines.map { $0 + "\r\n" }.joined()
        return ConsoleReply(contentType: "text/csv; charset=utf-8", body: .bytes(Array(text.utf8)))
            .with("Content-Disposition", "attachment; filename=\"gateway.csv\"")
    }
}

extension String {
    fileprivate var withoutFormula: String {
        guard let first = unicodeScalars.first, "=+-@\t\r\n".unicodeScalars.contains(first) else { return self }
        return "'" + self
    }
}
