import Mappings
import Rules

/// Conversions that went to no destination, or not to one that is named, and what kept them from it.
struct UnroutedList {
    let store: any ReadingStore
    let configuration: Configuration?
    /// Nil: conversions that went nowhere.
    let destination: String?
    let options: TableOptions

    static let columns = TextTable.Columns(
        names: ["conversion", "received", "source", "type", "order", "amount", "why"],
        leaving: ["type", "amount", "source"], cut: ["order": 10, "why": 40])

    /// Of the newest message of a conversion's history.
    private func reasons(_ row: ConversionRow) async throws(StoreError) -> [String] {
        var row = row
        if let latest = row.latest, let newest = try await store.conversion(latest) { row = newest }
        let reached = try await store.deliveries(DeliveryFilter(history: row.root ?? row.id, limit: 1000)).map(\.id.destination)
        let unrouted = try await UnroutedMessage(row, reached: reached, in: store, configuration)
        let then = unrouted.then.filter(concerns)
        if !then.isEmpty { return then.map { "route \($0.route) \($0.reason)" } }
        let now = unrouted.now.filter(concerns)
        if !now.isEmpty { return now.map { "now: route \($0.route) \($0.reason)" } }
        guard let configuration else { return ["the routes are unknown without a configuration"] }
        let leads = (try? Conversion(document: row.document)).map { configuration.routes.destinations(of: $0) } ?? []
        let isTaken = destination.map { leads.contains($0) } ?? !leads.isEmpty
        return [isTaken ? "the routes of now would take it" : "no route leads there"]
    }

    private func concerns(_ obstacle: RouteObstacle) -> Bool { destination.map { obstacle.destinations.contains($0) } ?? true }

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
