import Mappings

/// A request that has arrived whole, or as much of it as was taken in.
struct InboundRequest: Sendable {
    var wire: WireRequest
    /// Why the body is missing.
    var fault: Refusal?
}
