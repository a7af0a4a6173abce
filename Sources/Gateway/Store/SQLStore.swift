import Mappings
import Rules

/// A store over SQL: what both of them read in the same way.
protocol SQLStore: ConversionStore {
    associatedtype Reader: ListReader

    /// On a connection that no writer waits for.
    func read<Value: Sendable>(
        _ body: @escaping @Sendable (Reader) throws(Reader.Failure) -> Value
    ) async throws(StoreError) -> Value

    /// Writes what a search found, in portions so small that no other work notices one.
    func write(_ traces: PersonTraces, of person: Person) async throws(StoreError)
    /// Writes the files again, because they still hold what rows held before. Returns why it was not done.
    func wipe() async -> String?
}

extension SQLStore {
    func conversions(_ filter: ConversionFilter) async throws(StoreError) -> [ConversionRow] {
        try await read { reader throws(Reader.Failure) in try reader.conversions(filter) }
    }

    func conversion(_ id: ConversionID) async throws(StoreError) -> ConversionRow? {
        try await read { reader throws(Reader.Failure) in try reader.conversion(id) }
    }

    func messages(_ ids: ClosedRange<ConversionID>, limit: Int) async throws(StoreError) -> [ConversionRow] {
        try await read { reader throws(Reader.Failure) in try reader.messages(ids, limit: limit) }
    }

    func history(of conversion: ConversionID) async throws(StoreError) -> [ConversionRow] {
        try await read { reader throws(Reader.Failure) in try reader.history(of: conversion) }
    }

    func waiting(_ filter: ConversionFilter) async throws(StoreError) -> [WaitingRow] {
        try await read { reader throws(Reader.Failure) in try reader.waiting(filter) }
    }

    func deliveries(_ filter: DeliveryFilter) async throws(StoreError) -> [DeliveryRow] {
        try await read { reader throws(Reader.Failure) in try reader.deliveries(filter) }
    }

    func attempts(of delivery: DeliveryID) async throws(StoreError) -> [AttemptRow] {
        try await read { reader throws(Reader.Failure) in try reader.attempts(of: delivery) }
    }

    func repeats(of conversion: ConversionID) async throws(StoreError) -> [RepeatRow] {
        try await read { reader throws(Reader.Failure) in try reader.repeats(of: conversion) }
    }

    func request(of conversion: ConversionID) async throws(StoreError) -> StoredRequest? {
        try await read { reader throws(Reader.Failure) in try reader.request(of: conversion) }
    }

    func missedRoutes(of message: ConversionID) async throws(StoreError) -> MissedRoutes? {
        try await read { reader throws(Reader.Failure) in try reader.missedRoutes(of: message) }
    }

    func refused(_ filter: RefusedFilter) async throws(StoreError) -> [RefusedRow] {
        try await read { reader throws(Reader.Failure) in try reader.refused(filter) }
    }

    func count(_ filter: ConversionFilter) async throws(StoreError) -> Int {
        try await read { reader throws(Reader.Failure) in try reader.count(filter) }
    }

    func count(_ filter: DeliveryFilter) async throws(StoreError) -> Int {
        try await read { reader throws(Reader.Failure) in try reader.count(filter) }
    }

    func count(_ filter: RefusedFilter) async throws(StoreError) -> Int {
        try await read { reader throws(Reader.Failure) in try reader.count(filter) }
    }

    func summed(_ filter: ConversionFilter, into sums: Sums) async throws(StoreError) -> Sums? {
        try await read { reader throws(Reader.Failure) in
            try reader.inSnapshot { () throws(Reader.Failure) in
                var sums = sums
                return try reader.add(filter, to: &sums) == nil ? sums : nil
            }
        }
    }

    func status(endedSince: Timestamp, midnight: Timestamp) async throws(StoreError) -> StoreStatus {
        try await read { reader throws(Reader.Failure) in
            try reader.inSnapshot { () throws(Reader.Failure) in try reader.status(endedSince: endedSince, midnight: midnight) }
        }
    }

    func find(_ sought: SoughtText, everywhere: Bool) async throws(StoreError) -> FindReport {
        try await read { reader throws(Reader.Failure) in
            try reader.inSnapshot { () throws(Reader.Failure) in try reader.find(sought, everywhere: everywhere) }
        }
    }

    func findIndexed(_ sought: SoughtText) async throws(StoreError) -> [Found] {
        try await read { reader throws(Reader.Failure) in try reader.findIndexed(sought) }
    }

    func find(_ sought: SoughtText, before place: ConversionID, limit: Int) async throws(StoreError) -> FindPortion {
        try await read { reader throws(Reader.Failure) in
            try reader.inSnapshot { () throws(Reader.Failure) in try reader.find(sought, before: place, limit: limit) }
        }
    }

    func findWaiting(_ sought: SoughtText) async throws(StoreError) -> [Found] {
        try await read { reader throws(Reader.Failure) in
            var report = FindReport()
            return try reader.findWaiting(sought, &report)
        }
    }

    func findRefused(_ sought: SoughtText, offset: Int, limit: Int) async throws(StoreError) -> FindPortion {
        try await read { reader throws(Reader.Failure) in try reader.findRefused(sought, offset: offset, limit: limit) }
    }

    func traffic(_ span: RecentTraffic.Span, limit: Int) async throws(StoreError) -> RecentTraffic {
        try await read { reader throws(Reader.Failure) in
            try reader.inSnapshot { () throws(Reader.Failure) in try reader.traffic(span, limit: limit) }
        }
    }

    func actions(before number: Int64?, limit: Int) async throws(StoreError) -> [OperatorActionRow] {
        try await read { reader throws(Reader.Failure) in try reader.actions(before: number, limit: limit) }
    }

    func counts() async throws(StoreError) -> [DeliveryCount] {
        try await read { reader throws(Reader.Failure) in try reader.counts() }
    }

    func reports() async throws(StoreError) -> [DestinationReport] {
        try await read { reader throws(Reader.Failure) in try reader.reports() }
    }

    func prunable(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport {
        try await read { reader throws(Reader.Failure) in
            var report = try reader.prunable(limits, at: now)
            report.usedBytes = try reader.usedBytes()
            return report
        }
    }

    // MARK: Forgetting

    /// Looks everywhere first, page by page, then changes what it found.
    func forget(_ person: Person, alsoPending: Bool, dryRun: Bool) async throws(StoreError) -> ForgetReport {
        let traces = try await traces(of: person)
        var report = traces.report
        guard !dryRun, alsoPending || report.pending.isEmpty, !report.isEmpty else { return report }
        try await write(traces, of: person)
        report.leftover = await wipe()
        return report
    }

    private func traces(of person: Person) async throws(StoreError) -> PersonTraces {
        var search = PersonSearch(person)
        try await walk(&search, from: ConversionID.zero) { reader, place, search throws(Reader.Failure) in
            try reader.messages(after: place, in: &search)
        }
        for root in search.roots.sorted() {
            try await walk(&search, from: ()) { reader, _, search throws(Reader.Failure) in
                try reader.history(from: root, in: &search)
                return nil
            }
        }
        try await walk(&search, from: RepeatKey()) { reader, place, search throws(Reader.Failure) in
            try reader.repeats(after: place, in: &search)
        }
        try await walk(&search, from: AttemptKey()) { reader, place, search throws(Reader.Failure) in
            try reader.attempts(after: place, in: &search)
        }
        try await walk(&search, from: DeliveryID(conversion: .zero, destination: "")) { reader, place, search throws(Reader.Failure) in
            try reader.deliveries(after: place, in: &search)
        }
        try await walk(&search, from: ()) { reader, _, search throws(Reader.Failure) in
            try reader.reasons(in: &search)
            return nil
        }
        try await walk(&search, from: 0) { reader, place, search throws(Reader.Failure) in
            try reader.waiting(after: place, in: &search)
        }
        try await walk(&search, from: 0) { reader, place, search throws(Reader.Failure) in
            try reader.refused(after: place, in: &search)
        }
        return search.found
    }

    /// Shows the search a table page by page. `page` returns the place behind it; nil at the end.
    private func walk<Place: Sendable>(
        _ search: inout PersonSearch, from start: Place,
        _ page: @escaping @Sendable (Reader, Place, inout PersonSearch) throws(Reader.Failure) -> Place?
    ) async throws(StoreError) {
        var place = start
        while true {
            let (from, before) = (place, search)
            let (next, after) = try await read { reader throws(Reader.Failure) in
                var looking = before
                let next = try page(reader, from, &looking)
                return (next, looking)
            }
            search = after
            guard let next else { return }
            place = next
        }
    }
}

extension Array where Element: Sendable {
    /// So small that no other work notices one.
    func portions(of size: Int = 50) -> [[Element]] {
        stride(from: 0, to: count, by: size).map { Array(self[$0..<Swift.min($0 + size, count)]) }
    }
}
