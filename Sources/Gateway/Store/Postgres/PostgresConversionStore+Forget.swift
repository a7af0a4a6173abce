import Mappings
import Rules

extension PostgresConversionStore: StoreUpkeep {
    /// First looks everywhere, page by page, then changes what was found in small portions.
    func forget(_ person: Person, alsoPending: Bool, dryRun: Bool) async throws(StoreError) -> ForgetReport {
        let traces = try await traces(of: person)
        let report = traces.report
        guard !dryRun, alsoPending || report.pending.isEmpty, !report.isEmpty else { return report }

        for portion in traces.conversions.portions() {
            try await change { connection throws(PostgresFailure) in try connection.forget(person, inConversions: portion) }
        }
        for portion in traces.repeats.portions() {
            var (ids, numbers) = (PostgresArray(.uuid), PostgresArray(.bigint))
            for row in portion {
                ids.append(row.conversion)
                numbers.append(row.number)
            }
            let parameters = PostgresParameters([ids, numbers])
            try await change { connection throws(PostgresFailure) in _ = try connection.run(.emptyRepeats, parameters) }
        }
        for portion in traces.attempts.portions() {
            let parameters = Self.cleaned(portion)
            try await change { connection throws(PostgresFailure) in _ = try connection.run(.cleanAttempts, parameters) }
        }
        for portion in traces.deliveries.portions() {
            let parameters = Self.cleaned(portion, person)
            try await change { connection throws(PostgresFailure) in _ = try connection.run(.cleanDeliveries, parameters) }
        }
        for portion in traces.waiting.portions() {
            var (numbers, documents) = (PostgresArray(.bigint), PostgresArray(.bytea))
            for row in portion {
                numbers.append(row.number)
                documents.append(person.removed(from: row.document))
            }
            let parameters = PostgresParameters([numbers, documents])
            try await change { connection throws(PostgresFailure) in _ = try connection.run(.forgetWaiting, parameters) }
        }
        for portion in traces.refused.portions() {
            var ids = PostgresArray(.bigint)
            for id in portion { ids.append(id) }
            let parameters = PostgresParameters([ids])
            try await change { connection throws(PostgresFailure) in _ = try connection.run(.removeRefused, parameters) }
        }
        var done = report
        done.leftover = await wipe()
        return done
    }

    /// In a transaction of its own.
    private func change(_ body: @escaping @Sendable (PostgresConnection) throws(PostgresFailure) -> Void) async throws(StoreError) {
        try await mend { _, connection throws(PostgresFailure) in
            _ = try connection.run(.begin)
            try body(connection)
            _ = try connection.run(.commit)
        }
    }

    private static func cleaned(_ attempts: [PostgresTraces.Attempt]) -> PostgresParameters {
        var keys = PostgresAttemptKeys()
        var lines = PostgresArray(.text)
        for attempt in attempts {
            keys.append(attempt.key)
            lines.append(AttemptRow.forgotten(attempt.line))
        }
        var parameters = keys.parameters
        parameters.add(lines)
        parameters.add(AttemptRow.removed)
        return parameters
    }

    private static func cleaned(_ deliveries: [PostgresTraces.Delivery], _ person: Person) -> PostgresParameters {
        var (ids, destinations) = (PostgresArray(.uuid), PostgresArray(.text))
        var (reasons, remoteIDs) = (PostgresArray(.text), PostgresArray(.text))
        for delivery in deliveries {
            ids.append(delivery.id.conversion)
            destinations.append(delivery.id.destination)
            reasons.append(delivery.reason.map(person.masked))
            remoteIDs.append(delivery.remoteID.map(person.masked))
        }
        return PostgresParameters([ids, destinations, reasons, remoteIDs])
    }

    // MARK: Older row versions

    /// Bytes of tables that are rewritten while gateways serve, whose commits wait meanwhile.
    private static let rewrittenBesideService = 256_000_000
    private static let tables = ["attempt", "content", "conversion", "delivery", "refused", "repeat", "waiting"]

    /// Writes the tables anew, because what a row held before stays in the table's file until that. Returns what hinders it.
    private func wipe() async -> String? {
        let lane = PostgresLane("upkeep", address, settings: .init(statementTimeout: .seconds(3600), patience: .seconds(3700)))
        defer { Task { await lane.close() } }
        do throws(StoreError) {
            let (others, isServed, bytes) = try await lane.perform { connection, _ throws(PostgresFailure) in
                _ = try connection.run(sql: "SET lock_timeout = '5s'")
                let rows = try connection.run(sql: Self.ownershipSQL, PostgresParameters([Self.tables.column]))
                return (rows.int(0, 0), rows.bool(0, 1), rows.int(0, 2))
            }
            guard others == 0 else {
                return "this user does not own the gateway's tables, and so may not rewrite them; let their owner run VACUUM FULL"
            }
            let mayRewrite = !isServed || bytes <= Self.rewrittenBesideService
            for table in Self.tables {
                _ = try await lane.perform { connection, _ throws(PostgresFailure) in
                    try connection.run(sql: "VACUUM \(mayRewrite ? "(FULL)" : "") \(table)").count
                }
            }
            guard !mayRewrite else { return nil }
            let size = ByteSize.text(bytes)
            return "tables of \(size) are vacuumed, not rewritten, while gateways serve; let VACUUM FULL rewrite them at a quiet hour"
        } catch {
            return error.description
        }
    }

    /// Tables of another owner, whether a gateway serves, and the tables' bytes.
    private static let ownershipSQL = """
        SELECT count(*) FILTER (WHERE NOT pg_has_role(c.relowner, 'USAGE')),
            EXISTS (SELECT FROM node WHERE lease_until > clock_timestamp()),
            sum(pg_total_relation_size(c.oid))::bigint
        FROM unnest($1::text[]) AS w (name) JOIN pg_class c ON c.oid = to_regclass(w.name)
        """
}

extension PostgresParameters {
    init(_ columns: [PostgresArray]) {
        self.init()
        for column in columns { add(column) }
    }
}

extension [String] {
    fileprivate var column: PostgresArray {
        var column = PostgresArray(.text)
        for text in self { column.append(text) }
        return column
    }
}

extension Array where Element: Sendable {
    /// So small that nobody who waits for a row notices one.
    fileprivate func portions() -> [[Element]] {
        stride(from: 0, to: count, by: 50).map { Array(self[$0..<Swift.min($0 + 50, count)]) }
    }
}

extension PostgresConnection {
    fileprivate func forget(_ person: Person, inConversions portion: [ConversionID]) throws(PostgresFailure) {
        var wanted = PostgresArray(.uuid)
        for id in portion { wanted.append(id) }
        let rows = try run(.lockContents, PostgresParameters([wanted]))
        var (ids, documents) = (PostgresArray(.uuid), PostgresArray(.bytea))
        var (named, orders, clicks) = (PostgresArray(.uuid), PostgresArray(.text), PostgresArray(.text))
        for row in rows.rows {
            ids.append(rows.id(row, 0))
            documents.append(person.removed(from: rows.bytes(row, 1)))
            let (order, click) = (rows.optionalText(row, 2), rows.optionalText(row, 3))
            guard [order, click].contains(where: { $0.map(person.isIn) ?? false }) else { continue }
            named.append(rows.id(row, 0))
            orders.append(order.map(person.masked))
            clicks.append(click.map(person.masked))
        }
        _ = try run([
            (.forgetContents, PostgresParameters([ids, documents])),
            (.forgetIdentifiers, PostgresParameters([named, orders, clicks])),
        ])
    }
}

extension PostgresStatement {
    fileprivate static let lockContents = Self(
        "lock_contents",
        """
        SELECT c.id, t.document, c.order_id, c.click_id FROM conversion c JOIN content t ON t.conversion = c.id
        WHERE c.id = ANY ($1::uuid[]) ORDER BY c.id FOR UPDATE
        """)
    fileprivate static let forgetContents = Self(
        "forget_contents",
        """
        UPDATE content t SET document = w.document, request = '' FROM unnest($1::uuid[], $2::bytea[]) AS w (id, document)
        WHERE t.conversion = w.id
        """)
    fileprivate static let forgetIdentifiers = Self(
        "forget_identifiers",
        """
        UPDATE conversion c SET order_id = w.order_id, click_id = w.click_id
        FROM unnest($1::uuid[], $2::text[], $3::text[]) AS w (id, order_id, click_id) WHERE c.id = w.id
        """)
    fileprivate static let cleanAttempts = Self(
        "clean_attempts",
        """
        UPDATE attempt a SET request_line = w.line, request = NULL, reply = $5::text
        FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[]) AS w (conversion, destination, number, line)
        WHERE a.conversion = w.conversion AND a.destination = w.destination AND a.number = w.number
        """)
    fileprivate static let cleanDeliveries = Self(
        "clean_deliveries",
        """
        UPDATE delivery d SET reason = w.reason, remote_id = w.remote_id
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS w (conversion, destination, reason, remote_id)
        WHERE d.conversion = w.conversion AND d.destination = w.destination
        """)
    fileprivate static let forgetWaiting = Self(
        "forget_waiting",
        """
        UPDATE waiting t SET document = w.document, request = '' FROM unnest($1::bigint[], $2::bytea[]) AS w (number, document)
        WHERE t.number = w.number
        """)
    fileprivate static let removeRefused = Self("remove_refused", "DELETE FROM refused WHERE id = ANY ($1::bigint[])")
}
