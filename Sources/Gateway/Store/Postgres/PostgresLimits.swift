import Rules

/// Bounds of the shared store that have no reason to be configured, but that a test may want smaller.
struct PostgresLimits: Sendable {
    /// Writes of a kind that wait or are under way; one more is refused with `.busy`.
    var queued = 20_000
    /// Writes that share a transaction.
    var batch = 1024
    /// After which the others take over what this node held, unless it was renewed.
    var lease: Duration = .seconds(15)
    /// How long the server may keep silent before it is given up.
    var patience: Duration = .seconds(15)
    var refused = RefusedLimits()
}
