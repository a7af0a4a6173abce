import Mappings

extension PostgresConversionStore {
    /// First looks everywhere, on a connection that no writer waits for, then changes what was found in small portions.
    func forget(_ person: Person, alsoPending: Bool, dryRun: Bool) async throws(StoreError) -> ForgetReport {
        let traces = try await read { connection throws(PostgresFailure) in
            do throws(PostgresFailure) {
                return try PostgresTraces(of: person, connection)
            } catch {
                try connection.rollback(after: error)
                throw error
            }
        }
        guard !dryRun, alsoPending || traces.report.pending.isEmpty else { return traces.report }

        for portion in traces.conversions.portions() {
            try await rewrite { connection throws(PostgresFailure) in
                for id in portion { try connection.forget(person, in: id) }
            }
        }
        for portion in traces.changes.portions() {
            try await rewrite { connection throws(PostgresFailure) in _ = try connection.run(portion) }
        }
        var report = traces.report
        if !report.isEmpty { report.leftover = await vacuum() }
        return report
    }

    /// Lets go of the old versions of the rows. Returns what hinders it.
    private func vacuum() async -> String? {
        do throws(StoreError) {
            try await read { connection throws(PostgresFailure) in
                _ = try connection.run(sql: "VACUUM content, conversion, repeat, attempt, delivery, waiting, refused")
            }
            return nil
        } catch {
            return "\(error); run VACUUM on the gateway's tables"
        }
    }

    /// In one transaction.
    private func rewrite(_ body: @escaping @Sendable (PostgresConnection) throws(PostgresFailure) -> Void) async throws(StoreError) {
        try await mend { _, connection throws(PostgresFailure) in
            _ = try connection.run(.begin)
            try body(connection)
            _ = try connection.run(.commit)
        }
    }
}

/// Where a person was found, and what to do about it.
private struct PostgresTraces: Sendable {
    var report = ForgetReport()
    private(set) var conversions: [ConversionID] = []
    private(set) var changes: [PostgresConnection.Step] = []

    init(of person: Person, _ connection: PostgresConnection) throws(PostgresFailure) {
        var roots: Set<ConversionID> = []
        try connection.scan(
            """
            SELECT c.id, t.document, t.request, coalesce(c.root, c.id) FROM conversion c JOIN content t ON t.conversion = c.id
            """
        ) { rows, row in
            if person.isIn(document: rows.bytes(row, 1), request: rows.bytes(row, 2)) { roots.insert(rows.id(row, 3)) }
        }
        // A correction that names nobody is about whom its first message named.
        for root in roots.sorted() {
            var parameters = PostgresParameters()
            parameters.add(root)
            let rows = try connection.run(.contentsOfHistory, parameters)
            for row in rows.rows {
                conversions.append(rows.id(row, 0))
                if rows.bool(row, 1) { report.requests += 1 }
            }
        }
        report.conversions = conversions.count
        try findInDeliveries(person, Set(conversions), connection)
        try findInKeeps(person, Set(conversions), connection)
    }

    private mutating func findInDeliveries(
        _ person: Person, _ theirs: Set<ConversionID>, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        var (changes, report) = (self.changes, self.report)
        try connection.scan("SELECT conversion, destination, number, request_line, request, reply FROM attempt") { rows, row in
            let id = rows.id(row, 0)
            guard theirs.contains(id) || (3...5).contains(where: { person.isIn(rows.bytes(row, $0)) }) else { return }
            report.attempts += 1
            var parameters = PostgresParameters()
            parameters.add(id)
            parameters.add(rows.text(row, 1))
            parameters.add(rows.int(row, 2))
            parameters.add(AttemptRow.forgotten(rows.text(row, 3)))
            parameters.add(AttemptRow.removed)
            changes.append((.cleanAttempt, parameters))
        }
        try connection.scan("SELECT conversion, destination, reason, remote_id, state FROM delivery") { rows, row in
            let id = DeliveryID(conversion: rows.id(row, 0), destination: rows.text(row, 1))
            if rows.int64(row, 4) == DeliveryState.pending.number, theirs.contains(id.conversion) { report.pending.append(id) }
            let (reason, remoteID) = (rows.optionalText(row, 2), rows.optionalText(row, 3))
            guard reason.map(person.isIn) ?? false || remoteID.map(person.isIn) ?? false else { return }
            report.reasons += 1
            var parameters = PostgresParameters()
            parameters.add(id.conversion)
            parameters.add(id.destination)
            parameters.add(reason.map(person.masked))
            parameters.add(remoteID.map(person.masked))
            changes.append((.cleanDelivery, parameters))
        }
        (self.changes, self.report) = (changes, report)
    }

    private mutating func findInKeeps(
        _ person: Person, _ theirs: Set<ConversionID>, _ connection: PostgresConnection
    ) throws(PostgresFailure) {
        var (changes, report) = (self.changes, self.report)
        try connection.scan(
            "SELECT conversion, number, document, request FROM repeat WHERE document IS NOT NULL OR request IS NOT NULL"
        ) { rows, row in
            let request = rows.optionalBytes(row, 3).flatMap { StoredRequest(encoded: $0) }
            guard theirs.contains(rows.id(row, 0)) || person.isIn(rows.bytes(row, 2)) || request.map(person.isIn) ?? false else { return }
            report.repeats += 1
            var parameters = PostgresParameters()
            parameters.add(rows.id(row, 0))
            parameters.add(rows.int(row, 1))
            changes.append((.emptyRepeat, parameters))
        }
        try connection.scan("SELECT number, document, request FROM waiting") { rows, row in
            guard person.isIn(document: rows.bytes(row, 1), request: rows.bytes(row, 2)) else { return }
            report.waiting += 1
            var parameters = PostgresParameters()
            parameters.add(rows.int64(row, 0))
            parameters.add(person.removed(from: rows.bytes(row, 1)))
            changes.append((.cleanWaiting, parameters))
        }
        try connection.scan("SELECT id, reason, request FROM refused") { rows, row in
            let request = StoredRequest(encoded: rows.bytes(row, 2))
            guard person.isIn(rows.bytes(row, 1)) || request.map(person.isIn) ?? false else { return }
            report.refused += 1
            var parameters = PostgresParameters()
            parameters.add(rows.int64(row, 0))
            changes.append((.deleteRefused, parameters))
        }
        (self.changes, self.report) = (changes, report)
    }
}

extension Array where Element: Sendable {
    /// So small that nobody who waits for the store notices one.
    fileprivate func portions() -> [[Element]] {
        stride(from: 0, to: count, by: 50).map { Array(self[$0..<Swift.min($0 + 50, count)]) }
    }
}

extension PostgresConnection {
    /// Hands over every row of a query, a thousand at a time, however many there are.
    fileprivate func scan(_ sql: String, _ body: (PostgresResult, Int32) -> Void) throws(PostgresFailure) {
        _ = try run(.begin)
        _ = try run(sql: "DECLARE scan NO SCROLL CURSOR FOR \(sql)")
        while true {
            let rows = try run(sql: "FETCH 1000 FROM scan")
            if rows.isEmpty { break }
            for row in rows.rows { body(rows, row) }
        }
        _ = try run(.commit)
    }

    fileprivate func forget(_ person: Person, in id: ConversionID) throws(PostgresFailure) {
        var own = PostgresParameters()
        own.add(id)
        let found = try run(.lockContent, own)
        guard !found.isEmpty else { return }
        var content = own
        content.add(person.removed(from: found.bytes(0, 2)))
        _ = try run(.cleanContent, content)
        let (order, click) = (found.optionalText(0, 0), found.optionalText(0, 1))
        guard [order, click].contains(where: { $0.map(person.isIn) ?? false }) else { return }
        own.add(order.map(person.masked))
        own.add(click.map(person.masked))
        _ = try run(.cleanIdentifiers, own)
    }
}

extension PostgresStatement {
    fileprivate static let contentsOfHistory = Self(
        "contents_of_history",
        """
        SELECT c.id, length(t.request) > 0 FROM conversion c JOIN content t ON t.conversion = c.id
        WHERE c.id = $1::uuid OR c.root = $1 ORDER BY c.id
        """)
    fileprivate static let lockContent = Self(
        "lock_content",
        """
        SELECT c.order_id, c.click_id, t.document FROM conversion c JOIN content t ON t.conversion = c.id WHERE c.id = $1::uuid
        FOR UPDATE OF c, t
        """)
    fileprivate static let cleanContent = Self(
        "clean_content", "UPDATE content SET document = $2::bytea, request = '' WHERE conversion = $1::uuid")
    fileprivate static let cleanIdentifiers = Self(
        "clean_identifiers", "UPDATE conversion SET order_id = $2::text, click_id = $3::text WHERE id = $1::uuid")
    fileprivate static let cleanAttempt = Self(
        "clean_attempt",
        """
        UPDATE attempt SET request_line = $4::text, request = NULL, reply = $5::text
        WHERE conversion = $1::uuid AND destination = $2::text AND number = $3::bigint
        """)
    fileprivate static let cleanDelivery = Self(
        "clean_delivery",
        "UPDATE delivery SET reason = $3::text, remote_id = $4::text WHERE conversion = $1::uuid AND destination = $2::text")
    fileprivate static let emptyRepeat = Self(
        "empty_repeat", "UPDATE repeat SET document = NULL, request = NULL WHERE conversion = $1::uuid AND number = $2::bigint")
    fileprivate static let cleanWaiting = Self(
        "clean_waiting", "UPDATE waiting SET document = $2::bytea, request = '' WHERE number = $1::bigint")
    fileprivate static let deleteRefused = Self("delete_refused", "DELETE FROM refused WHERE id = $1::bigint")
}
