import GRDBSQLite

/// Gathers what a commit writes into the write-ahead log, so that it goes out in one piece: SQLite writes the header of each page, then the page.
///
/// What is gathered waits for the sync, or for anything else that is asked of the file. Before the sync nobody but the connection itself may read
/// it, whatever the system did with it: with `synchronous = FULL` SQLite tells other connections of a commit only after the sync. So this is
/// for a connection with that setting alone.
enum LogGathering {
    /// What SQLite calls for the file, with what belongs to it behind.
    private struct Methods {
        var table: sqlite3_io_methods
        let original: UnsafePointer<sqlite3_io_methods>
        let bytes: UnsafeMutableRawPointer
        /// Where the first byte belongs.
        var start: sqlite3_int64 = 0
        var count = 0
    }

    private typealias File = UnsafeMutablePointer<sqlite3_file>

    private static let capacity = 128 * 1024

    /// Takes its place between the connection and its log, until the file is closed. Without a log nothing is done.
    static func begin(_ connection: OpaquePointer) {
        var pointer: File?
        guard sqlite3_file_control(connection, "main", SQLITE_FCNTL_JOURNAL_POINTER, &pointer) == SQLITE_OK, let file = pointer,
            let original = file.pointee.pMethods
        else { return }
        let methods = UnsafeMutablePointer<Methods>.allocate(capacity: 1)
        methods.initialize(
            to: Methods(table: table(original.pointee), original: original, bytes: .allocate(byteCount: capacity, alignment: 16)))
        file.pointee.pMethods = UnsafeRawPointer(methods).assumingMemoryBound(to: sqlite3_io_methods.self)
    }

    /// The first version of the interface: the others are for shared memory and mappings, which a log has not.
    private static func table(_ original: sqlite3_io_methods) -> sqlite3_io_methods {
        var table = original
        table.iVersion = 1
        table.xWrite = { file, bytes, count, offset in file.map { LogGathering.write($0, bytes, Int(count), offset) } ?? SQLITE_MISUSE }
        table.xRead = { file, bytes, count, offset in LogGathering.flushed(file) { $1.xRead($0, bytes, count, offset) } }
        table.xTruncate = { file, size in LogGathering.flushed(file) { $1.xTruncate($0, size) } }
        table.xSync = { file, flags in LogGathering.flushed(file) { $1.xSync($0, flags) } }
        table.xFileSize = { file, size in LogGathering.flushed(file) { $1.xFileSize($0, size) } }
        table.xFileControl = { file, operation, argument in LogGathering.flushed(file) { $1.xFileControl($0, operation, argument) } }
        table.xClose = { file in file.map { LogGathering.close($0) } ?? SQLITE_MISUSE }
        return table
    }

    private static func methods(of file: File) -> UnsafeMutablePointer<Methods> {
        UnsafeMutableRawPointer(mutating: file.pointee.pMethods).assumingMemoryBound(to: Methods.self)
    }

    private static func write(_ file: File, _ bytes: UnsafeRawPointer?, _ count: Int, _ offset: sqlite3_int64) -> Int32 {
        let methods = methods(of: file)
        let continues = offset == methods.pointee.start + sqlite3_int64(methods.pointee.count)
        if !continues || methods.pointee.count + count > capacity {
            let code = flush(file)
            guard code == SQLITE_OK else { return code }
        }
        guard count <= capacity, let bytes else { return methods.pointee.original.pointee.xWrite(file, bytes, Int32(count), offset) }
        if methods.pointee.count == 0 { methods.pointee.start = offset }
        (methods.pointee.bytes + methods.pointee.count).copyMemory(from: bytes, byteCount: count)
        methods.pointee.count += count
        return SQLITE_OK
    }

    /// Writes what was gathered. If that fails, it is forgotten, as the transaction is that it belongs to.
    private static func flush(_ file: File) -> Int32 {
        let methods = methods(of: file)
        let count = methods.pointee.count
        if count == 0 { return SQLITE_OK }
        methods.pointee.count = 0
        return methods.pointee.original.pointee.xWrite(file, methods.pointee.bytes, Int32(count), methods.pointee.start)
    }

    private static func flushed(_ file: File?, then next: (File, sqlite3_io_methods) -> Int32) -> Int32 {
        guard let file else { return SQLITE_MISUSE }
        let code = flush(file)
        return code == SQLITE_OK ? next(file, methods(of: file).pointee.original.pointee) : code
    }

    private static func close(_ file: File) -> Int32 {
        let code = flush(file)
        let methods = methods(of: file)
        let original = methods.pointee.original
        methods.pointee.bytes.deallocate()
        methods.deallocate()
        file.pointee.pMethods = original
        let closed = original.pointee.xClose(file)
        return code == SQLITE_OK ? closed : code
    }
}
