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
    private var names = NameNumbers()
    private var countChanges = CountChanges<Int64>()
    /// Those that are not hot, by their text.
    private var prepared: [String: PreparedStatement] = [:]
    private var logFrames: Int32 = 0
    /// Corrections that wait, by source, as far as this transaction has counted them.
    var waitingCounts: [Int64: Int] = [:]
    var prunePlaces = PrunePlaces()

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
        for statement in prepared.values { statement.finalize() }
    }

    // MARK: Statements

    /// A statement that is compiled at its first use.
    func prepare(_ sql: String) throws(SQLiteFailure) -> PreparedStatement {
        if let statement = prepared[sql] { return statement }
        let statement = try PreparedStatement(connection, sql)
        prepared[sql] = statement
        return statement
    }

    /// Returns how many rows it changed.
    @discardableResult
    func run<each Value: SQLParameter>(_ sql: String, _ values: repeat each Value) throws(SQLiteFailure) -> Int {
        let statement = try prepare(sql)
        statement.bindAll(repeat each values)
        return try statement.run()
    }

    func rows<Row, each Value: SQLParameter>(
        _ sql: String, _ values: repeat each Value, decode: (PreparedStatement) -> Row
    ) throws(SQLiteFailure) -> [Row] {
        let statement = try prepare(sql)
        statement.bindAll(repeat each values)
        return try statement.rows(decode)
    }

    func first<Row, each Value: SQLParameter>(
        _ sql: String, _ values: repeat each Value, decode: (PreparedStatement) -> Row
    ) throws(SQLiteFailure) -> Row? {
        let statement = try prepare(sql)
        statement.bindAll(repeat each values)
        return try statement.first(decode)
    }

    // MARK: Transactions

    /// A transaction that has applied so many corrections applies no more: each costs many times a plain conversion, and everybody waits
    /// for the commit. A plain conversion still joins it.
    private static let mostSteps = 100

    /// Whether this transaction leaves further corrections to a later one.
    var hasManySteps: Bool { countChanges.steps >= Self.mostSteps }

    /// Runs the writes in one transaction and hands each its outcome after the commit. Returns those that are left to a later one.
    ///
    /// A write that fails by itself (a constraint) takes no other with it; a failure of the file fails all, and nothing of them stays.
    func commit(_ batch: [any QueuedWrite]) -> [any QueuedWrite] {
        do throws(SQLiteFailure) {
            try transaction { () throws(SQLiteFailure) in
                for write in batch { try write.run(self) }
            }
        } catch {
            guard error.concernsFile else { return commitSeparately(batch) }
            let failure = StoreError(error, path: path)
            for write in batch { write.finish(failure) }
            return []
        }
        var postponed: [any QueuedWrite] = []
        for write in batch { if write.isPostponed { postponed.append(write) } else { write.finish(nil) } }
        return postponed
    }

    /// The slow way, once a write is known to fail: a savepoint around each.
    private func commitSeparately(_ batch: [any QueuedWrite]) -> [any QueuedWrite] {
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
                        waitingCounts.removeAll()
                        countChanges = before
                    }
                    try statements.release.run()
                }
            }
            for (write, failure) in zip(batch, failures) where !write.isPostponed { write.finish(failure) }
            return batch.filter(\.isPostponed)
        } catch {
            let failure = StoreError(error, path: path)
            for write in batch { write.finish(failure) }
            return []
        }
    }

    private func transaction(_ body: () throws(SQLiteFailure) -> Void) throws(SQLiteFailure) {
        waitingCounts.removeAll()
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

    /// Copies what is left in the log into the file; when nothing is left, the next commit starts the log from its beginning.
    func checkpoint() {
        sqlite3_wal_checkpoint_v2(connection, nil, SQLITE_CHECKPOINT_PASSIVE, nil, nil)
    }

    // MARK: Names

    /// The number of a source, tracker or destination, given out at its first use.
    func number(of name: String) throws(SQLiteFailure) -> Int64 {
        if let number = try knownNumber(of: name) { return number }
        try statements.insertName.run(name)
        let number = sqlite3_last_insert_rowid(connection)
        names.add(name, number)
        return number
    }

    /// Nil for a name that nothing was stored under.
    func knownNumber(of name: String) throws(SQLiteFailure) -> Int64? {
        if let number = names.number(of: name) { return number }
        statements.selectName.bind(1, name)
        guard let number = try statements.selectName.first({ $0.int64(0) }) else { return nil }
        names.add(name, number)
        return number
    }

    var lastRowID: Int64 { sqlite3_last_insert_rowid(connection) }

    // MARK: Counts

    func count(_ change: Int64, destination: Int64, state: DeliveryState) { countChanges.add(change, destination, state) }

    func count(destination: Int64, from old: DeliveryState, to new: DeliveryState) { countChanges.move(destination, from: old, to: new) }

    func countStep() { countChanges.steps += 1 }

    private func writeCounts() throws(SQLiteFailure) {
        for (destination, state, change) in countChanges.all { try statements.addCount.run(destination, state, change) }
        countChanges.removeAll()
    }
}
