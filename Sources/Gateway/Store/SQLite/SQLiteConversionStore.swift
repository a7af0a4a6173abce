import Foundation
import GRDB
import Mappings
import Rules

/// Conversions in one SQLite file, for a gateway on one machine.
///
/// Writes are gathered: those that arrive while a commit runs share the next transaction and its one fsync. Reads go to a pool of
/// connections of their own and never wait for the writer. Other processes may open the same file meanwhile.
final class SQLiteConversionStore: SQLStore, DirectIntakeStore {
    let path: String
    let pool: DatabasePool
    let commits = CommitMetrics()
    private let queue: GroupCommit<any QueuedWrite>
    private let writer: SQLiteWriter?
    private let checkpointer: Checkpointer?

    /// Opens the file and brings its schema up to date; a missing file is created unless `readOnly`.
    ///
    /// Blocks for as long as the disk takes. A store that was opened for reading refuses writes with `.readOnly`.
    init(path: String, readOnly: Bool = false, limits: SQLiteLimits = SQLiteLimits()) throws(StoreError) {
        self.path = path
        SQLiteMemory.countsNothing
        queue = GroupCommit(capacity: limits.queued, batchLimit: limits.batch)
        if readOnly, !FileManager.default.fileExists(atPath: path) {
            if access(path, F_OK) != 0, errno == EACCES {
                throw StoreError(
                    .unavailable,
                    "this user may not look into the folder of '\(path)'; run this as the store's owner, or let a group read it")
            }
            throw StoreError(.unavailable, "no store at '\(path)'; 'gateway serve' creates it, or name the right file under 'store:'")
        }
        do {
            if !readOnly {
                try Self.checkPlace(path)
                PrivateFile.create(at: path)
            }
            pool = try DatabasePool(path: path, configuration: Self.configuration(readOnly: readOnly))
            if readOnly {
                try pool.read { try SQLiteSchema.check($0, path: path, isReadOnly: true) }
                writer = nil
                checkpointer = nil
            } else {
                try pool.writeWithoutTransaction { try SQLiteSchema.check($0, path: path, isReadOnly: false) }
                try SQLiteSchema.migrator.migrate(pool)
                writer = try pool.writeWithoutTransaction { database in
                    try database.execute(sql: "PRAGMA synchronous = FULL")
                    guard let connection = database.sqliteConnection else { throw StoreError.closed(path) }
                    LogGathering.begin(connection)
                    return try SQLiteWriter(connection: connection, path: path, refusedLimits: limits.refused)
                }
                checkpointer = try Checkpointer(path: path, threshold: limits.logPages)
            }
        } catch {
            throw StoreError(error, path: path)
        }
    }

    private static func configuration(readOnly: Bool) -> GRDB.Configuration {
        var configuration = GRDB.Configuration()
        configuration.label = "store"
        configuration.readonly = readOnly
        configuration.busyMode = .timeout(5)
        configuration.foreignKeysEnabled = false
        configuration.maximumReaderCount = 4
        configuration.prepareDatabase { database in
            // The page size takes effect in a new file only; the log is cut back after a long reader let it grow.
            // Readers hardly ever come back to a page. The system has in memory what the writer's does not hold.
            let cache = database.configuration.readonly ? 1024 : 12_288
            try database.execute(
                sql: """
                    PRAGMA page_size = 4096;
                    PRAGMA secure_delete = ON;
                    PRAGMA cache_size = -\(cache);
                    PRAGMA temp_store = MEMORY;
                    PRAGMA journal_size_limit = 134217728;
                    """)
        }
        return configuration
    }

    /// SQLite says "unable to open" for all of these; a person wants to know which.
    private static func checkPlace(_ path: String) throws {
        if FileManager.default.fileExists(atPath: path), !FileManager.default.isWritableFile(atPath: path) {
            throw StoreError(SQLiteFailure(nil, code: 8), path: path)
        }
    }

    // MARK: Writing

    /// Writes that wait or are under way.
    var queued: Int { queue.count }

    func accept(_ submission: Submission, _ done: @escaping @Sendable (Result<Acceptance, StoreError>) -> Void) {
        guard let writer else { return done(.failure(notWritable)) }
        enqueue(AcceptWrite(QueuedSubmission(submission), done), writer: writer, isLast: false)
    }

    func accept(_ submission: Submission) async throws(StoreError) -> Acceptance {
        let result = await withCheckedContinuation { continuation in accept(submission) { continuation.resume(returning: $0) } }
        return try result.get()
    }

    @discardableResult
    func keep(_ refused: RefusedRequest) async throws(StoreError) -> Int64? {
        try await write { try $0.keep(refused) }
    }

    func count(_ ignored: IgnoredMessage) async throws(StoreError) {
        try await write { try $0.count(ignored) }
    }

    func correct(_ submission: Submission) async throws(StoreError) -> CorrectionResult {
        let queued = QueuedSubmission(submission)
        return try await write { writer in
            guard let result = try writer.correct(queued) else { throw Postponed() }
            return result
        }
    }

    @discardableResult
    func record(_ result: AttemptResult) async throws(StoreError) -> Bool {
        try await write { try $0.record(result) }
    }

    @discardableResult
    func record(_ results: [AttemptResult]) async throws(StoreError) -> Bool {
        try await write { writer in
            var released = false
            for result in results where try writer.record(result) { released = true }
            return released
        }
    }

    func setPaused(_ destination: String, reason: String?, at now: Timestamp) async throws(StoreError) {
        try await write { writer in
            guard let reason else {
                _ = try writer.run("DELETE FROM control WHERE destination = ?1", destination)
                return
            }
            try writer.run(
                """
                INSERT INTO control VALUES (?1, ?2, ?3)
                ON CONFLICT (destination) DO UPDATE SET reason = excluded.reason WHERE excluded.reason <> ''
                """, destination, now, reason)
        }
    }

    func note(_ action: OperatorAction) async throws(StoreError) {
        _ = try await write { writer in
            try writer.run(
                "INSERT INTO operator_action (at, name, peer, what) VALUES (?1, ?2, ?3, ?4)", action.time, action.name, action.peer,
                action.what)
        }
    }

    func controls() async throws(StoreError) -> [DestinationControl] { try await read { try $0.controls() } }

    func report(_ reports: [DestinationReport]) async throws(StoreError) {
        try await write { writer in
            try writer.run("DELETE FROM destination_report WHERE node = ''")
            for report in reports {
                try writer.run(
                    "REPLACE INTO destination_report VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)", report.node,
                    report.destination, report.breaker.rawValue, report.openedAt, report.probeAt, report.failures, report.reason,
                    report.inFlight, report.waiting, report.rate, report.isDryRun, report.lastStatus, report.answeredAt, report.reportedAt)
            }
        }
    }

    func requeue(_ deliveries: [Requeue], at now: Timestamp) async throws(StoreError) -> Int {
        var changed = 0
        // In portions, so that a large replay does not keep intake waiting.
        for portion in deliveries.portions(of: 500) { changed += try await write { try $0.requeue(portion, at: now) } }
        return changed
    }

    func addDelivery(_ delivery: DeliveryID, at now: Timestamp) async throws(StoreError) {
        guard try await write({ try $0.addDelivery(delivery, at: now) }) else { throw .noConversion(delivery.conversion) }
    }

    func markReplayed(refused id: Int64, as conversion: ConversionID, at now: Timestamp) async throws(StoreError) {
        try await write { writer in
            _ = try writer.run("UPDATE refused SET replayed_as = ?2, replayed_at = ?3 WHERE id = ?1", id, conversion, now)
        }
    }

    func prune(_ limits: RetentionLimits, at now: Timestamp) async throws(StoreError) -> PruneReport {
        try await write { try $0.prune(limits, at: now) }
    }

    func checkWritable() async throws(StoreError) {
        try await write { writer in _ = try writer.run("UPDATE heartbeat SET beats = beats + 1") }
    }

    func close() async {
        guard let writer else {
            try? pool.close()
            return
        }
        let last = await withCheckedContinuation { continuation in
            enqueue(Write({ _ in }, { continuation.resume(returning: $0) }), writer: writer, isLast: true)
        }
        // Closed before, or by another caller right now.
        guard case .success = last else { return }
        checkpointer?.close()
        try? await pool.barrierWriteWithoutTransaction { database in
            writer.detach()
            _ = try? database.checkpoint(.truncate)
        }
        try? pool.close()
    }

    /// Puts the work into the next transaction and returns after its commit.
    func write<Value: Sendable>(_ body: @escaping @Sendable (SQLiteWriter) throws -> Value) async throws(StoreError) -> Value {
        guard let writer else { throw notWritable }
        let result = await withCheckedContinuation { continuation in
            enqueue(Write(body) { continuation.resume(returning: $0) }, writer: writer, isLast: false)
        }
        return try result.get()
    }

    private var notWritable: StoreError { StoreError(.readOnly, "'\(path)' was opened for reading; open it for writing to change it") }

    private func enqueue(_ write: any QueuedWrite, writer: SQLiteWriter, isLast: Bool) {
        switch queue.add(write, isLast: isLast) {
        case .queued: break
        case .startDraining: pool.asyncWriteWithoutTransaction { [self] _ in drain(writer) }
        case .closed: write.finish(.closed(path))
        case .full:
            write.finish(StoreError(.busy, "\(queue.capacity) writes to '\(path)' are waiting for the disk; try again in a moment"))
        }
    }

    /// Runs on the writer's queue until nothing waits.
    private func drain(_ writer: SQLiteWriter) {
        var done = 0
        let clock = ContinuousClock()
        while let batch = queue.next(done: done) {
            let start = clock.now
            let postponed = writer.commit(batch)
            commits.count(batch.count, clock.now - start)
            checkpointer?.committed(writer)
            queue.putBack(postponed)
            done = batch.count - postponed.count
            // Senders that keep a connection busy come back right after their reply. Waiting a tenth of a commit for them puts them into
            // the next one instead of the one after, which nearly doubles the batch if the disk is slow.
            if queue.isWorthWaiting(after: done) { usleep(UInt32(min(1000, (clock.now - start) / .microseconds(10)))) }
        }
    }

    // MARK: Reading

    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws(StoreError) -> Value {
        do {
            return try await pool.read(body)
        } catch {
            throw StoreError(error, path: path)
        }
    }
}
