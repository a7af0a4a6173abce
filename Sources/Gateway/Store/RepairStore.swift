import Mappings
import Rules

/// What replays change.
protocol RepairStore: Sendable {
    /// Makes deliveries due now, as `DeliveryProgress.requeue` decides: one that has ended in a new round, with its attempts kept and the
    /// schedule starting again; one that is pending just sooner, and the process that holds it keeps it. Those of one history to one destination keep
    /// their order: the later ones wait. Returns how many are due now; the others do not exist, or are not as they were seen.
    func requeue(_ deliveries: [Requeue], at now: Timestamp) async throws(StoreError) -> Int
    /// Adds a delivery to a destination that the conversion was not routed to. No-op if it exists; `.notFound` without the conversion.
    func addDelivery(_ delivery: DeliveryID, at now: Timestamp) async throws(StoreError)
    /// Marks a refused request as run again, with the conversion it became. No-op if it was removed already.
    func markReplayed(refused id: Int64, as conversion: ConversionID, at now: Timestamp) async throws(StoreError)
}
