import Mappings

/// A delivery that is to be made due now, as the one who asks has seen it.
package struct Requeue: Sendable {
    package struct Seen: Sendable, Equatable {
        package var state: DeliveryState
        package var changedAt: Timestamp

        package init(state: DeliveryState, changedAt: Timestamp) {
            self.state = state
            self.changedAt = changedAt
        }
    }

    package var delivery: DeliveryID
    /// If it has ended differently since then, it stays as it is: it may have been sent meanwhile. Nil takes it whatever its state.
    package var seen: Seen?

    package init(_ delivery: DeliveryID, seen: Seen? = nil) {
        self.delivery = delivery
        self.seen = seen
    }

    package init(_ row: DeliveryRow) { self.init(row.id, seen: Seen(state: row.state, changedAt: row.changedAt)) }
}
