import Mappings

/// How long bulk is kept that no sum and no delivery needs; nil keeps it for ever.
///
/// A conversion itself, its amounts, states and duplicate keys stay always, and so does everything of a conversion that is still owed to a
/// destination.
struct RetentionLimits: Sendable, Equatable {
    /// Raw requests of conversions, by when they came.
    var requests: Duration?
    /// What was sent and answered, by when.
    var attempts: Duration?
    /// Conversion and raw request of repeats with other content; that they came stays counted.
    var repeats: Duration?
    var refused: Duration?
    /// Bytes in use; beyond, the oldest requests, attempts and repeats go whatever their age.
    var maxSize: Int?

    var isEmpty: Bool { self == RetentionLimits() }
}

/// What one portion of pruning did, or what pruning would do.
struct PruneReport: Sendable, Equatable {
    var requests = 0
    var attempts = 0
    var repeats = 0
    var refused = 0
    /// Bytes in use afterwards; what was freed is used again and does not count.
    var usedBytes = 0
    /// Nothing is left to prune for now.
    var isDone = true

    var count: Int { requests + attempts + repeats + refused }

    static func += (sum: inout Self, portion: Self) {
        sum.requests += portion.requests
        sum.attempts += portion.attempts
        sum.repeats += portion.repeats
        sum.refused += portion.refused
        sum.usedBytes = portion.usedBytes
        sum.isDone = portion.isDone
    }

    /// `12 requests, 30 attempts`; nothing where nothing was pruned.
    var text: String {
        [(requests, "raw request"), (attempts, "attempt"), (repeats, "repeat"), (refused, "refused request")]
            .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)\($0.0 == 1 ? "" : "s")" }.joined(separator: ", ")
    }
}

/// What keeps a store in order beside the service: retention, a person's rights, a look at its health.
protocol StoreUpkeep: ConversionStore {
    /// Prunes one portion, small enough that intake does not notice, and says whether more is left. Harmless to break off and to repeat.
    func prune(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport
    /// What the ages would prune now; nothing is changed.
    func prunable(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport
    /// Removes a person's data and keeps amounts, types and ids. With deliveries pending nothing is changed unless `alsoPending`.
    func forget(_ person: Person, alsoPending: Bool, dryRun: Bool) async throws(StoreError) -> ForgetReport
    func inspect() async throws(StoreError) -> StoreInspection
}
