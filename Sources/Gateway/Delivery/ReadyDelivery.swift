import Mappings
import Rules

/// A delivery that may be tried now, as it waits in memory.
struct ReadyDelivery: Sendable {
    enum Content: Sendable {
        /// Handed over right after its commit.
        case conversion(Conversion)
        /// Read back from the store; decoded when it is tried.
        case document([UInt8])
    }

    var id: ConversionID
    /// Tries so far, as `DueDelivery` counts them.
    var attempts: Int
    var content: Content
    /// As `DueDelivery` has them; a conversion that is handed over right after its commit is in its first round and follows nothing.
    var round = 0
    var predecessor: DeliveryState?
    /// The store's `claimEpoch` when this came to be this process's own.
    var claimEpoch = 0
}

extension ReadyDelivery {
    init(_ due: DueDelivery) {
        self.init(
            id: due.id.conversion, attempts: due.attempts, content: .document(due.document), round: due.round, predecessor: due.predecessor,
            claimEpoch: due.claimEpoch)
    }
}
