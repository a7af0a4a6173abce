import Mappings
import Rules

/// Where conversions are kept, with what is owed to each destination.
///
/// A conversion, its raw request, its duplicate keys and one delivery per destination are stored in one transaction, and `accept`
/// returns only after that transaction is on disk. Who uses a store takes the role that he needs. Both stores fill all roles, and both pass
/// the same conformance suite.
protocol ConversionStore: IntakeStore, DeliveryStore, GovernanceStore, ReadingStore, MendingStore, UpkeepStore {
    /// Finishes what is queued and closes; later calls throw `.closed`.
    func close() async
}

/// The list of what was received: trackers have a request for it, and so have people.
protocol ConversionListing: Sendable {
    func conversions(_ filter: ConversionFilter) async throws(StoreError) -> [ConversionRow]
}

/// What intake writes.
protocol IntakeStore: ConversionListing {
    /// Stores a conversion unless one with the same duplicate key is there already. N equal submissions at once store exactly one.
    ///
    /// What a repeat of other content does is the submission's policy: it is kept, or it becomes a correction by the submission's rule,
    /// inside the transaction. Corrections that waited for the conversion are applied in the transaction that stores it.
    func accept(_ submission: Submission) async throws(StoreError) -> Acceptance

    /// Changes the conversion that the submission concerns: the one that holds its key, however long ago, else the source's newest with its
    /// order id. If there is none yet, the correction takes the key and waits. Equal corrections count once.
    func correct(_ submission: Submission) async throws(StoreError) -> CorrectionResult

    /// Keeps a request that was refused, so that it can be looked at and run again. Bounded by `RefusedLimits`.
    func keep(_ refused: RefusedRequest) async throws(StoreError)

    /// Commits one small write, to know that the next conversion could be stored.
    func checkWritable() async throws(StoreError)
}

/// What delivery takes from the store, and writes.
protocol DeliveryStore: Sendable {
    /// Deliveries to `destination` that are due at `now`, oldest due first, with what a worker needs to make them.
    ///
    /// If several nodes share the store, this is the claim: what is returned is held by this node until its result is recorded, this
    /// store is closed, or `holdsClaims` has become false.
    func due(_ destination: String, at now: Timestamp, leavingOut: Set<DeliveryID>, limit: Int) async throws(StoreError) -> [DueDelivery]

    /// When the next pending delivery of each destination falls due; a destination that owes nothing is missing.
    func nextDue() async throws(StoreError) -> [String: Timestamp]

    /// Writes what became of one delivery, as `DeliveryProgress.take` decides. Attempts of one delivery are recorded in order; the last 50
    /// are kept. A result for a delivery that does not exist is dropped.
    /// - Returns: whether a correction's delivery waited for this one and is due now.
    @discardableResult
    func record(_ result: AttemptResult) async throws(StoreError) -> Bool
    /// All of them in one transaction. If it fails, none is stored.
    /// - Returns: whether a correction's delivery waited for one of these and is due now.
    @discardableResult
    func record(_ results: [AttemptResult]) async throws(StoreError) -> Bool

    /// Whether what `due` handed out is still this process's own to send. Asked right before a request goes out; must be cheap.
    var holdsClaims: Bool { get }
    /// Grows when claims were lost: what was handed out under an earlier number is no longer this process's own, even once `holdsClaims` is
    /// true again. `DueDelivery` carries the number that it was claimed under.
    var claimEpoch: Int { get }
}

extension DeliveryStore {
    /// For a store that no other process delivers from.
    var claimEpoch: Int { 0 }
}

/// What an operator decides on a destination, and what each process reports of it.
protocol GovernanceStore: Sendable {
    /// Pauses a destination for every process that shares the store, until it is resumed: a nil reason resumes. The time of a pause is that
    /// of its first word; a reason can be changed.
    func setPaused(_ destination: String, reason: String?, at now: Timestamp) async throws(StoreError)
    /// The destinations that are paused, by name.
    func controls() async throws(StoreError) -> [DestinationControl]
    /// Puts these in place of what this process reported before.
    func report(_ reports: [DestinationReport]) async throws(StoreError)
    /// By destination, then process. One that has ended without a last word may still be among them.
    func reports() async throws(StoreError) -> [DestinationReport]
}

/// What people and commands look at.
protocol ReadingStore: ConversionListing {
    func conversion(_ id: ConversionID) async throws(StoreError) -> ConversionRow?
    /// The first message and its corrections in their order, from the id of any of them; empty if it is unknown.
    func history(of conversion: ConversionID) async throws(StoreError) -> [ConversionRow]
    /// Corrections whose conversion has not come, oldest first. Source, order id, times and the page of the filter count.
    func waiting(_ filter: ConversionFilter) async throws(StoreError) -> [WaitingRow]
    func deliveries(_ filter: DeliveryFilter) async throws(StoreError) -> [DeliveryRow]
    func attempts(of delivery: DeliveryID) async throws(StoreError) -> [AttemptRow]
    func repeats(of conversion: ConversionID) async throws(StoreError) -> [RepeatRow]
    /// The bytes that the sender sent, credentials removed; nil if they were pruned.
    func request(of conversion: ConversionID) async throws(StoreError) -> StoredRequest?
    func refused(_ filter: RefusedFilter) async throws(StoreError) -> [RefusedRow]
    /// Deliveries by destination and state, for `/readyz`, logs and the end of a replay.
    func counts() async throws(StoreError) -> [DeliveryCount]
    /// When the oldest conversion was received that is still owed to each destination. Looks at every pending delivery.
    func oldestPending() async throws(StoreError) -> [String: Timestamp]
}

extension ReadingStore {
    /// What became of a correction's conversion at the destination so far, as `due` says it; nil for a first message.
    func predecessor(of delivery: DeliveryID) async throws(StoreError) -> DeliveryState? {
        var earlier: [DeliveryState] = []
        for message in try await history(of: delivery.conversion) {
            if message.id == delivery.conversion { break }
            earlier += try await deliveries(DeliveryFilter(conversion: message.id, destination: delivery.destination, limit: 1)).map(
                \.state)
        }
        return DeliveryState.predecessor(earlier)
    }
}

/// What replays change.
protocol MendingStore: Sendable {
    /// Makes deliveries due now, whatever their state, each in a new round; their attempts are kept, and the schedule starts again. Those of one
    /// history to one destination keep their order: the later ones wait. Returns how many changed.
    func requeue(_ deliveries: [DeliveryID], at now: Timestamp) async throws(StoreError) -> Int
    /// Adds a delivery to a destination that the conversion was not routed to. No-op if it exists; `.notFound` without the conversion.
    func addDelivery(_ delivery: DeliveryID, at now: Timestamp) async throws(StoreError)
    /// Marks a refused request as run again, with the conversion it became. No-op if it has left the keep already.
    func markReplayed(refused id: Int64, as conversion: ConversionID, at now: Timestamp) async throws(StoreError)
}

/// What keeps a store in order beside the service: retention, a person's rights, a look at its health.
protocol UpkeepStore: Sendable {
    /// Prunes one portion, small enough that intake does not notice, and says whether more is left. Harmless to break off and to repeat.
    func prune(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport
    /// What the ages would prune now; nothing is changed.
    func prunable(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport
    /// Removes a person's data and keeps amounts, types and ids. With deliveries pending nothing is changed unless `alsoPending`.
    func forget(_ person: Person, alsoPending: Bool, dryRun: Bool) async throws(StoreError) -> ForgetReport
    func inspect() async throws(StoreError) -> StoreInspection
}
