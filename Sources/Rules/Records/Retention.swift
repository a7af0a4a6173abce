import Mappings

/// How long bulk is kept that no sum and no delivery needs; nil keeps it for ever.
///
/// A conversion itself, its amounts, states and duplicate keys stay always, and so does everything of a conversion that is still owed to a
/// destination.
package struct RetentionLimits: Sendable, Equatable {
    /// Raw requests of conversions, by when they came.
    package var requests: Duration?
    /// What was sent and answered, by when.
    package var attempts: Duration?
    /// Conversion and raw request of repeats with other content; that they came stays counted.
    package var repeats: Duration?
    package var refused: Duration?
    /// Bytes in use; beyond, the oldest requests, attempts and repeats go whatever their age.
    package var maxSize: Int?

    package init(
        requests: Duration? = nil, attempts: Duration? = nil, repeats: Duration? = nil, refused: Duration? = nil, maxSize: Int? = nil
    ) {
        self.requests = requests
        self.attempts = attempts
        self.repeats = repeats
        self.refused = refused
        self.maxSize = maxSize
    }

    package var isEmpty: Bool { self == RetentionLimits() }
}

/// What one portion of pruning did, or what pruning would do.
package struct PruneReport: Sendable, Equatable {
    package var requests = 0
    package var attempts = 0
    package var repeats = 0
    package var refused = 0
    /// Bytes in use afterwards; what was freed is used again and does not count.
    package var usedBytes = 0
    /// Nothing is left to prune for now.
    package var isDone = true

    package init(requests: Int = 0, attempts: Int = 0, repeats: Int = 0, refused: Int = 0, usedBytes: Int = 0, isDone: Bool = true) {
        self.requests = requests
        self.attempts = attempts
        self.repeats = repeats
        self.refused = refused
        self.usedBytes = usedBytes
        self.isDone = isDone
    }

    package var count: Int { requests + attempts + repeats + refused }

    package static func += (sum: inout Self, portion: Self) {
        sum.requests += portion.requests
        sum.attempts += portion.attempts
        sum.repeats += portion.repeats
        sum.refused += portion.refused
        sum.usedBytes = portion.usedBytes
        sum.isDone = portion.isDone
    }

    /// `12 requests, 30 attempts`; empty if nothing was pruned.
    package var text: String {
        [(requests, "raw request"), (attempts, "attempt"), (repeats, "repeat"), (refused, "refused request")]
            .filter { $0.0 > 0 }.map { $0.0.of($0.1) }.joined(separator: ", ")
    }
}
