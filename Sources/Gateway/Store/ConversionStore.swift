import Mappings
import Rules

/// Where conversions are kept, with what is owed to each destination.
///
/// A conversion, its raw request, its duplicate keys and one delivery per destination are stored in one transaction, and `accept`
/// returns only after that transaction is on disk. Every implementation passes the same conformance suite.
protocol ConversionStore: Sendable {
    /// Stores a conversion unless one with the same duplicate key is there already. N equal submissions at once store exactly one.
    ///
    /// What a repeat of other content does is the submission's policy: it is kept, or it becomes a correction by the submission's rule,
    /// inside the transaction. Corrections that waited for the conversion are applied in the transaction that stores it.
    func accept(_ submission: Submission) async throws(StoreError) -> Acceptance

    /// Changes the conversion that the submission concerns: the one that holds its key, however long ago, else the source's newest with its
    /// order id. Where there is none yet, the correction takes the key and waits. Equal corrections count once.
    func correct(_ submission: Submission) async throws(StoreError) -> CorrectionResult

    /// Keeps a request that was turned away, so that it can be looked at and run again. Bounded by `RefusedLimits`.
    func keep(_ refused: RefusedRequest) async throws(StoreError)

    /// Writes what became of one try. Attempts of one delivery are recorded in order; the last 50 are kept.
    ///
    /// A late result is harmless: the attempt is logged, but a delivery that is no longer pending changes only if it turns out to have
    /// arrived. A result for a delivery that does not exist is dropped.
    /// - Returns: whether a correction's delivery waited for this one and is due now.
    @discardableResult
    func record(_ result: AttemptResult) async throws(StoreError) -> Bool
    /// All of them, in one write where the store has such a thing. Where it fails, none is stored.
    /// - Returns: whether a correction's delivery waited for one of these and is due now.
    @discardableResult
    func record(_ results: [AttemptResult]) async throws(StoreError) -> Bool

    /// Deliveries to `destination` that are due at `now`, oldest due first, with what a worker needs to make them.
    ///
    /// Where several nodes share the store, this is the claim: what is returned is held by this node until its result is recorded, this
    /// store is closed, or `holdsClaims` has become false.
    func due(_ destination: String, at now: Timestamp, leavingOut: Set<DeliveryID>, limit: Int) async throws(StoreError) -> [DueDelivery]

    /// When the next pending delivery of each destination falls due; a destination that owes nothing is missing.
    func nextDue() async throws(StoreError) -> [String: Timestamp]

    func conversions(_ filter: ConversionFilter) async throws(StoreError) -> [ConversionRow]
    func conversion(_ id: ConversionID) async throws(StoreError) -> ConversionRow?
    /// The first message and its corrections in their order, from the id of any of them; empty where it is unknown.
    func history(of conversion: ConversionID) async throws(StoreError) -> [ConversionRow]
    /// Corrections whose conversion has not come, oldest first. `source` and the page of the filter count.
    func waiting(_ filter: ConversionFilter) async throws(StoreError) -> [WaitingRow]
    func deliveries(_ filter: DeliveryFilter) async throws(StoreError) -> [DeliveryRow]
    func attempts(of delivery: DeliveryID) async throws(StoreError) -> [AttemptRow]
    func repeats(of conversion: ConversionID) async throws(StoreError) -> [RepeatRow]
    /// The bytes that the sender sent, credentials removed; nil where they were pruned.
    func request(of conversion: ConversionID) async throws(StoreError) -> StoredRequest?
    func refused(_ filter: RefusedFilter) async throws(StoreError) -> [RefusedRow]
    /// Deliveries by destination and state, for `/readyz`, logs and the end of a replay.
    func counts() async throws(StoreError) -> [DeliveryCount]

    /// Makes deliveries due now, whatever their state, each in a new round; their attempts are kept, and the schedule starts again. Those of one
    /// history to one destination keep their order: the later ones wait. Returns how many changed.
    func requeue(_ deliveries: [DeliveryID], at now: Timestamp) async throws(StoreError) -> Int
    /// Adds a delivery to a destination that the conversion was not routed to. No-op where it exists; `.notFound` without the conversion.
    func addDelivery(_ delivery: DeliveryID, at now: Timestamp) async throws(StoreError)
    /// Marks a refused request as run again, with the conversion it became. No-op where it has left the keep already.
    func markReplayed(refused id: Int64, as conversion: ConversionID, at now: Timestamp) async throws(StoreError)

    /// Pauses a destination for every process that shares the store, until it is resumed: a nil reason resumes. The time of a pause is that
    /// of its first word; a reason can be changed.
    func setPaused(_ destination: String, reason: String?, at now: Timestamp) async throws(StoreError)
    /// The destinations that are paused, by name.
    func controls() async throws(StoreError) -> [DestinationControl]
    /// Puts these in place of what this process reported before.
    func report(_ reports: [DestinationReport]) async throws(StoreError)
    /// By destination, then process. One that has ended without a last word may still be among them.
    func reports() async throws(StoreError) -> [DestinationReport]
    /// When the oldest conversion was received that each destination has still to hear of. Looks at every pending delivery.
    func oldestPending() async throws(StoreError) -> [String: Timestamp]

    /// Whether what `due` handed out is still this process's own to send. Asked right before a request goes out; must be cheap.
    var holdsClaims: Bool { get }
    /// Grows when claims were lost: what was handed out under an earlier number is no longer this process's own, even once `holdsClaims` is
    /// true again. `DueDelivery` carries the number that it was claimed under.
    var claimEpoch: Int { get }

    /// Commits one small write, to know that the next conversion could be stored.
    func checkWritable() async throws(StoreError)
    /// Finishes what is queued and closes; later calls throw `.closed`.
    func close() async
}

extension ConversionStore {
    /// What became of a correction's conversion at the destination so far, as `due` tells it; nil for a first message.
    func predecessor(of delivery: DeliveryID) async throws(StoreError) -> DeliveryState? {
        var earlier: [DeliveryState] = []
        for message in try await history(of: delivery.conversion) {
            if message.id == delivery.conversion { break }
            earlier += try await deliveries(DeliveryFilter(conversion: message.id, destination: delivery.destination, limit: 1)).map(
                \.state)
        }
        return DeliveryState.predecessor(earlier)
    }

    /// For a store that no other process delivers from.
    var claimEpoch: Int { 0 }
}
