import Mappings
import Rules

/// The list of what was received: trackers have a request for it, and people a command.
protocol ConversionListing: Sendable {
    func conversions(_ filter: ConversionFilter) async throws(StoreError) -> [ConversionRow]
}

extension ConversionListing {
    /// The other sources that have the order of a correction that waits; nil if none has.
    func elsewhere(orderID: String?, of source: String) async throws(StoreError) -> OrderElsewhere? {
        guard let orderID else { return nil }
        return OrderElsewhere(
            source: source, orderID: orderID, conversions: try await conversions(ConversionFilter(orderID: orderID, limit: 20)))
    }
}

/// What intake writes.
protocol IntakeStore: ConversionListing, ClaimingStore {
    /// Stores a conversion unless one with the same duplicate key is there already. N equal submissions at once store exactly one.
    ///
    /// What a repeat of other content does is the submission's policy: it is kept, or it becomes a correction by the submission's rule,
    /// inside the transaction. Corrections that waited for the conversion are applied in the transaction that stores it.
    func accept(_ submission: Submission) async throws(StoreError) -> Acceptance

    /// Changes the conversion that the submission concerns: the one that holds its key, however long ago, else the source's newest with its
    /// order id. If there is none yet, the correction takes the key and waits. Equal corrections count once.
    func correct(_ submission: Submission) async throws(StoreError) -> CorrectionResult

    /// Keeps a request that was refused, so that it can be looked at and run again. Bounded by `RefusedLimits`.
    ///
    /// - Returns: its number; nil if nothing of its class is kept.
    @discardableResult
    func keep(_ refused: RefusedRequest) async throws(StoreError) -> Int64?

    /// Counts a documented message that is no conversion; nothing else is kept of it.
    func count(_ ignored: IgnoredMessage) async throws(StoreError)

    /// Commits one small write, to know that the next conversion could be stored.
    func checkWritable() async throws(StoreError)
}
