import Mappings

/// What a destination makes of a conversion.
enum Rendering: Sendable {
    case request(OutboundRequest)
    /// The destination cannot take this conversion; nothing is sent, and the reason is kept.
    case skipped(reason: String)
}
