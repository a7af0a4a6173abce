import Mappings

/// One request that became a conversion, ready to be stored.
package struct Submission: Sendable {
    /// What lists and filters use, and the conversion itself as JSON.
    package var conversion: ConversionRow
    /// The request as it came, without credentials.
    package var request: StoredRequest
    /// All keys under which this conversion counts as sent already; empty if the sender gave none.
    package var keys: [DuplicateKey]
    /// SHA-256 of what the sender sent, to distinguish a retry from another message under the same key.
    package var content: Digest32
    /// The destinations that it is sent to.
    package var destinations: [String]
    /// The routes that did not take it.
    package var missed = MissedRoutes()
    /// What another message under the same key does.
    package var repeats = RepeatPolicy.ignore
    /// Decides corrections of this conversion, also of those that came before it.
    package var rule = CorrectionRule.none
    /// The request's signature. One that came before changes nothing again, whatever is said beside it. A conversion has it among `keys` too.
    package var signature: DuplicateKey?
    /// The name that a trusted proxy gave the request, with its content. It is among `keys` too; a message that finds it held is the proxy's
    /// second try.
    package var requestID: DuplicateKey?
    /// Of an edited copy that an operator runs: the conversion whose repeat it was made from. A further copy is kept as a repeat of that one.
    package var copyOf: ConversionID?
    /// Keys under which corrections may wait that are not among `keys`, as when an `Idempotency-Key` took their place.
    package var awaitedKeys: [DuplicateKey] = []
    /// Other sources whose conversions count as its source's own.
    package var sharedWith: [String] = []
    /// Of a correction: how many may wait beside it.
    package var waiting = WaitingLimits()

    package init(
        conversion: ConversionRow, request: StoredRequest, keys: [DuplicateKey], content: Digest32, destinations: [String],
        repeats: RepeatPolicy = RepeatPolicy.ignore, rule: CorrectionRule = CorrectionRule.none, awaitedKeys: [DuplicateKey] = []
    ) {
        self.conversion = conversion
        self.request = request
        self.keys = keys
        self.content = content
        self.destinations = destinations
        self.repeats = repeats
        self.rule = rule
        self.awaitedKeys = awaitedKeys
    }

    /// The sources whose conversions it may be about, its own first.
    package var sources: [String] { [conversion.source] + sharedWith }
}

/// What became of a submission.
package enum Acceptance: Sendable, Equatable {
    case stored
    /// Another conversion holds one of the keys. `sameContent` is false if the two differ; the repeat is then kept whole.
    case duplicate(of: ConversionID, sameContent: Bool)
    /// A proxy's second try of a request whose first was stored as this conversion. Nothing was kept of it.
    case secondTry(of: ConversionID)
    /// Another conversion holds one of the keys, and this message changed it.
    case corrected(ConversionID, by: ConversionID)
    /// A key that is shared between the tracker's sources belongs to another source (RefCampaign's 409).
    case conflict(with: ConversionID)
    /// It would change a conversion that may not be changed any more. Nothing was kept.
    case refused(Failure)
}
