/// How a tracker's mapping reads a reply; nil fields where it says nothing.
struct ReplyReading: Sendable, Equatable {
    enum Outcome: Sendable, Equatable { case delivered, duplicate, rejected, retry }

    var outcome: Outcome
    /// The tracker's own words.
    var message: String?
    /// The tracker's id for the conversion.
    var remoteID: String?
    /// Lengthens the next wait, never shortens it.
    var retryAfter: Duration?
}
