/// What a tracker's reply says, as its mapping reads it; nil fields if the reply says nothing about them.
package struct ReplyReading: Sendable, Equatable {
    /// What a reply means for a delivery; the words of a mapping's `outcome:`.
    package enum Outcome: String, Sendable, CaseIterable { case delivered, duplicate, rejected, retry }

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
