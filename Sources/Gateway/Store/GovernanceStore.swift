import Mappings
import Rules

/// What an operator decides on a destination, and what each process reports of it.
protocol GovernanceStore: Sendable {
    /// Pauses a destination for every process that shares the store, until it is resumed: a nil reason resumes. The time of a pause is that
    /// of its first request; a reason can be changed, and an empty one changes nothing.
    func setPaused(_ destination: String, reason: String?, at now: Timestamp) async throws(StoreError)
    /// The destinations that are paused, by name.
    func controls() async throws(StoreError) -> [DestinationControl]
    /// Puts these in place of what this process reported before.
    func report(_ reports: [DestinationReport]) async throws(StoreError)
    /// By destination, then process. One that has ended without a last report may still be among them.
    func reports() async throws(StoreError) -> [DestinationReport]
}
