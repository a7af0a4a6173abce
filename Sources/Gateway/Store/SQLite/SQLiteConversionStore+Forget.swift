import Foundation
import GRDB
import Mappings
import Rules

extension SQLiteConversionStore {
    /// First looks everywhere, on a connection that no writer waits for, then changes what was found in small portions.
    func forget(_ person: Person, alsoPending: Bool, dryRun: Bool) async throws(StoreError) -> ForgetReport {
        let traces = try await traces(of: person)
        var report = ForgetReport()
        report.conversions = traces.conversions.count
        report.requests = traces.requests
        report.repeats = traces.repeats.count
        report.attempts = traces.attempts.count
        report.reasons = traces.deliveries.count
        report.waiting = traces.waiting.count
        report.refused = traces.refused.count
        report.pending = traces.pending
        guard !dryRun, alsoPending || traces.pending.isEmpty else { return report }

        for portion in traces.conversions.portions() { try await write { try $0.forget(person, in: portion) } }
        for portion in traces.repeats.portions() {
            try await write { writer in for row in portion { try writer.emptyRepeat(of: row.conversion, number: row.number) } }
        }
        for portion in traces.attempts.portions() { try await write { writer in for row in portion { try writer.clean(row) } } }
        for portion in traces.deliveries.portions() { try await write { writer in for row in portion { try writer.clean(row, person) } } }
        for portion in traces.waiting.portions() {
            try await write { writer in for row in portion { try writer.forget(person, inWaiting: row.number, row.document) } }
        }
        for portion in traces.refused.portions() {
            try await write { writer in
                for row in portion { try writer.removeRefused(row.id, bytes: row.bytes, isStranger: row.isStranger) }
            }
        }
        if !report.isEmpty { report.leftover = await wipe() }
        return report
    }

    /// Bytes of a file that is rewritten beside a running service, whose commits wait meanwhile.
    private static let rewrittenBesideService = 256_000_000

    /// Writes the file anew, so that no page holds what its rows held before: SQLite overwrites what it frees, but not what it moves from
    /// one page to another. Then empties the log. Returns what hinders it.
    private func wipe() async -> String? {
        let lock = try? StoreLock(store: path)
        defer { withExtendedLifetime(lock) {} }
        let size = (try? FileManager.default.attributesOfItem(atPath: path)[.size]) as? Int ?? 0
        guard lock != nil || size <= Self.rewrittenBesideService else {
            return "a file of \(ByteSize.text(size)) is not rewritten beside a running service; stop it and do this again"
        }
        do {
            try await pool.barrierWriteWithoutTransaction { database in
                // A copy in memory might not fit.
                try database.execute(sql: "PRAGMA temp_store = FILE; VACUUM; PRAGMA temp_store = MEMORY")
                _ = try database.checkpoint(.truncate)
            }
            return nil
        } catch {
            return "\(StoreError(error, path: path))"
        }
    }

    // MARK: Looking

    private func traces(of person: Person) async throws(StoreError) -> PersonTraces {
        var traces = PersonTraces()
        var place = ConversionID.zero
        var roots: Set<ConversionID> = []
        while true {
            let start = place
            let (found, last) = try await read { try $0.roots(of: person, after: start) }
            roots.formUnion(found)
            guard let last else { break }
            place = last
        }
        // A correction that names nobody is about whom its first message named.
        for root in roots.sorted() {
            let steps = try await read { try $0.steps(ofHistory: root) }
            traces.conversions += steps.map(\.id)
            traces.requests += steps.count { $0.hasRequest }
        }
        let theirs = Set(traces.conversions)
        let rest = try await read { database in
            var rest = PersonTraces()
            try database.findRest(of: person, theirs: theirs, into: &rest)
            return rest
        }
        traces.repeats = rest.repeats
        traces.attempts = rest.attempts
        traces.deliveries = rest.deliveries
        traces.waiting = rest.waiting
        traces.refused = rest.refused
        traces.pending = rest.pending
        return traces
    }
}

/// Where a person was found.
struct PersonTraces: Sendable {
    struct Attempt: Sendable {
        var conversion: ConversionID
        var destination: Int64
        var number: Int64
        var line: String
    }
    struct Delivery: Sendable {
        var conversion: ConversionID
        var destination: Int64
        var reason: String?
        var remoteID: String?
    }
    var conversions: [ConversionID] = []
    var requests = 0
    var repeats: [(conversion: ConversionID, number: Int64)] = []
    var attempts: [Attempt] = []
    var deliveries: [Delivery] = []
    var waiting: [(number: Int64, document: [UInt8])] = []
    var refused: [(id: Int64, bytes: Int, isStranger: Bool)] = []
    var pending: [DeliveryID] = []
}

extension Array where Element: Sendable {
    /// So small that nobody who waits for the store notices one.
    fileprivate func portions() -> [[Element]] {
        stride(from: 0, to: count, by: 50).map { Array(self[$0..<Swift.min($0 + 50, count)]) }
    }
}

extension Database {
    /// The histories that one portion of the conversions behind `place` belongs to; the last one's id, nil at the end.
    fileprivate func roots(of person: Person, after place: ConversionID) throws -> (found: [ConversionID], last: ConversionID?) {
        let select = try prepared(
            """
            SELECT c.id, t.document, t.request, coalesce(c.root, c.id) FROM conversion c JOIN content t ON t.id = c.content
            WHERE c.id > ?1 ORDER BY c.id LIMIT 1000
            """)
        select.bind(1, place)
        var found: [ConversionID] = []
        var last: ConversionID?
        while try select.step() {
            last = select.id(0)
            if person.isIn(document: select.bytes(1), request: select.bytes(2)) { found.append(select.id(3)) }
        }
        return (found, last)
    }

    fileprivate func steps(ofHistory root: ConversionID) throws -> [(id: ConversionID, hasRequest: Bool)] {
        let select = try prepared(
            """
            SELECT c.id, length(t.request) FROM conversion c JOIN content t ON t.id = c.content WHERE c.id = ?1 OR c.root = ?1 ORDER BY c.id
            """)
        select.bind(1, root)
        var steps: [(id: ConversionID, hasRequest: Bool)] = []
        while try select.step() { steps.append((select.id(0), select.int(1) > 0)) }
        return steps
    }

    fileprivate func findRest(of person: Person, theirs: Set<ConversionID>, into traces: inout PersonTraces) throws {
        let repeats = try prepared(
            "SELECT conversion, number, document, request FROM repeat WHERE document IS NOT NULL OR request IS NOT NULL")
        while try repeats.step() {
            let request = repeats.optionalBytes(3).flatMap { StoredRequest(encoded: $0) }
            if theirs.contains(repeats.id(0)) || person.isIn(repeats.bytes(2)) || request.map(person.isIn) ?? false {
                traces.repeats.append((repeats.id(0), repeats.int64(1)))
            }
        }
        let attempts = try prepared("SELECT conversion, destination, number, request_line, request, reply FROM attempt")
        while try attempts.step() {
            let id = attempts.id(0)
            if theirs.contains(id) || person.isIn(attempts.bytes(3)) || person.isIn(attempts.bytes(4)) || person.isIn(attempts.bytes(5)) {
                traces.attempts.append(
                    .init(conversion: id, destination: attempts.int64(1), number: attempts.int64(2), line: attempts.text(3)))
            }
        }
        let deliveries = try prepared(
            """
            SELECT d.conversion, d.destination, d.reason, d.remote_id, d.state, n.text FROM delivery d JOIN name n ON n.id = d.destination
            """)
        while try deliveries.step() {
            let row = PersonTraces.Delivery(
                conversion: deliveries.id(0), destination: deliveries.int64(1), reason: deliveries.optionalText(2),
                remoteID: deliveries.optionalText(3))
            if deliveries.int64(4) == DeliveryState.pending.number, theirs.contains(row.conversion) {
                traces.pending.append(DeliveryID(conversion: row.conversion, destination: deliveries.text(5)))
            }
            if row.reason.map(person.isIn) ?? false || row.remoteID.map(person.isIn) ?? false { traces.deliveries.append(row) }
        }
        let waiting = try prepared("SELECT number, document, request FROM waiting")
        while try waiting.step() {
            let document = waiting.bytes(1)
            guard person.isIn(document: document, request: waiting.bytes(2)) else { continue }
            traces.waiting.append((waiting.int64(0), document))
        }
        let refused = try prepared("SELECT id, bytes, is_stranger, reason, request FROM refused")
        while try refused.step() {
            let request = StoredRequest(encoded: refused.bytes(4))
            if person.isIn(refused.bytes(3)) || request.map(person.isIn) ?? false {
                traces.refused.append((refused.int64(0), refused.int(1), refused.int(2) == 1))
            }
        }
    }
}

extension SQLiteWriter {
    fileprivate func forget(_ person: Person, in conversions: [ConversionID]) throws(SQLiteFailure) {
        for id in conversions {
            let select = statements.selectContent
            select.bind(1, id)
            guard try select.step() else { continue }
            let (content, document) = (select.int64(0), select.bytes(3))
            let (order, click) = (select.optionalText(1), select.optionalText(2))
            select.reset()
            let update = statements.updateContent
            update.bind(1, content)
            update.bind(2, person.removed(from: document))
            try update.run()
            guard [order, click].contains(where: { $0.map(person.isIn) ?? false }) else { continue }
            let identifiers = statements.updateIdentifiers
            identifiers.bind(1, id)
            identifiers.bind(2, order.map(person.masked))
            identifiers.bind(3, click.map(person.masked))
            try identifiers.run()
        }
    }

    fileprivate func forget(_ person: Person, inWaiting number: Int64, _ document: [UInt8]) throws(SQLiteFailure) {
        let update = statements.updateWaiting
        update.bind(1, number)
        update.bind(2, person.removed(from: document))
        try update.run()
    }

    fileprivate func clean(_ attempt: PersonTraces.Attempt) throws(SQLiteFailure) {
        let clean = statements.cleanAttempt
        clean.bind(1, attempt.conversion)
        clean.bind(2, attempt.destination)
        clean.bind(3, attempt.number)
        clean.bind(4, AttemptRow.forgotten(attempt.line))
        clean.bind(5, AttemptRow.removed)
        try clean.run()
    }

    fileprivate func clean(_ delivery: PersonTraces.Delivery, _ person: Person) throws(SQLiteFailure) {
        let clean = statements.cleanDelivery
        clean.bind(1, delivery.conversion)
        clean.bind(2, delivery.destination)
        clean.bind(3, delivery.reason.map(person.masked))
        clean.bind(4, delivery.remoteID.map(person.masked))
        try clean.run()
    }
}
