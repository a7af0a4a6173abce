/// The writer's statements, compiled once for the life of the connection.
final class WriterStatements {
    let begin, commit, rollback, savepoint, rollbackToSavepoint, release: PreparedStatement
    let selectName, insertName, addCount: PreparedStatement
    let insertKey, selectHolder, replaceKey, deleteKeys: PreparedStatement
    let insertContent, deleteContent, insertConversion, selectConversion, selectDigest: PreparedStatement
    let countEqualRepeat, countKnownRepeat, lastRepeat, insertRepeat, countLostRepeat: PreparedStatement
    let insertDelivery, selectDelivery, updateDelivery, logDelivery, requeueDelivery: PreparedStatement
    let insertAttempt, deleteAttempts: PreparedStatement
    let insertRefused, addRefused, selectRefusedSum, oldestRefused, deleteRefused, markReplayed: PreparedStatement
    let beat: PreparedStatement
    private let all: [PreparedStatement]

    init(_ connection: OpaquePointer) throws(SQLiteFailure) {
        var all: [PreparedStatement] = []
        func prepare(_ sql: String) throws(SQLiteFailure) -> PreparedStatement {
            let statement = try PreparedStatement(connection, sql)
            all.append(statement)
            return statement
        }

        begin = try prepare("BEGIN IMMEDIATE")
        commit = try prepare("COMMIT")
        rollback = try prepare("ROLLBACK")
        savepoint = try prepare("SAVEPOINT one")
        rollbackToSavepoint = try prepare("ROLLBACK TO one")
        release = try prepare("RELEASE one")

        selectName = try prepare("SELECT id FROM name WHERE text = ?1")
        insertName = try prepare("INSERT INTO name (text) VALUES (?1)")
        addCount = try prepare(
            """
            INSERT INTO delivery_count VALUES (?1, ?2, ?3)
            ON CONFLICT (destination, state) DO UPDATE SET count = count + excluded.count
            """)

        insertKey = try prepare("INSERT INTO duplicate_key VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING")
        selectHolder = try prepare(
            """
            SELECT k.conversion, k.expires_at, c.source FROM duplicate_key k JOIN conversion c ON c.id = k.conversion
            WHERE k.digest = ?1 AND k.scope = ?2
            """)
        replaceKey = try prepare("REPLACE INTO duplicate_key VALUES (?1, ?2, ?3, ?4)")
        deleteKeys = try prepare("DELETE FROM duplicate_key WHERE digest = ?1 AND scope = ?2 AND conversion = ?3")

        insertContent = try prepare("INSERT INTO content (digest, document, request) VALUES (?1, ?2, ?3)")
        deleteContent = try prepare("DELETE FROM content WHERE id = ?1")
        insertConversion = try prepare(
            "INSERT INTO conversion VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING")
        selectConversion = try prepare("SELECT 1 FROM conversion WHERE id = ?1")
        selectDigest = try prepare("SELECT t.digest FROM conversion c JOIN content t ON t.id = c.content WHERE c.id = ?1")

        countEqualRepeat = try prepare(
            """
            INSERT INTO repeat (conversion, number, received_at, count) VALUES (?1, 0, ?2, 1)
            ON CONFLICT (conversion, number) DO UPDATE SET count = count + 1, received_at = excluded.received_at
            """)
        countKnownRepeat = try prepare(
            "UPDATE repeat SET count = count + 1, received_at = ?2 WHERE conversion = ?1 AND number > 0 AND digest = ?3")
        lastRepeat = try prepare("SELECT coalesce(max(number), 0) FROM repeat WHERE conversion = ?1")
        insertRepeat = try prepare("INSERT INTO repeat VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6)")
        countLostRepeat = try prepare(
            """
            INSERT INTO repeat (conversion, number, received_at, count) VALUES (?1, \(SQLiteWriter.keptRepeats + 1), ?2, 1)
            ON CONFLICT (conversion, number) DO UPDATE SET count = count + 1, received_at = excluded.received_at
            """)

        insertDelivery = try prepare(
            """
            INSERT INTO delivery (conversion, destination, state, attempts, logged, created_at, changed_at, next_attempt)
            VALUES (?1, ?2, 0, 0, 0, ?3, ?3, ?3) ON CONFLICT DO NOTHING
            """)
        selectDelivery = try prepare("SELECT state, logged FROM delivery WHERE conversion = ?1 AND destination = ?2")
        updateDelivery = try prepare(
            """
            UPDATE delivery SET state = ?3, attempts = attempts + ?4, logged = logged + ?4, changed_at = coalesce(?5, changed_at),
                next_attempt = CASE WHEN ?3 = 0 THEN coalesce(?6, next_attempt) END, reason = ?7, remote_id = coalesce(?8, remote_id)
            WHERE conversion = ?1 AND destination = ?2
            """)
        logDelivery = try prepare("UPDATE delivery SET logged = logged + 1 WHERE conversion = ?1 AND destination = ?2")
        requeueDelivery = try prepare(
            """
            UPDATE delivery SET state = 0, attempts = 0, changed_at = ?3, next_attempt = ?3, reason = NULL
            WHERE conversion = ?1 AND destination = ?2
            """)

        insertAttempt = try prepare("INSERT INTO attempt VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
        deleteAttempts = try prepare("DELETE FROM attempt WHERE conversion = ?1 AND destination = ?2 AND number <= ?3")

        insertRefused = try prepare(
            """
            INSERT INTO refused (received_at, source, tracker, status, code, reason, request, is_stranger, bytes)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
            """)
        addRefused = try prepare("UPDATE refused_sum SET count = count + ?2, bytes = bytes + ?3 WHERE is_stranger = ?1")
        selectRefusedSum = try prepare("SELECT count, bytes FROM refused_sum WHERE is_stranger = ?1")
        oldestRefused = try prepare("SELECT id, bytes FROM refused WHERE is_stranger = ?1 ORDER BY id LIMIT 1")
        deleteRefused = try prepare("DELETE FROM refused WHERE id = ?1")
        markReplayed = try prepare("UPDATE refused SET replayed_as = ?2, replayed_at = ?3 WHERE id = ?1")

        beat = try prepare("UPDATE heartbeat SET beats = beats + 1")
        self.all = all
    }

    /// The connection cannot close while one is left.
    func finalize() {
        for statement in all { statement.finalize() }
    }
}
