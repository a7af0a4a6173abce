import Mappings

/// One portion of pruning: a bounded number of rows, so that intake does not notice it.
///
/// Refused requests go first, then attempts, raw requests and repeats, each from the oldest on. A walk over a table goes on where the last
/// portion left it; when it reaches the end, the next round begins at the start. What is owed to a destination stays.
package struct PrunePortion: Sendable {
    /// Rows that one portion looks at: a millisecond or two of a commit.
    package static let rows = 200

    package var places: PrunePlaces
    package var report = PruneReport()
    /// Rows that may still be looked at.
    private var budget = rows

    package init(places: PrunePlaces = PrunePlaces()) { self.places = places }

    /// Prunes what is older than its limit.
    package mutating func pruneAged<Tables: PruneTables>(
        _ limits: RetentionLimits, at now: Timestamp, in tables: Tables
    ) throws(Tables.Failure) {
        if let age = limits.refused {
            let count = try tables.removeRefused(before: now.advanced(by: .zero - age), limit: budget)
            report.refused += count
            budget -= count
        }
        if let age = limits.attempts { try pruneAttempts(before: now.advanced(by: .zero - age), in: tables) }
        if let age = limits.requests { try pruneRequests(before: now.advanced(by: .zero - age), now, in: tables) }
        if let age = limits.repeats { try pruneRepeats(before: now.advanced(by: .zero - age), in: tables) }
        report.isDone = budget > 0
    }

    /// Prunes the oldest whatever its age while the store uses more than `size`, once nothing is left that is too old. Attempts and raw
    /// requests share a portion.
    package mutating func prune<Tables: PruneTables>(
        downTo size: Int?, at now: Timestamp, in tables: Tables
    ) throws(Tables.Failure) {
        report.usedBytes = try tables.usedBytes()
        guard report.isDone, let size, report.usedBytes > size else { return }
        let before = report.count
        budget = Self.rows / 2
        try pruneAttempts(before: now, in: tables)
        budget += Self.rows / 2
        try pruneRequests(before: now, now, in: tables)
        try pruneRepeats(before: now, in: tables)
        report.usedBytes = try tables.usedBytes()
        report.isDone = report.count == before && budget > 0 || report.usedBytes <= size
    }

    private mutating func pruneAttempts<Tables: PruneTables>(before time: Timestamp, in tables: Tables) throws(Tables.Failure) {
        guard budget > 0 else { return }
        let rows = try tables.attempts(after: places.attempt, before: .first(at: time), limit: budget)
        let aged = rows.filter { $0.startedAt < time && !$0.isPending }.map(\.key)
        if !aged.isEmpty { report.attempts += try tables.remove(aged) }
        places.attempt = rows.count < budget ? AttemptKey() : rows.last?.key ?? AttemptKey()
        budget -= rows.count
    }

    /// Walks the conversions once; the store remembers how far. Those that are owed to a destination are spared, and looked at again.
    private mutating func pruneRequests<Tables: PruneTables>(
        before time: Timestamp, _ now: Timestamp, in tables: Tables
    ) throws(Tables.Failure) {
        guard budget > 0 else { return }
        try pruneSpared(in: tables)
        guard budget > 0 else { return }
        let rows = try tables.requests(after: places.request, before: .first(at: time), limit: budget)
        let gone = rows.filter { !$0.isPending && $0.hasRequest }.map(\.id)
        let spared = rows.filter(\.isPending).map(\.id)
        if !gone.isEmpty { report.requests += try tables.dropRequests(gone) }
        if !spared.isEmpty { try tables.spare(spared) }
        let settled = ConversionID.first(at: now.advanced(by: .zero - tables.settledAfter))
        if let last = rows.last(where: { $0.id < settled })?.id { try tables.remember(last) }
        places.request = rows.count < budget ? .zero : rows.last?.id ?? .zero
        budget -= rows.count
    }

    private mutating func pruneSpared<Tables: PruneTables>(in tables: Tables) throws(Tables.Failure) {
        let limit = (budget + 1) / 2
        let rows = try tables.sparedRequests(after: places.spared, limit: limit)
        let gone = rows.filter { !$0.isPending }.map(\.id)
        if !gone.isEmpty {
            report.requests += try tables.dropRequests(gone)
            try tables.unspare(gone)
        }
        places.spared = rows.count < limit ? .zero : rows.last?.id ?? .zero
        budget -= rows.count
    }

    private mutating func pruneRepeats<Tables: PruneTables>(before time: Timestamp, in tables: Tables) throws(Tables.Failure) {
        guard budget > 0 else { return }
        let rows = try tables.repeats(after: places.repetition, before: .first(at: time), limit: budget)
        let aged = rows.filter { $0.receivedAt < time && $0.isWhole }.map(\.key)
        if !aged.isEmpty { report.repeats += try tables.empty(aged) }
        places.repetition = rows.count < budget ? RepeatKey() : rows.last?.key ?? RepeatKey()
        budget -= rows.count
    }
}

/// How far the walks of pruning have come. Lost when the process ends: a round then begins at the start.
package struct PrunePlaces: Sendable, Equatable {
    package var attempt = AttemptKey()
    package var repetition = RepeatKey()
    package var spared = ConversionID.zero
    /// Beyond what the store remembers.
    package var request = ConversionID.zero

    package init() {}
}
