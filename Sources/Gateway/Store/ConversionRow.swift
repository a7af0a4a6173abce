import Mappings

/// A conversion as the store's columns hold it.
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
    /// The whole conversion as JSON.
    var document: [UInt8]
}

/// What a list shows. Nil fields do not filter; lists come newest first unless `ascending`.
struct ConversionFilter: Sendable {
    var source: String?
    var tracker: String?
    var type: String?
    var status: String?
    var orderID: String?
    var clickID: String?
    var since: Timestamp?
    var until: Timestamp?
    /// Only conversions that have a delivery in this state.
    var state: DeliveryState?
    /// Only conversions with repeats of other content.
    var withRepeats = false
    var ascending = false
    var limit = 50
    var offset = 0
}
