import Mappings
import Rules

/// Conversions that went to no destination, or not to one that is named, and what keeps them from it by the routes of now.
struct UnroutedList {
    let store: any ReadingStore
    let configuration: Configuration?
    /// Nil: conversions that went nowhere.
    let destination: String?
    let options: TableOptions

    static let columns = TextTable.Columns(
        names: ["conversion", "received", "source", "type", "order", "amount", "why, as the routes are now"], leaving: ["type", "amount"],
        cut: ["order": 12, "why, as the routes are now": 26])

    private func reasons(_ row: ConversionRow) async throws(StoreError) -> [String] {
        guard let configuration else { return ["the routes are unknown without a configuration"] }
        guard let conversion = try? Conversion(document: row.document) else { return [] }
        let reached = try await store.deliveries(DeliveryFilter(history: row.id, limit: 1000)).map(\.id.destination)
        let missed = configuration.routes.obstacles(to: conversion, reached: reached).filter { obstacle in
            destination.map { obstacle.destinations.contains($0) } ?? true
        }
        if !missed.isEmpty { return missed.map { "route \($0.route) \($0.reason)" } }
        let leads = configuration.routes.destinations(of: conversion)
        let isTaken = destination.map { leads.contains($0) } ?? !leads.isEmpty
        return [isTaken ? "the routes of now would take it" : "no route leads there"]
    }

    func print(_ rows: [ConversionRow], asJSON: Bool) async throws(StoreError) {
        var objects: [JSONObject] = []
        var table = TextTable(Self.columns)
        for row in rows {
            let reasons = try await reasons(row)
            if asJSON {
                var object = Listing.object(of: row)
                object["not_routed"] = .array(reasons.map(JSONValue.string))
                objects.append(object)
            }
            table.add([
                .id(row.id), .time(row.receivedAt), .init(row.source), .init(row.type ?? ""), .init(row.orderID ?? ""),
                .init([row.currency, row.amount].compactMap { $0 }.joined(separator: " ")), .init(reasons.joined(separator: "; ")),
            ])
        }
        if asJSON { return Listing.print(objects) }
        if table.isEmpty {
            return Terminal.complain(
                destination.map { "every conversion that matches has a delivery to '\($0)'" }
                    ?? "every conversion that matches has a delivery; --destination NAME finds those that did not go there")
        }
        options.print(table)
    }
}
