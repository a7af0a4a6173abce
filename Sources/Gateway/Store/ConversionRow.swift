import Mappings

/// A conversion as the store's columns hold it, or a correction: a later message that changed one.
///
/// A history is the first message and its corrections. The first's columns show how the conversion stands now; every document shows how it
/// stood after its own message.
struct ConversionRow: Sendable, Equatable {
    var id: ConversionID
    var source: String
    var tracker: String
    var receivedAt: Timestamp
    var type: String?
    var status: String?
    var orderID: String?
    var clickID: String?
    /// Exact decimal text in major units, `49.90`.
    var amount: String?
    var currency: String?
    /// The whole conversion as JSON; its `id` is the first message's throughout a history.
    var document: [UInt8]
    /// What was taken back so far, written as `amount` is.
    var refunded: String?
    /// The conversion that this message corrects; nil on first messages.
    var root: ConversionID?
    /// The newest correction; nil where there is none, and on corrections.
    var latest: ConversionID?
}

/// What a list shows: first messages only, as they stand now. Nil fields do not filter; lists come newest first unless `ascending`.
struct ConversionFilter: Sendable {
    var source: String?
    var tracker: String?
    var type: String?
    var status: String?
    var orderID: String?
    var clickID: String?
    var since: Timestamp?
    var until: Timestamp?
    /// Only conversions that have a delivery in this state, their own or a correction's.
    var state: DeliveryState?
    /// Only conversions with repeats of other content.
    var withRepeats = false
    var ascending = false
    var limit = 50
    var offset = 0
}
