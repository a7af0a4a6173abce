import Mappings
import Rules

/// What delivery takes from the store, and writes.
protocol DeliveryStore: ClaimingStore {
    /// Deliveries to `destination` that are due at `now`, oldest due first, with what a worker needs to make them.
    ///
    /// If several nodes share the store, this is the claim: what is returned is held by this node until its result is recorded, this
    /// store is closed, or `holdsClaims` has become false. `DueDelivery` carries the `claimEpoch` that it was claimed under.
    func due(_ destination: String, at now: Timestamp, leavingOut: Set<DeliveryID>, limit: Int) async throws(StoreError) -> [DueDelivery]

    /// When the next pending delivery of each destination falls due; a destination that owes nothing is missing.
    func nextDue() async throws(StoreError) -> [String: Timestamp]

    /// Makes pending deliveries to `destination` due now whose time is later than the schedule explains: the clock was set back.
    ///
    /// - Parameter latest: the latest times after 0, 1, … attempts, as `RetrySchedule.latestTimes` has them.
    /// - Returns: how many.
    func bringForward(_ destination: String, dueAfter latest: [Timestamp], to now: Timestamp) async throws(StoreError) -> Int

    /// Whether a correction's delivery may still be made as `due` handed it out: it is pending, no earlier one of its history was put
    /// before it by a replay, and what became of those is still `predecessor`. Asked right before its try.
    func isInTurn(_ correction: DeliveryID, after predecessor: DeliveryState?) async throws(StoreError) -> Bool

    /// Writes what became of one delivery, as `DeliveryProgress.take` decides. Attempts of one delivery are recorded in order; the last 50
    /// are kept. A result for a delivery that does not exist is dropped.
    /// - Returns: whether a correction's delivery waited for this one and is due now.
    @discardableResult
    func record(_ result: AttemptResult) async throws(StoreError) -> Bool
    /// All of them with as few commits as possible. If it fails, some may be stored; the same results may be given again, and none of their
    /// attempts is logged twice.
    /// - Returns: whether a correction's delivery waited for one of these and is due now.
    @discardableResult
    func record(_ results: [AttemptResult]) async throws(StoreError) -> Bool
}
