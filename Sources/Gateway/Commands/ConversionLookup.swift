import ArgumentParser
import Mappings
import Rules

/// Finds the conversion that a person means: by its id, by the id's first characters, or by its order id.
struct ConversionLookup {
    /// With fewer characters the id says little but the day.
    static let shortestPrefix = 6
    /// How many are named if several are meant.
    fileprivate static let shown = 10

    let text: String
    let store: any ReadingStore

    /// Ends the command with a sentence if there is none or more than one.
    func find() async throws -> ConversionRow {
        let rows = try await candidates()
        if rows.count == 1 { return rows[0] }
        Terminal.complain(Self.sentence(text, mayBe: rows))
        throw ExitStatus.findings
    }

    /// All that the text may mean.
    func candidates() async throws(StoreError) -> [ConversionRow] {
        if let id = ConversionID(text), let row = try await store.conversion(id) { return [row] }
        var rows = try await store.conversions(ConversionFilter(orderID: text, limit: Self.shown + 1))
        for row in try await store.messages(startingWith: text) where !rows.contains(where: { $0.id == row.id }) { rows.append(row) }
        return rows
    }

    /// - Parameter rows: none, or more than one.
    static func sentence(_ text: String, mayBe rows: [ConversionRow]) -> [String] {
        if rows.isEmpty { return ["there is no conversion \(text.quotedBriefly); look everywhere with `gateway find \(text.shellQuoted)`"] }
        let count = rows.count > shown ? "many" : "any of \(rows.count)"
        return ["\(text.quotedBriefly) may be \(count) conversions; name one by its id"]
            + rows.prefix(shown).map { row in
                let order = row.orderID.map { ", order \($0.printable)" } ?? ""
                return "  \(row.id)  \(row.receivedAt) from \(row.source)\(order)"
            }
    }
}

extension ConversionRow {
    /// The answer to an operator who named a delivery that it does not have.
    func hasNoDelivery(to destination: String?) -> String {
        destination.map { "conversion \(id) has no delivery to \($0.quotedBriefly); `gateway conversions show \(id)` says where it went" }
            ?? "conversion \(id) has no deliveries; `gateway conversions show \(id)` says which routes did not take it"
    }
}

extension ReadingStore {
    /// Conversions and corrections whose id begins with the text; a few of them if there are many, none if the text is too short to say one.
    func messages(startingWith text: String) async throws(StoreError) -> [ConversionRow] {
        guard text.utf8.count >= ConversionLookup.shortestPrefix, let range = ConversionID.range(startingWith: text) else { return [] }
        return try await messages(range, limit: ConversionLookup.shown + 1)
    }
}
