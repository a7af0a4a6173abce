import Mappings

/// A machine's failure, never the sender's.
struct StoreError: Error, Sendable, Equatable, CustomStringConvertible {
    enum Kind: String, Sendable, CaseIterable {
        /// No space left. Nothing of the request was stored; the store recovers by itself once there is space.
        case full
        case readOnly
        /// Too much is queued, or another process holds the lock; the same call may succeed in a moment.
        case busy
        case corrupt, newerSchema
        /// The database does not take this one row: a value is too large for it, or breaks a rule of a table. It takes all others.
        case unstorable
        /// What a call names does not exist.
        case notFound
        case unavailable, closed
        /// A database on another machine, or in another process, does not answer; it may in a moment.
        case unreachable
    }
    var kind: Kind
    /// A sentence: what happened, at which place, and what helps.
    var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }

    static func noConversion(_ id: ConversionID) -> Self {
        Self(.notFound, "no conversion '\(id)' is stored; list them with 'gateway conversions'")
    }
}
