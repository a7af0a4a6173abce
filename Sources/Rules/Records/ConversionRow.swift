import Mappings

/// A conversion as the store's columns hold it, or a correction: a later message that changed one.
///
/// A history is the first message and its corrections. The first's columns show the conversion as it is now; every document shows it as it
/// was after its own message.
package struct ConversionRow: Sendable, Equatable {
    package var id: ConversionID
    package var source: String
    package var tracker: String
    package var receivedAt: Timestamp
    package var type: String?
    package var status: String?
    package var orderID: String?
    package var clickID: String?
    /// Exact decimal text in major units, `49.90`.
    package var amount: String?
    package var currency: String?
    /// The whole conversion as JSON; its `id` is the first message's throughout a history.
    package var document: [UInt8]
    /// What was taken back so far, written as `amount` is.
    package var refunded: String?
    /// The conversion that this message corrects; nil on first messages.
    package var root: ConversionID?
    /// The newest correction; nil if there is none, and on corrections.
    package var latest: ConversionID?

    package init(
        id: ConversionID, source: String, tracker: String, receivedAt: Timestamp, type: String? = nil, status: String? = nil,
        orderID: String? = nil, clickID: String? = nil, amount: String? = nil, currency: String? = nil, document: [UInt8],
        refunded: String? = nil, root: ConversionID? = nil, latest: ConversionID? = nil
    ) {
        self.id = id
        self.source = source
        self.tracker = tracker
        self.receivedAt = receivedAt
        self.type = type
        self.status = status
        self.orderID = orderID
        self.clickID = clickID
        self.amount = amount
        self.currency = currency
        self.document = document
        self.refunded = refunded
        self.root = root
        self.latest = latest
    }
}

/// What a list shows: first messages only, as they are now. Nil fields do not filter; lists come newest first unless `ascending`.
package struct ConversionFilter: Sendable {
    package var source: String?
    package var tracker: String?
    package var type: String?
    package var status: String?
    package var orderID: String?
    package var clickID: String?
    package var since: Timestamp?
    package var until: Timestamp?
    /// Only conversions that have a delivery of their own in this state; those of corrections do not count.
    package var state: DeliveryState?
    /// Only conversions that came again, with equal or other content.
    package var withRepeats = false
    /// Only conversions without a delivery, also of their corrections.
    package var unsent: Unsent?
    /// `since` and `until` compare `occurred_at`, if the conversion has one.
    package var byOccurrence = false
    package var ascending = false
    package var limit = 50
    package var offset = 0

    package enum Unsent: Sendable, Equatable {
        case anywhere
        case to(String)
    }

    package init(
        source: String? = nil, tracker: String? = nil, type: String? = nil, status: String? = nil, orderID: String? = nil,
        clickID: String? = nil, since: Timestamp? = nil, until: Timestamp? = nil, state: DeliveryState? = nil, withRepeats: Bool = false,
        byOccurrence: Bool = false, ascending: Bool = false, limit: Int = 50, offset: Int = 0
    ) {
        self.source = source
        self.tracker = tracker
        self.type = type
        self.status = status
        self.orderID = orderID
        self.clickID = clickID
        self.since = since
        self.until = until
        self.state = state
        self.withRepeats = withRepeats
        self.byOccurrence = byOccurrence
        self.ascending = ascending
        self.limit = limit
        self.offset = offset
    }
}
