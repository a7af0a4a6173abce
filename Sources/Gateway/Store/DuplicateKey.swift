/// Says "this is that one again".
struct DuplicateKey: Sendable, Hashable {
    enum Scope: Sendable, Hashable {
        /// Unique among one source's conversions.
        case source(String)
        /// Unique among all sources of a tracker: held by another source means conflict.
        case tracker(String)
    }
    var scope: Scope
    /// SHA-256 over the key's parts.
    var digest: Digest32
    /// How long the key holds, counted from the first conversion's `receivedAt`; nil: for ever.
    var lifetime: Duration?
}
