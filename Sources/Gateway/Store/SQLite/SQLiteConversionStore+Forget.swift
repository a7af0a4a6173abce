import Foundation
import GRDB
import Mappings
import Rules

extension SQLiteConversionStore {
    func write(_ traces: PersonTraces, of person: Person) async throws(StoreError) {
        for portion in traces.missed.portions() {
            try await write { writer in
                for (id, text) in portion {
                    try writer.run(
                        "UPDATE content SET missed = ?2 WHERE id = (SELECT content FROM conversion WHERE id = ?1)", id, text)
                }
            }
        }
        for portion in traces.conversions.portions() {
            try await write { writer in for id in portion { try writer.forget(person, in: id) } }
        }
        for portion in traces.repeats.portions() { try await write { writer in _ = try writer.empty(portion) } }
        for portion in traces.notes.portions() {
            try await write { writer in
                for (key, note) in portion {
                    try writer.run("UPDATE repeat SET note = ?3 WHERE conversion = ?1 AND number = ?2", key.conversion, key.number, note)
                }
            }
        }
        for portion in traces.reasons.portions() {
            try await write { writer in
                for reason in portion {
                    if let node = reason.node {
                        try writer.run(
                            "UPDATE destination_report SET reason = ?3 WHERE node = ?1 AND destination = ?2", node, reason.destination,
                            reason.text)
                    } else {
                        try writer.run("UPDATE control SET reason = ?2 WHERE destination = ?1", reason.destination, reason.text)
                    }
                }
            }
        }
        for portion in traces.attempts.portions() {
            try await write { writer in
                for (key, line) in portion {
                    try writer.run(
                        """
                        UPDATE attempt SET request_line = ?4, request = NULL, reply = ?5
                        WHERE conversion = ?1 AND destination = ?2 AND number = ?3
                        """, key.delivery.conversion, try writer.knownNumber(of: key.delivery.destination), key.number, line,
                        AttemptRow.removed)
                }
            }
        }
        for portion in traces.deliveries.portions() {
            try await write { writer in
                for (id, reason, remoteID) in portion {
                    try writer.run(
                        """
                        UPDATE delivery SET reason = ?3, remote_id = ?4, lines = \(SQLDialect.sqlite.withoutNotes("lines"))
                        WHERE conversion = ?1 AND destination = ?2
                        """, id.conversion, try writer.knownNumber(of: id.destination), reason, remoteID)
                }
            }
        }
        for portion in traces.waiting.portions() {
            try await write { writer in
                for (number, orderID, document) in portion {
                    try writer.run(
                        "UPDATE waiting SET order_id = ?2, document = ?3, request = zeroblob(0) WHERE number = ?1", number, orderID,
                        document)
                }
            }
        }
        for portion in traces.refused.portions() { try await write { writer in for id in portion { try writer.removeRefused(id) } } }
    }

    /// Bytes of a file that is rewritten beside a running service, whose commits wait meanwhile.
    private static let rewrittenBesideService = 256_000_000

    /// Writes the file again, so that no page holds what its rows held before: SQLite overwrites what it frees, but not what it moves from
    /// one page to another. Then empties the log. Returns why it was not done.
    func wipe() async -> String? {
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
}

extension SQLiteWriter {
    fileprivate func forget(_ person: Person, in id: ConversionID) throws(SQLiteFailure) {
        let found = try first(
            """
            SELECT c.content, t.document, c.order_id, c.click_id, t.missed FROM conversion c JOIN content t ON t.id = c.content
            WHERE c.id = ?1
            """, id
        ) {
            (
                $0.int64(0),
                person.rewritten(
                    document: $0.bytes(1), missed: $0.optionalText(4), orderID: $0.optionalText(2), clickID: $0.optionalText(3))
            )
        }
        guard let (content, kept) = found else { return }
        try run("UPDATE content SET document = ?2, request = zeroblob(0), missed = ?3 WHERE id = ?1", content, kept.document, kept.missed)
        guard let (orderID, clickID) = kept.identifiers else { return }
        try run("UPDATE conversion SET order_id = ?2, click_id = ?3 WHERE id = ?1", id, orderID, clickID)
    }
}
