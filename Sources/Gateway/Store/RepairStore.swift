import Mappings
import Rules

/// What replays change.
protocol RepairStore: Sendable {
    /// Makes deliveries due now, whatever their state, each in a new round; their attempts are kept, and the schedule starts again. Those of one
    /// history to one destination keep their order: the later ones wait. Returns how many changed.
    func requeue(_ deliveries: [DeliveryID], at now: Timestamp) async throws(StoreError) -> Int
    /// Adds a delivery to a destination that the conversion was not routed to. No-op if it exists; `.notFound` without the conversion.
    func addDelivery(_ delivery: DeliveryID, at now: Timestamp) async throws(StoreError)
    /// Marks a refused request as run again, with the conversion it became. No-op if it was removed already.
    func markReplayed(refused id: Int64, as conversion: ConversionID, at now: Timestamp) async throws(StoreError)
}
