import GRDBSQLite

#if canImport(Glibc)
    import Glibc
#endif

/// How SQLite gets its memory.
enum SQLiteMemory {
    /// Has SQLite not count its memory, once for the process and before its first connection: each allocation would take a lock that all threads
    /// share, and nobody asks for the sum.
    static let countsNothing: Void = {
        #if canImport(Glibc)
            // It takes any number of arguments, so Swift does not show it. Here such a call is one like any other.
            typealias Configure = @convention(c) (Int32, Int32) -> Int32
            guard let configure = dlsym(nil, "sqlite3_config") else { return }
            _ = unsafeBitCast(configure, to: Configure.self)(SQLITE_CONFIG_MEMSTATUS, 0)
        #endif
    }()
}
