import Mappings
import Rules

/// One request on its way through the intake.
struct InboundCall: Sendable {
    struct Address: Sendable {
        var text: String
        /// Nil for a peer that has no IP address.
        var value: IPAddress?
    }
    /// The conversion's, if it becomes one.
    var id: ConversionID
    var receivedAt: Timestamp
    var request: WireRequest
    /// The client's, as far as proxies are trusted.
    var address: Address
}
