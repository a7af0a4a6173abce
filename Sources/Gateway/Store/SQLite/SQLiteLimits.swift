import Rules

/// Bounds of the embedded store that have no reason to be configured, but that a test may want smaller.
struct SQLiteLimits: Sendable {
    /// Writes that wait or are under way; one more is refused with `.busy`.
    var queued = 20_000
    /// Writes that share a transaction.
    var batch = 1024
    /// Pages in the write-ahead log before they are copied into the file.
    var logPages = 8192
    var refused = RefusedLimits()
}
