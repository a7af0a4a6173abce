/// How a tracker's mapping reads a reply; nil fields where it says nothing.
package struct ReplyReading: Sendable, Equatable {
    package enum Outcome: Sendable, Equatable { case delivered, duplicate, rejected, retry }

    package var outcome: Outcome
    /// The tracker's own words.
    package var message: String?
    /// The tracker's id for the conversion.
    package var remoteID: String?
    /// Lengthens the next wait, never shortens it.
    package var retryAfter: Duration?

    package init(outcome: Outcome, message: String? = nil, remoteID: String? = nil, retryAfter: Duration? = nil) {
        self.outcome = outcome
        self.message = message
        self.remoteID = remoteID
        self.retryAfter = retryAfter
    }
}
