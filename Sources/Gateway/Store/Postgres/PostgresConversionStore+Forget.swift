import Mappings
import Rules

extension PostgresConversionStore {
    func write(_ traces: PersonTraces, of person: Person) async throws(StoreError) {
        for portion in traces.missed.portions() {
            try await change(.forgetMissed, PostgresParameters(PostgresArray(portion, \.id), PostgresArray(portion, \.text)))
        }
        for portion in traces.conversions.portions() {
            try await change { connection throws(PostgresFailure) in try connection.forget(person, in: portion) }
        }
        for portion in traces.repeats.portions() {
            try await change { connection throws(PostgresFailure) in _ = try connection.empty(portion) }
        }
        for portion in traces.notes.portions() {
            try await change(
                .forgetNotes,
                PostgresParameters(
                    PostgresArray(portion, \.key.conversion), PostgresArray(portion, \.key.number), PostgresArray(portion, \.note)))
        }
        for reason in traces.reasons {
            if let node = reason.node {
                try await change(.forgetReport, PostgresParameters(node, reason.destination, reason.text))
            } else {
                try await change(.forgetPause, PostgresParameters(reason.destination, reason.text))
            }
        }
        for portion in traces.attempts.portions() {
            var parameters = PostgresParameters(attempts: portion.map(\.key))
            parameters.add(PostgresArray(portion, \.line))
            parameters.add(AttemptRow.removed)
            try await change(.cleanAttempts, parameters)
        }
        for portion in traces.deliveries.portions() {
            let parameters = PostgresParameters(
                PostgresArray(portion) { $0.id.conversion }, PostgresArray(portion) { $0.id.destination }, PostgresArray(portion, \.reason),
                PostgresArray(portion, \.remoteID))
            try await change(.cleanDeliveries, parameters)
        }
        for portion in traces.waiting.portions() {
            try await change(
                .forgetWaiting,
                PostgresParameters(PostgresArray(portion, \.number), PostgresArray(portion, \.orderID), PostgresArray(portion, \.document)))
        }
        for portion in traces.refused.portions() { try await change(.removeRefused, PostgresParameters(PostgresArray(portion))) }
    }

    /// In a transaction of its own.
    private func change(_ body: @escaping @Sendable (PostgresConnection) throws(PostgresFailure) -> Void) async throws(StoreError) {
        try await repair { _, connection throws(PostgresFailure) in
            _ = try connection.run(.begin)
            try body(connection)
            _ = try connection.run(.commit)
        }
    }

    private func change(_ statement: PostgresStatement, _ parameters: PostgresParameters) async throws(StoreError) {
        try await change { connection throws(PostgresFailure) in _ = try connection.run(statement, parameters) }
    }

    // MARK: Older row versions

    /// Bytes of tables that are rewritten while gateways serve, whose commits wait meanwhile.
    private static let rewrittenBesideService = 256_000_000
    private static let tables = [
        "attempt", "content", "control", "conversion", "delivery", "destination_report", "refused", "repeat", "waiting",
    ]

    /// Writes the tables again, because what a row held before stays in the table's file until that. Returns why it was not done.
    func wipe() async -> String? {
        let lane = PostgresLane("upkeep", address, settings: .init(statementTimeout: .seconds(3600), patience: .seconds(3700)))
        defer { Task { await lane.close() } }
        do throws(StoreError) {
            let (others, isServed, bytes) = try await lane.perform { connection, _ throws(PostgresFailure) in
                _ = try connection.run(sql: "SET lock_timeout = '5s'")
                let row = try connection.run(sql: Self.ownershipSQL, PostgresParameters(PostgresArray(Self.tables)))[0]
                return (row.int(0), row.bool(1), row.int(2))
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

extension PostgresConnection {
    fileprivate func forget(_ person: Person, in portion: [ConversionID]) throws(PostgresFailure) {
        let rows = try run(.lockContents, PostgresParameters(PostgresArray(portion))).map {
            (
                id: $0.id(0),
                kept: person.rewritten(
                    document: $0.bytes(1), missed: $0.optionalText(4), orderID: $0.optionalText(2), clickID: $0.optionalText(3))
            )
        }
        let named = rows.filter { $0.kept.identifiers != nil }
        _ = try run([
            (
                .forgetContents,
                PostgresParameters(
                    PostgresArray(rows, \.id), PostgresArray(rows, \.kept.document), PostgresArray(rows, \.kept.missed))
            ),
            (
                .forgetIdentifiers,
                PostgresParameters(
                    PostgresArray(named, \.id), PostgresArray(named) { $0.kept.identifiers?.orderID },
                    PostgresArray(named) { $0.kept.identifiers?.clickID })
            ),
        ])
    }
}

extension PostgresStatement {
    fileprivate static let lockContents = Self(
        "lock_contents",
        """
        SELECT c.id, t.document, c.order_id, c.click_id, t.missed FROM conversion c JOIN content t ON t.conversion = c.id
        WHERE c.id = ANY ($1::uuid[]) ORDER BY c.id FOR UPDATE
        """)
    fileprivate static let forgetContents = Self(
        "forget_contents",
        """
        UPDATE content t SET document = w.document, request = '', missed = w.missed
        FROM unnest($1::uuid[], $2::bytea[], $3::text[]) AS w (id, document, missed) WHERE t.conversion = w.id
        """)
    fileprivate static let forgetMissed = Self(
        "forget_missed",
        """
        UPDATE content t SET missed = w.missed FROM unnest($1::uuid[], $2::text[]) AS w (id, missed) WHERE t.conversion = w.id
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
        UPDATE delivery d SET reason = w.reason, remote_id = w.remote_id, lines = \(SQLDialect.postgres.withoutNotes("d.lines"))
        FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[]) AS w (conversion, destination, reason, remote_id)
        WHERE d.conversion = w.conversion AND d.destination = w.destination
        """)
    fileprivate static let forgetWaiting = Self(
        "forget_waiting",
        """
        UPDATE waiting t SET order_id = w.order_id, document = w.document, request = ''
        FROM unnest($1::bigint[], $2::text[], $3::bytea[]) AS w (number, order_id, document)
        WHERE t.number = w.number
        """)
    fileprivate static let forgetNotes = Self(
        "forget_notes",
        """
        UPDATE repeat r SET note = w.note FROM unnest($1::uuid[], $2::bigint[], $3::text[]) AS w (conversion, number, note)
        WHERE r.conversion = w.conversion AND r.number = w.number
        """)
    fileprivate static let forgetReport = Self(
        "forget_report", "UPDATE destination_report SET reason = $3::text WHERE node = $1::text AND destination = $2::text")
    fileprivate static let forgetPause = Self("forget_pause", "UPDATE control SET reason = $2::text WHERE destination = $1::text")
    fileprivate static let removeRefused = Self("remove_refused", "DELETE FROM refused WHERE id = ANY ($1::bigint[])")
}
