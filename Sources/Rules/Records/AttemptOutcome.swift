/// What one try came to, by the word that the store keeps and that lists and traces show.
package enum AttemptOutcome: String, Sendable, CaseIterable {
    /// The tracker has the conversion.
    case delivered
    /// The tracker had it before.
    case duplicate
    /// It answered 2xx, and did not say that it has the conversion.
    case unconfirmed
    /// The tracker asked for another try, by its answer or by its status.
    case retry
    /// The tracker refused it, or the request could not be sent as it was written.
    case rejected
    /// No whole answer, or no connection, within the time for it.
    case timeout
    /// No connection, or one that ended before the answer did.
    case connection
    /// The host's address is outside the networks that the destination may be in; nothing was sent.
    case refusedAddress = "refused_address"
    /// The destination is a dry run; nothing was sent.
    case dryRun = "dry_run"
    /// A word that this version does not know. It is never written: another version wrote the row, and the row is shown with the rest of
    /// what it says.
    case unknown

    package init(stored word: String) { self = Self(rawValue: word) ?? .unknown }
}
