/// The statements of the hot paths, compiled once for the life of the writer's connection. All others are written where they are used.
final class WriterStatements {
    let begin, commit, rollback, savepoint, rollbackToSavepoint, release: PreparedStatement
    let selectName, insertName, addCount: PreparedStatement
    let insertKey, selectHolder, replaceKey, deleteKeys: PreparedStatement
    let insertContent, deleteContent, insertConversion: PreparedStatement
    let countEqualRepeat, countKnownRepeat: PreparedStatement
    let insertDelivery, selectDelivery, updateDelivery, endUntried, insertAttempt: PreparedStatement
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
            SELECT k.conversion, k.expires_at, c.source, t.digest FROM duplicate_key k JOIN conversion c ON c.id = k.conversion
            JOIN content t ON t.id = c.content WHERE k.digest = ?1 AND k.scope = ?2
            """)
        replaceKey = try prepare("REPLACE INTO duplicate_key VALUES (?1, ?2, ?3, ?4)")
        deleteKeys = try prepare("DELETE FROM duplicate_key WHERE digest = ?1 AND scope = ?2 AND conversion = ?3")

        insertContent = try prepare("INSERT INTO content (digest, document, request, missed) VALUES (?1, ?2, ?3, ?4)")
        deleteContent = try prepare("DELETE FROM content WHERE id = ?1")
        insertConversion = try prepare(
            """
            INSERT INTO conversion (id, source, tracker, received_at, type, status, order_id, click_id, amount, currency, content)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING
            """)

        countEqualRepeat = try prepare(
            """
            INSERT INTO repeat (conversion, number, received_at, count, note) VALUES (?1, 0, ?2, 1, ?3) ON CONFLICT (conversion, number)
            DO UPDATE SET count = count + 1, received_at = excluded.received_at, note = coalesce(excluded.note, note)
            """)
        countKnownRepeat = try prepare(
            """
            UPDATE repeat SET count = count + 1, received_at = ?2, note = coalesce(?4, note)
            WHERE conversion = ?1 AND number > 0 AND digest = ?3
            """)

        insertDelivery = try prepare(
            """
            INSERT INTO delivery (conversion, destination, state, attempts, logged, created_at, changed_at, next_attempt, root, step)
            VALUES (?1, ?2, 0, 0, 0, ?3, ?3, ?3, ?4, ?5) ON CONFLICT DO NOTHING
            """)
        selectDelivery = try prepare(
            """
            SELECT state, attempts, logged, changed_at, next_attempt, reason, remote_id, round, followed, lines, arrived FROM delivery
            WHERE conversion = ?1 AND destination = ?2
            """)
        updateDelivery = try prepare(
            """
            UPDATE delivery SET state = ?3, attempts = ?4, logged = ?5, changed_at = ?6, next_attempt = ?7, reason = ?8, remote_id = ?9,
                round = ?10, followed = ?11, lines = ?12, arrived = ?13
            WHERE conversion = ?1 AND destination = ?2
            """)
        // Where `DeliveryProgress.isUntried`.
        endUntried = try prepare(
            """
            UPDATE delivery SET state = ?3, attempts = ?4, logged = ?5, changed_at = ?6, next_attempt = NULL, reason = ?7, remote_id = ?8
            WHERE conversion = ?1 AND destination = ?2 AND state = 0 AND logged = 0 AND round = 0 AND next_attempt IS NOT NULL
                AND followed = 0 AND lines IS NULL AND remote_id IS NULL AND arrived = 0
            """)
        insertAttempt = try prepare("INSERT INTO attempt VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
        self.all = all
    }

    /// The connection cannot close while one is left.
    func finalize() {
        for statement in all { statement.finalize() }
    }
}
