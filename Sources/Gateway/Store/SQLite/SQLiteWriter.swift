import GRDBSQLite
import Mappings
import Rules

/// The one connection that writes: its transactions, its statements, and what it remembers between them.
///
/// Everything here runs on the writer's queue, which is what makes it safe to share; nothing is thread-safe by itself. What is
/// remembered is dropped with each rollback, because it may describe rows that never came to be.
final class SQLiteWriter: @unchecked Sendable {
    let path: String
    let refusedLimits: RefusedLimits
    let statements: WriterStatements

    private let connection: OpaquePointer
    private var names: [String: Int64] = [:]
    private var countChanges: [CountKey: Int64] = [:]
    private var logFrames: Int32 = 0
    var prunePlaces = PrunePlaces()

    private struct CountKey: Hashable {
        var destination: Int64
        var state: Int64
    }

    init(connection: OpaquePointer, path: String, refusedLimits: RefusedLimits) throws(SQLiteFailure) {
        self.connection = connection
        self.path = path
        self.refusedLimits = refusedLimits
        statements = try WriterStatements(connection)
        // Replaces SQLite's automatic checkpoint, which would run inside a commit and hold everyone up.
        let context = Unmanaged.passUnretained(self).toOpaque()
        sqlite3_wal_hook(
            connection,
            { context, _, _, frames in
                if let context { Unmanaged<SQLiteWriter>.fromOpaque(context).takeUnretainedValue().logFrames = frames }
                return SQLITE_OK
            },
            context
        )
    }

    /// Must run before the connection closes.
    func detach() {
        sqlite3_wal_hook(connection, nil, nil)
        statements.finalize()
    }

    // MARK: Transactions

    /// Runs the writes in one transaction and tells each what became of it, after the commit.
    ///
    /// A write that fails by itself (a constraint) takes no other with it; a failure of the file fails all, and nothing of them stays.
    func commit(_ batch: [any QueuedWrite]) {
        do throws(SQLiteFailure) {
            try transaction { () throws(SQLiteFailure) in
                for write in batch { try write.run(self) }
            }
        } catch {
            guard error.concernsFile else { return commitSeparately(batch) }
            let failure = StoreError(error, path: path)
            for write in batch { write.finish(failure) }
            return
        }
        for write in batch { write.finish(nil) }
    }

    /// The slow way, once a write is known to fail: a savepoint around each.
    private func commitSeparately(_ batch: [any QueuedWrite]) {
        var failures: [StoreError?] = Array(repeating: nil, count: batch.count)
        do throws(SQLiteFailure) {
            try transaction { () throws(SQLiteFailure) in
                for (index, write) in batch.enumerated() {
                    let before = countChanges
                    try statements.savepoint.run()
                    do throws(SQLiteFailure) {
                        try write.run(self)
                    } catch {
                        guard !error.concernsFile else { throw error }
                        failures[index] = StoreError(error, path: path)
                        try statements.rollbackToSavepoint.run()
                        names.removeAll()
                        countChanges = before
                    }
                    try statements.release.run()
                }
            }
            for (write, failure) in zip(batch, failures) { write.finish(failure) }
        } catch {
            let failure = StoreError(error, path: path)
            for write in batch { write.finish(failure) }
        }
    }

    private func transaction(_ body: () throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
        do throws(SQLiteFailure) {
            try statements.begin.run()
            try body()
            try writeCounts()
            try statements.commit.run()
        } catch {
            names.removeAll()
            countChanges.removeAll()
            if sqlite3_get_autocommit(connection) == 0 { try statements.rollback.run() }
            throw error
        }
    }

    // MARK: Checkpoints

    /// Frames in the write-ahead log after the last commit.
    var framesInLog: Int { Int(logFrames) }

    /// Copies what is left in the log into the file; when nothing is left, the next commit starts the log anew.
    func checkpoint() {
        sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }

    // MARK: Names

    /// The number of a source, tracker or destination, given out at its first use.
    func number(of name: String) throws(SQLiteFailure) -> Int64 {
        if let number = try knownNumber(of: name) { return number }
        let insert = statements.insertName
        insert.bind(1, name)
        try insert.run()
        let number = sqlite3_last_insert_rowid(connection)
        names[name] = number
        return number
    }

    /// Nil for a name that nothing was stored under.
    func knownNumber(of name: String) throws(SQLiteFailure) -> Int64? {
        if let number = names[name] { return number }
        let select = statements.selectName
        select.bind(1, name)
        guard try select.step() else { return nil }
        let number = select.int64(0)
        select.reset()
        names[name] = number
        return number
    }

    var lastRowID: Int64 { sqlite3_last_insert_rowid(connection) }

    // MARK: Counts

    func count(_ change: Int64, destination: Int64, state: DeliveryState) {
        countChanges[CountKey(destination: destination, state: state.number), default: 0] += change
    }

    private func writeCounts() throws(SQLiteFailure) {
        let add = statements.addCount
        for (key, change) in countChanges where change != 0 {
            add.bind(1, key.destination)
            add.bind(2, key.state)
            add.bind(3, change)
            try add.run()
        }
        countChanges.removeAll(keepingCapacity: true)
    }
}
