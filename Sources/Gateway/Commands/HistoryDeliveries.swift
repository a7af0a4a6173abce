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

        /// Of the conversion's own delivery and of those of its corrections.
        var worstState: DeliveryState? { ([state].compactMap { $0 } + corrections.map(\.state)).worst }

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

extension [HistoryDeliveries.Entry] {
    /// As a list shows it: each destination with its state; briefly, how many are in which state, those that need a look first.
    var cell: TextTable.Cell {
        let worst = compactMap(\.worstState)
        let order: [DeliveryState] = [.dead, .rejected, .unconfirmed, .skipped, .pending, .delivered, .duplicate]
        let counts = order.compactMap { state -> String? in
            let count = worst.count { $0 == state }
            return count == 0 ? nil : "\(count) \(state.rawValue)"
        }
        return TextTable.Cell(
            map(\.text).joined(separator: ", "), brief: count > 1 ? counts.joined(separator: ", ") : nil, style: worst.worst?.style)
    }
}

extension [DeliveryState] {
    /// The one that needs a look the most; nil without any.
    var worst: DeliveryState? { first(where: \.isFailed) ?? first { $0 == .pending } ?? first }
}
