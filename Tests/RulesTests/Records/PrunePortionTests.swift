import Mappings
import Rules
import Testing

struct PrunePortionTests {
    /// Tables in memory. A request, an attempt and a repeat of each conversion, one a second.
    private final class Tables: PruneTables {
        typealias Failure = Never

        struct Row {
            var id: ConversionID
            var at: Timestamp
            var isPending = false
            var hasRequest = true
            var hasAttempt = true
            var isWhole = true
        }
        var rows: [Row]
        var refused: [Timestamp] = []
        var spared: Set<ConversionID> = []
        var remembered = ConversionID.zero
        var bytesOfEach = 1
        let settledAfter: Duration
        /// The most rows that were looked at for one call.
        var largest = 0

        init(_ count: Int, settledAfter: Duration = .zero) {
            self.settledAfter = settledAfter
            rows = (0..<count).map {
                Row(id: ConversionID(at: Timestamp(seconds: Int64($0)), random: (0, 1)), at: Timestamp(seconds: Int64($0)))
            }
        }

        private func page<Found>(_ found: [Found], _ limit: Int) -> [Found] {
            largest = max(largest, limit)
            return Array(found.prefix(limit))
        }

        func removeRefused(before time: Timestamp, limit: Int) -> Int {
            let gone = page(refused.filter { $0 < time }, limit).count
            refused.removeFirst(gone)
            return gone
        }

        func attempts(after place: AttemptKey, before: ConversionID, limit: Int) -> [AgedAttempt] {
            let found = rows.filter { $0.hasAttempt && $0.id > place.delivery.conversion && $0.id < before }
            return page(found, limit).map { row in
                let key = AttemptKey(delivery: DeliveryID(conversion: row.id, destination: "main"), number: 1)
                return AgedAttempt(key: key, startedAt: row.at, isPending: row.isPending)
            }
        }

        func remove(_ attempts: [AttemptKey]) -> Int {
            for key in attempts { change(key.delivery.conversion) { $0.hasAttempt = false } }
            return attempts.count
        }

        func requests(after place: ConversionID, before: ConversionID, limit: Int) -> [AgedRequest] {
            let found = rows.filter { $0.id > max(place, remembered) && $0.id < before }
            return page(found, limit).map { AgedRequest(id: $0.id, hasRequest: $0.hasRequest, isPending: $0.isPending) }
        }

        func sparedRequests(after place: ConversionID, limit: Int) -> [AgedRequest] {
            let found = rows.filter { spared.contains($0.id) && $0.id > place }
            return page(found, limit).map { AgedRequest(id: $0.id, hasRequest: true, isPending: $0.isPending) }
        }

        func dropRequests(_ conversions: [ConversionID]) -> Int {
            for id in conversions { change(id) { $0.hasRequest = false } }
            return conversions.count
        }

        func spare(_ conversions: [ConversionID]) { spared.formUnion(conversions) }
        func unspare(_ conversions: [ConversionID]) { spared.subtract(conversions) }
        func remember(_ last: ConversionID) { remembered = max(remembered, last) }

        func repeats(after place: RepeatKey, before: ConversionID, limit: Int) -> [AgedRepeat] {
            let found = rows.filter { $0.id > place.conversion && $0.id < before }
            return page(found, limit).map {
                AgedRepeat(key: RepeatKey(conversion: $0.id, number: 1), receivedAt: $0.at, isWhole: $0.isWhole)
            }
        }

        func empty(_ repeats: [RepeatKey]) -> Int {
            for key in repeats { change(key.conversion) { $0.isWhole = false } }
            return repeats.count
        }

        func usedBytes() -> Int {
            bytesOfEach * rows.reduce(0) { $0 + ($1.hasRequest ? 1 : 0) + ($1.hasAttempt ? 1 : 0) + ($1.isWhole ? 1 : 0) }
        }

        func change(_ id: ConversionID, _ body: (inout Row) -> Void) {
            if let index = rows.firstIndex(where: { $0.id == id }) { body(&rows[index]) }
        }
    }

    private func prune(_ tables: Tables, _ limits: RetentionLimits, at now: Timestamp, portions: Int = 100) -> PruneReport {
        var (sum, places) = (PruneReport(), PrunePlaces())
        for _ in 0..<portions {
            var portion = PrunePortion(places: places)
            portion.pruneAged(limits, at: now, in: tables)
            portion.prune(downTo: limits.maxSize, at: now, in: tables)
            places = portion.places
            sum += portion.report
            if sum.isDone { return sum }
        }
        return sum
    }

    @Test func `each kind goes at its own age, in portions`() {
        let tables = Tables(1000)
        tables.refused = (0..<1000).map { Timestamp(seconds: $0) }
        let limits = RetentionLimits(requests: .seconds(400), attempts: .seconds(300), repeats: .seconds(200), refused: .seconds(100))
        let report = prune(tables, limits, at: Timestamp(seconds: 1000))
        #expect(report.text == "600 raw requests, 700 attempts, 800 repeats, 900 refused requests")
        #expect(report.isDone)
        #expect(tables.largest == PrunePortion.rows)
        #expect(tables.rows.allSatisfy { $0.hasRequest == ($0.at >= Timestamp(seconds: 600)) })
    }

    @Test func `refused requests go first, then attempts, requests and repeats`() {
        let tables = Tables(150)
        tables.refused = (0..<100).map { Timestamp(seconds: $0) }
        let limits = RetentionLimits(requests: .zero, attempts: .zero, repeats: .zero, refused: .zero)
        let first = prune(tables, limits, at: Timestamp(seconds: 1000), portions: 1)
        #expect(first == PruneReport(attempts: 100, refused: 100, usedBytes: 350, isDone: false))
    }

    @Test func `what is owed is spared, and goes once it is not owed any more`() {
        let tables = Tables(10)
        tables.change(tables.rows[3].id) { $0.isPending = true }
        let limits = RetentionLimits(requests: .zero, attempts: .zero)
        #expect(prune(tables, limits, at: Timestamp(seconds: 1000)).text == "9 raw requests, 9 attempts")
        #expect(tables.rows[3].hasRequest && tables.rows[3].hasAttempt && tables.spared == [tables.rows[3].id])
        tables.change(tables.rows[3].id) { $0.isPending = false }
        #expect(prune(tables, limits, at: Timestamp(seconds: 1000)).text == "1 raw request, 1 attempt")
        #expect(tables.spared.isEmpty)
    }

    @Test func `the walk over requests is remembered up to what is settled`() {
        let tables = Tables(100, settledAfter: .seconds(60))
        _ = prune(tables, RetentionLimits(requests: .zero), at: Timestamp(seconds: 100))
        #expect(tables.remembered == tables.rows[39].id)
        #expect(tables.rows.allSatisfy { !$0.hasRequest })
    }

    @Test func `the oldest go whatever their age while the store is too large`() {
        let tables = Tables(1000)
        tables.bytesOfEach = 10
        let report = prune(tables, RetentionLimits(maxSize: 20_000), at: Timestamp(seconds: 1000))
        #expect(report.isDone && report.usedBytes <= 20_000 && report.usedBytes > 15_000)
        #expect(tables.rows.last?.hasRequest == true && tables.rows.first?.hasRequest == false)
    }

    @Test func `a store that is too large with nothing left to prune is done`() {
        let tables = Tables(50)
        for row in tables.rows {
            tables.change(row.id) {
                $0.isPending = true
                $0.isWhole = false
            }
        }
        let report = prune(tables, RetentionLimits(maxSize: 10), at: Timestamp(seconds: 1000))
        #expect(report.isDone && report.count == 0 && report.usedBytes == 100)
    }
}
