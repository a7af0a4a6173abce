/// What a tracker's reply says.
package struct ReplyInterpretation: Sendable, Equatable {
    package var name: String
    package var outcome: ReplyPlan.Outcome
    /// The tracker's own id for the conversion.
    package var remoteID: String?
    /// The tracker's own words.
    package var message: String?
    package var retryAfter: Duration?
}
