import Mappings
import Rules

/// What became of a conversion at each destination, and beside it what became of its corrections there.
struct HistoryDeliveries {
    struct Entry {
        var destination: String
        /// Of the conversion itself; nil if only a correction has a delivery there.
        var state: DeliveryState?
        /// Oldest first.
        var corrections: [DeliveryRow] = []

        /// `main delivered (correction skipped)`.
        var text: String {
            let own = "\(destination) \(state?.rawValue ?? "-")"
            switch corrections.count {
            case 0: return own
            case 1: return "\(own) (correction \(corrections[0].state.rawValue))"
            default: return "\(own) (corrections \(counts))"
            }
        }

        private var counts: String {
            DeliveryState.allCases.compactMap { state in
                let count = corrections.count { $0.state == state }
                return count == 0 ? nil : "\(count) \(state.rawValue)"
            }.joined(separator: " ")
        }

        var object: JSONObject {
            var object: JSONObject = ["destination": .string(destination)]
            object["state"] = state.map { .string($0.rawValue) }
            guard !corrections.isEmpty else { return object }
            object["corrections"] = .array(
                corrections.map { ["correction": .string($0.id.conversion.description), "state": .string($0.state.rawValue)] })
            return object
        }
    }

    /// By destination.
    let all: [Entry]

    init(of row: ConversionRow, in store: any ReadingStore) async throws(StoreError) {
        let own = try await store.deliveries(DeliveryFilter(conversion: row.id, ascending: true, limit: 1000))
        guard row.latest != nil else {
            all = own.map { Entry(destination: $0.id.destination, state: $0.state) }
            return
        }
        var entries = Dictionary(own.map { ($0.id.destination, Entry(destination: $0.id.destination, state: $0.state)) }) { first, _ in
            first
        }
        for message in try await store.history(of: row.id) where message.id != row.id {
            for delivery in try await store.deliveries(DeliveryFilter(conversion: message.id, limit: 1000)) {
                let name = delivery.id.destination
                entries[name, default: Entry(destination: name)].corrections.append(delivery)
            }
        }
        all = entries.values.sorted { $0.destination < $1.destination }
    }
}
