import Foundation
import GRDB
import GRDBSQLite

/// An SQLite result code on its way to a sentence.
struct SQLiteFailure: Error {
    /// The primary code, `SQLITE_FULL` for one.
    var code: Int32
    /// The operating system's own error, zero if SQLite had none.
    var systemError: Int32
    var message: String

    init(_ connection: OpaquePointer?, code: Int32) {
        self.code = code & 0xFF
        systemError = connection.map(sqlite3_system_errno) ?? 0
        message = connection.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code))
    }

    /// Takes one write back, and no other that shares its transaction.
    static let takenBack = SQLiteFailure(nil, code: SQLITE_MISUSE)

    init(_ error: DatabaseError) {
        code = error.resultCode.rawValue
        systemError = 0
        message = error.message ?? "error \(code)"
    }

    /// Whether the failure concerns the file rather than the row, so that no other row would fare better.
    var concernsFile: Bool {
        switch code {
        case SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_RANGE, SQLITE_TOOBIG, SQLITE_ERROR, SQLITE_MISUSE: false
        default: true
        }
    }
}

extension SQLiteFailure {
    /// The file does not take the row, now or later: it breaks a rule of a table, or a value is too large.
    fileprivate var isRowsOwn: Bool { [SQLITE_CONSTRAINT, SQLITE_MISMATCH, SQLITE_TOOBIG].contains(code) }
}

extension StoreError {
    init(_ failure: SQLiteFailure, path: String) {
        switch failure.code {
        case SQLITE_FULL:
            self = .full(path)
        case SQLITE_IOERR where [ENOSPC, EDQUOT, EFBIG].contains(failure.systemError):
            self = .full(path)
        case SQLITE_IOERR:
            self.init(.unavailable, "the disk of '\(path)' failed (\(failure.message)); check the disk and the kernel's log")
        case SQLITE_READONLY, SQLITE_PERM, SQLITE_AUTH:
            self.init(.readOnly, "'\(path)' cannot be written to; let this user write the file and its folder")
        case SQLITE_BUSY, SQLITE_LOCKED:
            self.init(.busy, "'\(path)' is locked by another process; wait for it or stop it")
        case SQLITE_NOTADB:
            self.init(.corrupt, "'\(path)' is not a gateway store; name another file or restore it from a backup")
        case SQLITE_CORRUPT:
            self.init(.corrupt, "'\(path)' is damaged; restore it from a backup or rescue it with 'sqlite3 \(path) .recover'")
        case SQLITE_CANTOPEN:
            self.init(.unavailable, Self.cannotOpen(path))
        case _ where failure.isRowsOwn:
            self.init(.unstorable, "'\(path)' does not take this row: \(failure.message)")
        default:
            self.init(.unavailable, "'\(path)' refused a statement: \(failure.message)")
        }
    }

    /// Any error that a read or an opening can end with.
    init(_ error: any Error, path: String) {
        switch error {
        case let error as StoreError: self = error
        case let failure as SQLiteFailure: self.init(failure, path: path)
        case let error as DatabaseError where error.message == "Connection is closed": self = .closed(path)
        case let error as DatabaseError: self.init(SQLiteFailure(error), path: path)
        case is CancellationError: self.init(.unavailable, "the read from '\(path)' was cancelled")
        default: self.init(.unavailable, "'\(path)' failed: \(error)")
        }
    }

    static func full(_ path: String) -> Self {
        Self(.full, "no space is left for '\(path)'; free some, the store goes on by itself")
    }

    static func closed(_ path: String) -> Self { Self(.closed, "the store '\(path)' is closed") }

    private static func cannotOpen(_ path: String) -> String {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return "'\(path)' is a folder; name a file inside it"
        }
        let folder = (path as NSString).deletingLastPathComponent
        if !folder.isEmpty, !FileManager.default.fileExists(atPath: folder) {
            return "the folder of '\(path)' does not exist; create '\(folder)'"
        }
        return "'\(path)' cannot be opened; let this user read and write the file and its folder"
    }
}
