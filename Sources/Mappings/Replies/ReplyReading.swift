/// What a tracker's reply says, as its mapping reads it; nil fields if the reply says nothing about them.
package struct ReplyReading: Sendable, Equatable {
    /// What a reply means for a delivery; the words of a mapping's `outcome:`.
    package enum Outcome: String, Sendable, CaseIterable {
        case delivered, duplicate, rejected, retry
        /// A success that does not say whether the conversion counts.
        case unconfirmed

        var hasArrived: Bool { self == .delivered || self == .duplicate }
    }

    /// What an answer was recognised by.
    package enum Ground: Sendable {
        /// The operator says what it means; nothing else is asked.
        case configuration
        /// Its body is the documented one.
        case body
        /// Only its status is documented, so that the body may be anybody's.
        case status
    }

    package var outcome: Outcome
    package var ground: Ground
    /// The tracker's own words.
    package var message: String?
    /// The tracker's id for the conversion.
    package var remoteID: String?
    /// Lengthens the next wait, never shortens it.
    package var retryAfter: Duration?

    package init(
        outcome: Outcome, ground: Ground = .body, message: String? = nil, remoteID: String? = nil, retryAfter: Duration? = nil
    ) {
        self.outcome = outcome
        self.ground = ground
        self.message = message
        self.remoteID = remoteID
        self.retryAfter = retryAfter
    }
}
