import Mappings

/// One request that became a conversion, ready to be stored.
struct Submission: Sendable {
    /// What lists and filters use, and the conversion itself as JSON.
    var conversion: ConversionRow
    /// The request as it came, without credentials.
    var request: StoredRequest
    /// All keys under which this conversion counts as sent already; empty where the sender gave none.
    var keys: [DuplicateKey]
    /// SHA-256 of what the sender said, to tell a retry from another message under the same key.
    var content: Digest32
    /// The destinations that must hear of it.
    var destinations: [String]
    /// What another message under the same key does.
    var repeats = RepeatPolicy.ignore
    /// Decides corrections of this conversion, also of those that came before it.
    var rule = CorrectionRule.none
    /// A key under which corrections may wait that is not among `keys`: an `Idempotency-Key` took its place.
    var awaitedKey: DuplicateKey?
}

/// What became of a submission.
enum Acceptance: Sendable, Equatable {
    case stored
    /// Another conversion holds one of the keys. `sameContent` is false where the two differ; the repeat is then kept whole.
    case duplicate(of: ConversionID, sameContent: Bool)
    /// Another conversion holds one of the keys, and this message changed it.
    case corrected(ConversionID, by: ConversionID)
    /// A key that is shared between the tracker's sources belongs to another source (RefCampaign's 409).
    case conflict(with: ConversionID)
}
