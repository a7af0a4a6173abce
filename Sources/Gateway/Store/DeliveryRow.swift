import Mappings

/// A delivery that should be tried now.
struct DueDelivery: Sendable {
    var id: DeliveryID
    /// Tries so far since the delivery was queued or replayed.
    var attempts: Int
    var document: [UInt8]
    /// How often it was replayed; its results must carry the same number.
    var round = 0
    /// For a correction: what became of the conversion at this destination before. Nil: the destination never had to hear of it.
    var predecessor: DeliveryState?
    /// The store's `claimEpoch` when this was claimed.
    var claimEpoch = 0
}

struct DeliveryRow: Sendable, Equatable {
    var id: DeliveryID
    var source: String
    var orderID: String?
    var state: DeliveryState
    var attempts: Int
    var createdAt: Timestamp
    var changedAt: Timestamp
    /// Nil on a pending delivery: it waits for an earlier one of the same history.
    var nextAttempt: Timestamp?
    var reason: String?
    var remoteID: String?
}

struct DeliveryFilter: Sendable {
    var conversion: ConversionID?
    /// Of this conversion and of its corrections.
    var history: ConversionID?
    var source: String?
    var destination: String?
    var state: DeliveryState?
    /// Only what ended without reaching its destination: skipped, rejected and dead.
    var failed = false
    var orderID: String?
    /// By the conversion's `received_at`.
    var since: Timestamp?
    var until: Timestamp?
    var ascending = false
    var limit = 50
    var offset = 0
}
