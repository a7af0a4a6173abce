import ArgumentParser
import Mappings
import Rules

/// Finds the conversion that a person means: by its id, by the id's first characters, or by its order id.
struct ConversionLookup {
    /// With fewer characters the id says little but the day.
    static let shortestPrefix = 6
    private static let shown = 10

    let text: String
    let store: any ReadingStore

    /// Ends the command with a sentence if there is none or more than one.
    func find() async throws -> ConversionRow {
        if let id = ConversionID(text), let row = try await store.conversion(id) { return row }
        var rows = try await store.conversions(ConversionFilter(orderID: text, limit: Self.shown + 1))
        for row in try await rowsOfPrefix() where !rows.contains(where: { $0.id == row.id }) { rows.append(row) }
        if rows.count == 1 { return rows[0] }
        if rows.isEmpty {
            Terminal.complain("there is no conversion \(text.quotedBriefly); find ids with `gateway conversions --order-id …`")
        } else {
            Terminal.complain(
                "\(text.quotedBriefly) may be \(rows.count > Self.shown ? "many" : "any of \(rows.count)") conversions; name one by its id")
            for row in rows.prefix(Self.shown) {
                let order = row.orderID.map { ", order \($0.printable)" } ?? ""
                Terminal.complain("  \(row.id)  \(row.receivedAt) from \(row.source)\(order)")
            }
        }
        throw ExitStatus.findings
    }

    /// An id begins with the time at which it was made, which is that of the receipt.
    private func rowsOfPrefix() async throws -> [ConversionRow] {
        let missing = 26 - text.utf8.count
        guard missing > 0, text.utf8.count >= Self.shortestPrefix, let first = ConversionID(text + String(repeating: "0", count: missing)),
            let last = ConversionID(text + String(repeating: "Z", count: missing))
        else { return [] }
        // The clock that makes ids and the one of the receipt may be a moment apart.
        let filter = ConversionFilter(
            since: first.time.advanced(by: .seconds(-2)), until: last.time.advanced(by: .seconds(2)), limit: 100_000)
        return try await store.conversions(filter).filter { (first...last).contains($0.id) }
    }
}
