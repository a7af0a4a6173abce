import Mappings
import Rules

/// Where a person was found.
struct PostgresTraces: Sendable {
    struct Attempt: Sendable {
        var key: (conversion: ConversionID, destination: String, number: Int64)
        var line: String
    }
    struct Delivery: Sendable {
        var id: DeliveryID
        var reason: String?
        var remoteID: String?
    }
    var conversions: [ConversionID] = []
    var requests = 0
    var repeats: [(conversion: ConversionID, number: Int64)] = []
    var attempts: [Attempt] = []
    var deliveries: [Delivery] = []
    var waiting: [(number: Int64, document: [UInt8])] = []
    var refused: [Int64] = []
    var pending: [DeliveryID] = []

    var report: ForgetReport {
        ForgetReport(
            conversions: conversions.count, requests: requests, repeats: repeats.count, attempts: attempts.count, reasons: deliveries.count,
            waiting: waiting.count, refused: refused.count, pending: pending)
    }
}

extension PostgresConversionStore {
    func traces(of person: Person) async throws(StoreError) -> PostgresTraces {
        var traces = PostgresTraces()
        var roots: Set<ConversionID> = []
        try await walk(.pageOfContents, from: PostgresParameters.keys(.zero)) { rows, row in
            if person.isIn(document: rows.bytes(row, 1), request: rows.bytes(row, 2)) { roots.insert(rows.id(row, 3)) }
            return PostgresParameters.keys(rows.id(row, 0))
        }
        // A correction that names nobody is about whom its first message named.
        for root in roots.sorted() {
            let steps = try await read { connection throws(PostgresFailure) in
                let rows = try connection.run(.stepsOfHistory, PostgresParameters.keys(root))
                return rows.rows.map { (id: rows.id($0, 0), hasRequest: rows.bool($0, 1)) }
            }
            traces.conversions += steps.map(\.id)
            traces.requests += steps.count { $0.hasRequest }
        }
        let theirs = Set(traces.conversions)
        try await walk(.pageOfRepeats, from: PostgresParameters.keys(.zero, number: -1)) { rows, row in
            let id = rows.id(row, 0)
            let request = rows.optionalBytes(row, 3).flatMap { StoredRequest(encoded: $0) }
            if theirs.contains(id) || person.isIn(rows.bytes(row, 2)) || request.map(person.isIn) ?? false {
                traces.repeats.append((id, rows.int64(row, 1)))
            }
            return PostgresParameters.keys(id, number: rows.int64(row, 1))
        }
        try await walk(.pageOfAttempts, from: PostgresParameters.keys(.zero, "", number: -1)) { rows, row in
            let key = (conversion: rows.id(row, 0), destination: rows.text(row, 1), number: rows.int64(row, 2))
            if theirs.contains(key.conversion) || (3...5).contains(where: { person.isIn(rows.bytes(row, $0)) }) {
                traces.attempts.append(.init(key: key, line: rows.text(row, 3)))
            }
            return PostgresParameters.keys(key.conversion, key.destination, number: key.number)
        }
        try await walk(.pageOfDeliveries, from: PostgresParameters.keys(.zero, "")) { rows, row in
            let id = DeliveryID(conversion: rows.id(row, 0), destination: rows.text(row, 1))
            let found = PostgresTraces.Delivery(id: id, reason: rows.optionalText(row, 2), remoteID: rows.optionalText(row, 3))
            if rows.int64(row, 4) == DeliveryState.pending.number, theirs.contains(id.conversion) { traces.pending.append(id) }
            if found.reason.map(person.isIn) ?? false || found.remoteID.map(person.isIn) ?? false { traces.deliveries.append(found) }
            return PostgresParameters.keys(id.conversion, id.destination)
        }
        try await walk(.pageOfWaiting, from: PostgresParameters.keys(number: -1)) { rows, row in
            let document = rows.bytes(row, 1)
            if person.isIn(document: document, request: rows.bytes(row, 2)) { traces.waiting.append((rows.int64(row, 0), document)) }
            return PostgresParameters.keys(number: rows.int64(row, 0))
        }
        try await walk(.pageOfRefused, from: PostgresParameters.keys(number: -1)) { rows, row in
            let request = StoredRequest(encoded: rows.bytes(row, 2))
            if person.isIn(rows.bytes(row, 1)) || request.map(person.isIn) ?? false { traces.refused.append(rows.int64(row, 0)) }
            return PostgresParameters.keys(number: rows.int64(row, 0))
        }
        return traces
    }

    /// Reads a table page by page. `visit` gets each row and returns the place behind it.
    private func walk(
        _ page: PostgresStatement, from start: PostgresParameters, _ visit: (PostgresResult, Int32) -> PostgresParameters
    ) async throws(StoreError) {
        var place = start
        while true {
            let from = place
            let rows = try await read { connection throws(PostgresFailure) in PostgresPage(result: try connection.run(page, from)) }.result
            for row in rows.rows { place = visit(rows, row) }
            if rows.count < 1000 { return }
        }
    }
}

/// Handed from the connection's thread to who asked, and not used there any more.
private struct PostgresPage: @unchecked Sendable {
    let result: PostgresResult
}

extension PostgresParameters {
    /// A place in a table, by its primary key.
    fileprivate static func keys(_ id: ConversionID? = nil, _ destination: String? = nil, number: Int64? = nil) -> Self {
        var parameters = Self()
        if let id { parameters.add(id) }
        if let destination { parameters.add(destination) }
        if let number { parameters.add(number) }
        return parameters
    }
}

extension PostgresStatement {
    fileprivate static let pageOfContents = Self(
        "page_of_contents",
        """
        SELECT c.id, t.document, t.request, coalesce(c.root, c.id) FROM conversion c JOIN content t ON t.conversion = c.id
        WHERE c.id > $1::uuid ORDER BY c.id LIMIT 1000
        """)
    fileprivate static let stepsOfHistory = Self(
        "steps_of_history",
        """
        SELECT c.id, octet_length(t.request) > 0 FROM conversion c JOIN content t ON t.conversion = c.id
        WHERE c.id = $1::uuid OR c.root = $1 ORDER BY c.id
        """)
    fileprivate static let pageOfRepeats = Self(
        "page_of_repeats",
        """
        SELECT conversion, number, document, request FROM repeat
        WHERE (conversion, number) > ($1::uuid, $2::bigint) AND (document IS NOT NULL OR request IS NOT NULL)
        ORDER BY conversion, number LIMIT 1000
        """)
    fileprivate static let pageOfAttempts = Self(
        "page_of_attempts",
        """
        SELECT conversion, destination, number, request_line, request, reply FROM attempt
        WHERE (conversion, destination, number) > ($1::uuid, $2::text, $3::bigint) ORDER BY conversion, destination, number LIMIT 1000
        """)
    fileprivate static let pageOfDeliveries = Self(
        "page_of_deliveries",
        """
        SELECT conversion, destination, reason, remote_id, state FROM delivery
        WHERE (conversion, destination) > ($1::uuid, $2::text) ORDER BY conversion, destination LIMIT 1000
        """)
    fileprivate static let pageOfWaiting = Self(
        "page_of_waiting", "SELECT number, document, request FROM waiting WHERE number > $1::bigint ORDER BY number LIMIT 1000")
    fileprivate static let pageOfRefused = Self(
        "page_of_refused", "SELECT id, reason, request FROM refused WHERE id > $1::bigint ORDER BY id LIMIT 1000")
}
