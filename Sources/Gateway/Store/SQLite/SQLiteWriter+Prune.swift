import Mappings
import Rules

/// Where the rounds of pruning stand. Lost at a restart: a round then begins anew.
struct PrunePlaces {
    var attempt: (conversion: ConversionID, destination: Int64, number: Int64) = (.zero, 0, 0)
    var repetition: (conversion: ConversionID, number: Int64) = (.zero, 0)
    var spared = ConversionID.zero
}

extension ConversionID {
    static let zero = ConversionID(high: 0, low: 0)

    /// Ids from here on were given at `time` or later.
    static func first(at time: Timestamp) -> ConversionID {
        ConversionID(at: Timestamp(microseconds: max(0, time.microseconds)), random: (0, 0))
    }
}

extension SQLiteWriter {
    /// Rows that one portion looks at: a millisecond or two of somebody's commit.
    static let prunedAtOnce = 200

    func prune(_ limits: RetentionLimits, at now: Timestamp) throws(SQLiteFailure) -> PruneReport {
        var report = PruneReport()
        var budget = Self.prunedAtOnce
        if let age = limits.refused { try pruneRefused(before: now.advanced(by: .zero - age), &report, &budget) }
        if let age = limits.attempts { try pruneAttempts(before: now.advanced(by: .zero - age), &report, &budget) }
        if let age = limits.requests { try pruneRequests(before: now.advanced(by: .zero - age), &report, &budget) }
        if let age = limits.repeats { try pruneRepeats(before: now.advanced(by: .zero - age), &report, &budget) }
        FaultPoint.prune.reached()
        report.isDone = budget > 0
        report.usedBytes = try usedBytes()
        guard report.isDone, let limit = limits.maxSize, report.usedBytes > limit else { return report }

        let before = report.count
        var half = Self.prunedAtOnce / 2
        try pruneAttempts(before: now, &report, &half)
        half += Self.prunedAtOnce / 2
        try pruneRequests(before: now, &report, &half)
        try pruneRepeats(before: now, &report, &half)
        report.usedBytes = try usedBytes()
        report.isDone = report.count == before && half > 0 || report.usedBytes <= limit
        return report
    }

    /// Pages in use; free ones are used again before the file grows.
    func usedBytes() throws(SQLiteFailure) -> Int {
        let select = statements.usedBytes
        guard try select.step() else { return 0 }
        defer { select.reset() }
        return select.int(0)
    }

    // MARK: Refused requests

    private func pruneRefused(before time: Timestamp, _ report: inout PruneReport, _ budget: inout Int) throws(SQLiteFailure) {
        let select = statements.agedRefused
        select.bind(1, time)
        select.bind(2, budget)
        var rows: [(id: Int64, bytes: Int, isStranger: Bool)] = []
        while try select.step() { rows.append((select.int64(0), select.int(1), select.int(2) == 1)) }
        for row in rows { try removeRefused(row.id, bytes: row.bytes, isStranger: row.isStranger) }
        report.refused += rows.count
        budget -= rows.count
    }

    // MARK: Attempts

    /// From the oldest conversion on. What stays (of pending deliveries, of late replays) is passed over until the next round.
    private func pruneAttempts(before time: Timestamp, _ report: inout PruneReport, _ budget: inout Int) throws(SQLiteFailure) {
        guard budget > 0 else { return }
        let select = statements.agedAttempts
        select.bind(1, prunePlaces.attempt.conversion)
        select.bind(2, prunePlaces.attempt.destination)
        select.bind(3, prunePlaces.attempt.number)
        select.bind(4, ConversionID.first(at: time))
        select.bind(5, budget)
        var found = 0
        var aged: [(ConversionID, Int64, Int64)] = []
        while try select.step() {
            found += 1
            prunePlaces.attempt = (select.id(0), select.int64(1), select.int64(2))
            if select.timestamp(3) < time, select.int64(4) != DeliveryState.pending.number { aged.append(prunePlaces.attempt) }
        }
        for (conversion, destination, number) in aged {
            let delete = statements.deleteAttempt
            delete.bind(1, conversion)
            delete.bind(2, destination)
            delete.bind(3, number)
            try delete.run()
        }
        if found < budget { prunePlaces.attempt = (.zero, 0, 0) }
        report.attempts += aged.count
        budget -= found
    }

    // MARK: Raw requests

    /// Walks the conversions once, oldest first, and remembers in the store how far it came; those that are owed yet are looked at again.
    private func pruneRequests(before time: Timestamp, _ report: inout PruneReport, _ budget: inout Int) throws(SQLiteFailure) {
        guard budget > 0 else { return }
        try pruneSpared(&report, &budget)
        guard budget > 0 else { return }
        let select = statements.agedRequests
        select.bind(1, ConversionID.first(at: time))
        select.bind(2, budget)
        var rows: [(id: ConversionID, content: Int64, hasRequest: Bool, isPending: Bool)] = []
        while try select.step() { rows.append((select.id(0), select.int64(1), select.int(2) > 0, select.int(3) == 1)) }
        for row in rows {
            if row.isPending {
                statements.spareRequest.bind(1, row.id)
                try statements.spareRequest.run()
            } else if row.hasRequest {
                try dropRequest(of: row.id, content: row.content)
                report.requests += 1
            }
        }
        budget -= rows.count
        guard let last = rows.last else { return }
        statements.setPruned.bind(1, last.id)
        try statements.setPruned.run()
    }

    private func pruneSpared(_ report: inout PruneReport, _ budget: inout Int) throws(SQLiteFailure) {
        let limit = (budget + 1) / 2
        let select = statements.sparedRequests
        select.bind(1, prunePlaces.spared)
        select.bind(2, limit)
        var rows: [(id: ConversionID, content: Int64, isPending: Bool)] = []
        while try select.step() { rows.append((select.id(0), select.int64(1), select.int(2) == 1)) }
        for row in rows where !row.isPending {
            try dropRequest(of: row.id, content: row.content)
            statements.unspareRequest.bind(1, row.id)
            try statements.unspareRequest.run()
            report.requests += 1
        }
        prunePlaces.spared = rows.count < limit ? .zero : rows.last?.id ?? .zero
        budget -= rows.count
    }

    /// Writes what stays behind the newest row. In place it would leave a hole in a page that nothing ever fills: rows are only appended.
    private func dropRequest(of conversion: ConversionID, content: Int64) throws(SQLiteFailure) {
        let copy = statements.copyContent
        copy.bind(1, content)
        try copy.run()
        let moved = lastRowID
        let point = statements.setContent
        point.bind(1, conversion)
        point.bind(2, moved)
        try point.run()
        let delete = statements.deleteContent
        delete.bind(1, content)
        try delete.run()
    }

    // MARK: Repeats

    private func pruneRepeats(before time: Timestamp, _ report: inout PruneReport, _ budget: inout Int) throws(SQLiteFailure) {
        guard budget > 0 else { return }
        let select = statements.agedRepeats
        select.bind(1, prunePlaces.repetition.conversion)
        select.bind(2, prunePlaces.repetition.number)
        select.bind(3, ConversionID.first(at: time))
        select.bind(4, budget)
        var found = 0
        var aged: [(conversion: ConversionID, number: Int64)] = []
        while try select.step() {
            found += 1
            prunePlaces.repetition = (select.id(0), select.int64(1))
            if select.timestamp(2) < time, select.int(3) == 1 { aged.append(prunePlaces.repetition) }
        }
        for row in aged { try emptyRepeat(of: row.conversion, number: row.number) }
        if found < budget { prunePlaces.repetition = (.zero, 0) }
        report.repeats += aged.count
        budget -= found
    }

    func emptyRepeat(of conversion: ConversionID, number: Int64) throws(SQLiteFailure) {
        let empty = statements.emptyRepeat
        empty.bind(1, conversion)
        empty.bind(2, number)
        try empty.run()
    }
}
