import Mappings
import Rules

/// The deliveries that a replay makes due or adds. The preview shows what the replay itself then does.
struct ReplayPlan {
    struct Item {
        var id: DeliveryID
        var source: String
        /// Nil: there is no such delivery yet.
        var row: DeliveryRow?

        init(_ row: DeliveryRow) {
            id = row.id
            source = row.source
            self.row = row
        }

        /// To be added.
        init(_ conversion: ConversionRow, to destination: String) {
            id = DeliveryID(conversion: conversion.id, destination: destination)
            source = conversion.source
        }
    }
    private(set) var items: [Item] = []
    private var ids: Set<DeliveryID> = []

    /// Each delivery once.
    mutating func add(_ item: Item) {
        if ids.insert(item.id).inserted { items.append(item) }
    }

    func contains(_ id: DeliveryID) -> Bool { ids.contains(id) }

    /// What would become of an item if everything before it in the plan were sent too.
    func forecast(
        of item: Item, at sending: Sending, in store: any ReadingStore, now: Timestamp
    ) async throws(StoreError) -> HistoryForecast.Entry? {
        var steps: [HistoryForecast.Step] = []
        for message in try await store.history(of: item.id.conversion) {
            let id = DeliveryID(conversion: message.id, destination: item.id.destination)
            let row = try await store.deliveries(DeliveryFilter(conversion: id.conversion, destination: id.destination, limit: 1)).first
            steps.append(
                HistoryForecast.Step(
                    id: message.id, document: message.document, state: row?.known, isMadeDue: contains(id),
                    hasArrived: row.map { $0.hadArrived || $0.state.hasArrived } ?? false, remoteID: row?.remoteID))
            if message.id == item.id.conversion { break }
        }
        return HistoryForecast(steps, at: sending, now: now).entries[item.id.conversion]
    }

    // MARK: What the configuration says to it

    /// The items whose destination the configuration has, and how many there are to each of the others.
    func split(by configuration: Configuration?) -> (known: [Item], gone: [(destination: String, count: Int)]) {
        guard let configuration else { return (items, []) }
        let names = Set(configuration.destinations.map(\.name))
        let known = items.filter { names.contains($0.id.destination) }
        let gone = Set(items.map(\.id.destination)).subtracting(names).sorted()
        return (known, gone.map { name in (name, items.count { $0.id.destination == name }) })
    }

    /// The sources of added deliveries that no route leads from to their destination, so that nothing says what is to be `set`.
    func sourcesWithoutRoute(_ configuration: Configuration?) -> [(source: String, destination: String)] {
        guard let routes = configuration?.routes else { return [] }
        var seen: Set<[String]> = []
        return items.filter { $0.row == nil && seen.insert([$0.source, $0.id.destination]).inserted }.map { ($0.source, $0.id.destination) }
            .filter { !routes.leads(from: $0, to: $1) }
    }
}
