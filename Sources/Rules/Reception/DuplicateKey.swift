import Mappings

/// Says "this is that one again".
package struct DuplicateKey: Sendable, Hashable {
    package enum Scope: Sendable, Hashable {
        /// Unique among one source's conversions.
        case source(String)
        /// Unique among all sources of a tracker: held by another source means conflict.
        case tracker(String)
    }
    package var scope: Scope
    /// SHA-256 over the key's parts.
    package var digest: Digest32
    /// How long the key holds, counted from the first conversion's `receivedAt`; nil: for ever.
    package var lifetime: Duration?

    package init(scope: Scope, digest: Digest32, lifetime: Duration? = nil) {
        self.scope = scope
        self.digest = digest
        self.lifetime = lifetime
    }

    /// The lifetime in microseconds; nil: for ever.
    package var heldFor: Int64? { lifetime.map { Timestamp(microseconds: 0).advanced(by: $0).microseconds } }

    /// Whether one conversion at a time holds both.
    package func isSame(as other: Self) -> Bool { digest == other.digest && scope == other.scope }
}
