import Mappings
import Rules

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
