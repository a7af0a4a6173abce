import Mappings

/// A delivery that should be tried now.
package struct DueDelivery: Sendable {
    package var id: DeliveryID
    /// Tries so far since the delivery was queued or replayed.
    package var attempts: Int
    package var document: [UInt8]
    /// How often it was replayed; its results must carry the same number.
    package var round = 0
    /// For a correction: what became of the conversion at this destination before. Nil: it was never sent to the destination.
    package var predecessor: DeliveryState?
    /// For a correction: the destination's own id of the conversion, if its answer said one.
    package var there: String?
    /// It belongs to a message that changes a conversion.
    package var isCorrection = false
    /// What has become of its lines, as it is stored.
    package var lines: String?
    /// The store's `claimEpoch` when this was claimed.
    package var claimEpoch = 0

    package init(id: DeliveryID, attempts: Int, document: [UInt8], round: Int = 0, predecessor: DeliveryState? = nil, claimEpoch: Int = 0) {
        self.id = id
        self.attempts = attempts
        self.document = document
        self.round = round
        self.predecessor = predecessor
        self.claimEpoch = claimEpoch
    }

    /// It is a correction.
    ///
    /// - Parameter earlier: the deliveries of its history before it to the same destination.
    package mutating func follow(_ earlier: [EarlierDelivery]) {
        isCorrection = true
        predecessor = earlier.predecessor
        there = earlier.filter { $0.remoteID != nil }.min { $0.step < $1.step }?.remoteID
    }
}

/// A delivery that a correction follows.
package struct EarlierDelivery: Sendable {
    /// What is known of it.
    package var state: DeliveryState
    /// The destination's own id, from its answer.
    package var remoteID: String?
    /// Its place in the history, from 0.
    package var step: Int

    package init(state: DeliveryState, hadArrived: Bool, remoteID: String?, step: Int) {
        self.state = state.known(hadArrived: hadArrived)
        self.remoteID = remoteID
        self.step = step
    }
}

extension Sequence<EarlierDelivery> {
    package var predecessor: DeliveryState? { DeliveryState.predecessor(map(\.state)) }
}

package struct DeliveryRow: Sendable, Equatable {
    package var id: DeliveryID
    package var source: String
    package var orderID: String?
    package var state: DeliveryState
    /// It had arrived when it was replayed.
    package var hadArrived = false
    /// Since the schedule began, which a replay begins again.
    package var attempts: Int
    /// All attempts, those before a replay too.
    package var tries: Int
    package var createdAt: Timestamp
    package var changedAt: Timestamp
    /// Nil on a pending delivery: it waits for an earlier one of the same history.
    package var nextAttempt: Timestamp?
    package var reason: String?
    package var remoteID: String?
    /// The conversion's; nil on a correction's delivery, so that no sum counts a sale twice.
    package var amount: String?
    package var currency: String?
    /// What has become of its lines; nil if it is one request.
    package var lines: DeliveryLines?
    /// It is of a message that changes a conversion.
    package var isCorrection = false

    package init(
        id: DeliveryID, source: String, orderID: String? = nil, state: DeliveryState, attempts: Int, createdAt: Timestamp,
        changedAt: Timestamp, nextAttempt: Timestamp? = nil, reason: String? = nil, remoteID: String? = nil,
        amount: String? = nil, currency: String? = nil, tries: Int? = nil
    ) {
        self.id = id
        self.source = source
        self.orderID = orderID
        self.state = state
        self.attempts = attempts
        self.createdAt = createdAt
        self.changedAt = changedAt
        self.nextAttempt = nextAttempt
        self.reason = reason
        self.remoteID = remoteID
        self.amount = amount
        self.currency = currency
        self.tries = tries ?? attempts
    }

    /// What corrections of its conversion have to know.
    package var known: DeliveryState { state.known(hadArrived: hadArrived) }
}

package struct DeliveryFilter: Sendable {
    package var conversion: ConversionID?
    /// Of this conversion and of its corrections.
    package var history: ConversionID?
    package var source: String?
    package var destination: String?
    package var state: DeliveryState?
    /// Only what ended and is not known to have reached its destination: skipped, rejected, dead and unconfirmed.
    package var failed = false
    /// Only of messages with this id or a later one. Ids sort by time, so this bounds what is read.
    package var from: ConversionID?
    /// Not what the destination may have although it did not say so.
    package var leavingUnconfirmed = false
    package var orderID: String?
    /// By the conversion's `received_at`.
    package var since: Timestamp?
    package var until: Timestamp?
    /// `since` and `until` compare `occurred_at`, if the conversion has one.
    package var byOccurrence = false
    package var ascending = false
    package var limit = 50
    package var offset = 0

    package init(
        conversion: ConversionID? = nil, history: ConversionID? = nil, source: String? = nil, destination: String? = nil,
        state: DeliveryState? = nil, failed: Bool = false, orderID: String? = nil, since: Timestamp? = nil, until: Timestamp? = nil,
        byOccurrence: Bool = false, ascending: Bool = false, limit: Int = 50, offset: Int = 0
    ) {
        self.conversion = conversion
        self.history = history
        self.source = source
        self.destination = destination
        self.state = state
        self.failed = failed
        self.orderID = orderID
        self.since = since
        self.until = until
        self.byOccurrence = byOccurrence
        self.ascending = ascending
        self.limit = limit
        self.offset = offset
    }
}
