/// Keeps conversions, with what is owed to each destination.
///
/// A conversion, its raw request, its duplicate keys and one delivery per destination are stored in one transaction, and `accept`
/// returns only after that transaction is on disk. Each user of a store takes the role that it needs. Both stores fill all roles, and both pass
/// the same conformance suite.
protocol ConversionStore: IntakeStore, DeliveryStore, GovernanceStore, ReadingStore, RepairStore, UpkeepStore, ForesightStore, AuditStore {
    /// How large its transactions were and how long they took.
    var commits: CommitMetrics { get }

    /// Finishes what is queued and closes; later calls throw `.closed`.
    func close() async
}
