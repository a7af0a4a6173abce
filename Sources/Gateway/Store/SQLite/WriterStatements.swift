/// The writer's statements, compiled once for the life of the connection.
final class WriterStatements {
    let begin, commit, rollback, savepoint, rollbackToSavepoint, release: PreparedStatement
    let selectName, insertName, addCount: PreparedStatement
    let insertKey, selectHolder, replaceKey, deleteKeys: PreparedStatement
    let insertContent, deleteContent, insertConversion, selectConversion, selectDigest: PreparedStatement
    let selectByOrder, selectPlace, selectPresent, selectStep, insertCorrection, updateRoot, selectDestinations: PreparedStatement
    let insertWaiting, selectEqualWaiting, selectWaiting, deleteWaiting: PreparedStatement
    let countEqualRepeat, countKnownRepeat, lastRepeat, insertRepeat, countLostRepeat: PreparedStatement
    let insertDelivery, selectDelivery, updateDelivery, logDelivery, requeueDelivery: PreparedStatement
    let selectPendingBefore, selectPendingAfter, markFollowed, holdDelivery, selectHeld, releaseDelivery: PreparedStatement
    let insertAttempt, deleteAttempts: PreparedStatement
    let insertRefused, addRefused, selectRefusedSum, oldestRefused, deleteRefused, markReplayed: PreparedStatement
    let pause, resume, deleteReports, insertReport: PreparedStatement
    let beat: PreparedStatement
    let usedBytes, agedRefused, agedAttempts, deleteAttempt: PreparedStatement
    let agedRequests, sparedRequests, spareRequest, unspareRequest, setPruned, copyContent, setContent: PreparedStatement
    let agedRepeats, emptyRepeat: PreparedStatement
    let selectContent, updateContent, updateWaiting, updateIdentifiers, cleanAttempt, cleanDelivery: PreparedStatement
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
            """
            INSERT INTO conversion (id, source, tracker, received_at, type, status, order_id, click_id, amount, currency, content)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING
            """)
        selectConversion = try prepare("SELECT 1 FROM conversion WHERE id = ?1")
        selectDigest = try prepare("SELECT t.digest FROM conversion c JOIN content t ON t.id = c.content WHERE c.id = ?1")

        selectByOrder = try prepare(
            "SELECT id FROM conversion WHERE order_id = ?1 AND source = ?2 AND root IS NULL ORDER BY id DESC LIMIT 1")
        selectPlace = try prepare("SELECT root, step, latest IS NOT NULL FROM conversion WHERE id = ?1")
        selectPresent = try prepare(
            """
            SELECT t.document, coalesce(l.step, 0), c.latest FROM conversion c LEFT JOIN conversion l ON l.id = c.latest
            JOIN content t ON t.id = coalesce(l.content, c.content) WHERE c.id = ?1
            """)
        selectStep = try prepare(
            "SELECT c.id FROM conversion c JOIN content t ON t.id = c.content WHERE c.root = ?1 AND t.digest = ?2 ORDER BY c.step LIMIT 1")
        insertCorrection = try prepare(
            """
            INSERT INTO conversion (id, source, tracker, received_at, type, status, order_id, click_id, amount, currency, content, refunded,
                root, step)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
            """)
        updateRoot = try prepare(
            "UPDATE conversion SET latest = ?2, status = ?3, amount = ?4, currency = ?5, refunded = ?6 WHERE id = ?1")
        selectDestinations = try prepare(
            "\(Self.history) SELECT DISTINCT d.destination FROM history h CROSS JOIN delivery d ON d.conversion = h.id ORDER BY 1")

        insertWaiting = try prepare(
            """
            INSERT INTO waiting (id, key, scope, source, tracker, received_at, order_id, digest, document, request)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT DO NOTHING
            """)
        selectEqualWaiting = try prepare("SELECT id FROM waiting WHERE key = ?1 AND scope = ?2 AND source = ?3 AND digest = ?4")
        selectWaiting = try prepare(
            """
            SELECT w.id, s.text, k.text, w.received_at, w.order_id, w.digest, w.document, w.request
            FROM waiting w JOIN name s ON s.id = w.source JOIN name k ON k.id = w.tracker WHERE w.key = ?1 AND w.scope = ?2 AND w.source = ?3
            ORDER BY w.number
            """)
        deleteWaiting = try prepare("DELETE FROM waiting WHERE key = ?1 AND scope = ?2 AND source = ?3")

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
        lastRepeat = try prepare("SELECT coalesce(max(number), 0) FROM repeat WHERE conversion = ?1")
        insertRepeat = try prepare(
            """
            INSERT INTO repeat (conversion, number, received_at, count, digest, document, request, note)
            VALUES (?1, ?2, ?3, 1, ?4, ?5, ?6, ?7)
            """)
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
        selectDelivery = try prepare("SELECT state, logged, round, followed FROM delivery WHERE conversion = ?1 AND destination = ?2")
        updateDelivery = try prepare(
            """
            UPDATE delivery SET state = ?3, attempts = attempts + ?4, logged = logged + ?4, changed_at = coalesce(?5, changed_at),
                next_attempt = CASE WHEN ?3 = 0 AND next_attempt IS NOT NULL THEN coalesce(?6, next_attempt) END, reason = ?7,
                remote_id = coalesce(?8, remote_id), followed = CASE WHEN ?3 = 0 THEN followed ELSE 0 END
            WHERE conversion = ?1 AND destination = ?2
            """)
        logDelivery = try prepare("UPDATE delivery SET logged = logged + 1 WHERE conversion = ?1 AND destination = ?2")
        requeueDelivery = try prepare(
            """
            UPDATE delivery SET state = 0, attempts = 0, changed_at = ?3, next_attempt = ?3, reason = NULL, round = round + 1
            WHERE conversion = ?1 AND destination = ?2
            """)

        selectPendingBefore = try prepare(
            """
            \(Self.history) SELECT h.id FROM history h CROSS JOIN delivery d ON d.conversion = h.id
            WHERE d.destination = ?2 AND d.state = 0 AND h.step < ?3 ORDER BY h.step DESC LIMIT 1
            """)
        selectPendingAfter = try prepare(
            """
            \(Self.history) SELECT h.id FROM history h CROSS JOIN delivery d ON d.conversion = h.id
            WHERE d.destination = ?2 AND d.state = 0 AND h.step > ?3 ORDER BY h.step LIMIT 1
            """)
        markFollowed = try prepare("UPDATE delivery SET followed = 1 WHERE conversion = ?1 AND destination = ?2")
        holdDelivery = try prepare("UPDATE delivery SET next_attempt = NULL WHERE conversion = ?1 AND destination = ?2")
        selectHeld = try prepare(
            """
            SELECT c.id FROM conversion p CROSS JOIN conversion c ON c.root = coalesce(p.root, p.id) AND c.step > coalesce(p.step, 0)
            CROSS JOIN delivery d ON d.conversion = c.id
            WHERE p.id = ?1 AND d.destination = ?2 AND d.state = 0 AND d.next_attempt IS NULL ORDER BY c.step LIMIT 1
            """)
        releaseDelivery = try prepare(
            "UPDATE delivery SET next_attempt = coalesce(?3, created_at) WHERE conversion = ?1 AND destination = ?2")

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

        pause = try prepare(
            "INSERT INTO control VALUES (?1, ?2, ?3) ON CONFLICT (destination) DO UPDATE SET reason = excluded.reason")
        resume = try prepare("DELETE FROM control WHERE destination = ?1")
        deleteReports = try prepare("DELETE FROM destination_report WHERE node = ''")
        insertReport = try prepare(
            "REPLACE INTO destination_report VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)")

        beat = try prepare("UPDATE heartbeat SET beats = beats + 1")

        usedBytes = try prepare(
            """
            SELECT (c.page_count - f.freelist_count) * s.page_size FROM pragma_page_count c, pragma_freelist_count f, pragma_page_size s
            """)
        agedRefused = try prepare("SELECT id, bytes, is_stranger FROM refused WHERE received_at < ?1 ORDER BY id LIMIT ?2")
        agedAttempts = try prepare(
            """
            SELECT a.conversion, a.destination, a.number, a.started_at, coalesce(d.state, -1)
            FROM attempt a LEFT JOIN delivery d ON d.conversion = a.conversion AND d.destination = a.destination
            WHERE (a.conversion, a.destination, a.number) > (?1, ?2, ?3) AND a.conversion < ?4
            ORDER BY a.conversion, a.destination, a.number LIMIT ?5
            """)
        deleteAttempt = try prepare("DELETE FROM attempt WHERE conversion = ?1 AND destination = ?2 AND number = ?3")
        agedRequests = try prepare(
            """
            SELECT c.id, c.content, length(t.request), EXISTS (SELECT 1 FROM delivery d WHERE d.conversion = c.id AND d.state = 0)
            FROM conversion c JOIN content t ON t.id = c.content
            WHERE c.id > (SELECT conversion FROM pruned_up_to) AND c.id < ?1 ORDER BY c.id LIMIT ?2
            """)
        sparedRequests = try prepare(
            """
            SELECT k.conversion, c.content, EXISTS (SELECT 1 FROM delivery d WHERE d.conversion = c.id AND d.state = 0)
            FROM spared_request k JOIN conversion c ON c.id = k.conversion WHERE k.conversion > ?1 ORDER BY k.conversion LIMIT ?2
            """)
        spareRequest = try prepare("INSERT INTO spared_request VALUES (?1) ON CONFLICT DO NOTHING")
        unspareRequest = try prepare("DELETE FROM spared_request WHERE conversion = ?1")
        setPruned = try prepare("UPDATE pruned_up_to SET conversion = ?1")
        copyContent = try prepare(
            "INSERT INTO content (digest, document, request) SELECT digest, document, zeroblob(0) FROM content WHERE id = ?1")
        setContent = try prepare("UPDATE conversion SET content = ?2 WHERE id = ?1")
        agedRepeats = try prepare(
            """
            SELECT conversion, number, received_at, document IS NOT NULL OR request IS NOT NULL FROM repeat
            WHERE (conversion, number) > (?1, ?2) AND conversion < ?3 ORDER BY conversion, number LIMIT ?4
            """)
        emptyRepeat = try prepare("UPDATE repeat SET document = NULL, request = NULL WHERE conversion = ?1 AND number = ?2")

        selectContent = try prepare(
            "SELECT c.content, c.order_id, c.click_id, t.document FROM conversion c JOIN content t ON t.id = c.content WHERE c.id = ?1")
        updateContent = try prepare("UPDATE content SET document = ?2, request = zeroblob(0) WHERE id = ?1")
        updateWaiting = try prepare("UPDATE waiting SET document = ?2, request = zeroblob(0) WHERE number = ?1")
        updateIdentifiers = try prepare("UPDATE conversion SET order_id = ?2, click_id = ?3 WHERE id = ?1")
        cleanAttempt = try prepare(
            "UPDATE attempt SET request_line = ?4, request = NULL, reply = ?5 WHERE conversion = ?1 AND destination = ?2 AND number = ?3")
        cleanDelivery = try prepare("UPDATE delivery SET reason = ?3, remote_id = ?4 WHERE conversion = ?1 AND destination = ?2")
        self.all = all
    }

    /// The rows of the history whose first message is parameter 1. A `CROSS JOIN` keeps SQLite from starting at the deliveries.
    static let history =
        "WITH history(id, step) AS (SELECT ?1, 0 UNION ALL SELECT id, step FROM conversion WHERE root = ?1)"

    /// The connection cannot close while one is left.
    func finalize() {
        for statement in all { statement.finalize() }
    }
}
