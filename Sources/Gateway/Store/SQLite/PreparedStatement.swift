import GRDBSQLite
import Mappings
import Rules

/// One SQL statement, compiled once and run many times through SQLite's C interface.
///
/// Belongs to one connection and may be used only where that connection may. Parameters count from 1, columns from 0. Bound values
/// stay until they are bound again, so bind every parameter before each run.
final class PreparedStatement {
    private var handle: OpaquePointer?
    /// Who will finalize the statement; nil: this.
    private let owner: AnyObject?
    private var bindCode = SQLITE_OK

    init(_ connection: OpaquePointer, _ sql: String) throws(SQLiteFailure) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw SQLiteFailure(connection, code: code) }
        self.handle = handle
        owner = nil
    }

    /// Uses a statement that someone else compiled and will finalize.
    init(borrowing handle: OpaquePointer, from owner: AnyObject) {
        self.handle = handle
        self.owner = owner
    }

    deinit {
        if owner == nil { finalize() } else { sqlite3_reset(handle) }
    }

    /// Every later use fails with `SQLITE_MISUSE`.
    func finalize() {
        sqlite3_finalize(handle)
        handle = nil
    }

    // MARK: Parameters

    func bind(_ index: Int32, _ value: Int64) { note(sqlite3_bind_int64(handle, index, value)) }
    func bind(_ index: Int32, _ value: Int) { bind(index, Int64(value)) }
    func bind(_ index: Int32, _ value: Timestamp) { bind(index, value.microseconds) }
    func bind(_ index: Int32, _ value: Timestamp?) { bind(index, value?.microseconds) }

    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { note(sqlite3_bind_null(handle, index)) }
    }

    func bind(_ index: Int32, _ text: String) {
        var text = text
        text.withUTF8 { bytes in
            bytes.withMemoryRebound(to: CChar.self) { characters in
                // An empty string may have no address, and no address would mean NULL.
                let start = characters.baseAddress
                let code =
                    start == nil
                    ? sqlite3_bind_text(handle, index, "", 0, Self.transient)
                    : sqlite3_bind_text64(handle, index, start, UInt64(characters.count), Self.transient, UInt8(SQLITE_UTF8))
                note(code)
            }
        }
    }

    func bind(_ index: Int32, _ text: String?) {
        if let text { bind(index, text) } else { note(sqlite3_bind_null(handle, index)) }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { bind(index, $0) }
    }

    func bind(_ index: Int32, _ bytes: [UInt8]?) {
        if let bytes { bind(index, bytes) } else { note(sqlite3_bind_null(handle, index)) }
    }

    /// 16 bytes, most significant first, so that ids sort as bytes too.
    func bind(_ index: Int32, _ id: ConversionID) {
        withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) { bind(index, $0) }
    }

    /// The digest's first 16 bytes: enough to tell contents apart, and half the pages.
    func bind(_ index: Int32, _ digest: Digest32) {
        withUnsafeBytes(of: (digest.words.0, digest.words.1)) { bind(index, $0) }
    }

    private func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, bytes.count > 0 else { return note(sqlite3_bind_zeroblob(handle, index, 0)) }
        note(sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), Self.transient))
    }

    private func note(_ code: Int32) {
        if code != SQLITE_OK { bindCode = code }
    }

    private static let transient = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    // MARK: Running

    /// True while there is a row to read. Call `reset` when done reading before the end.
    func step() throws(SQLiteFailure) -> Bool {
        guard bindCode == SQLITE_OK else {
            let code = bindCode
            bindCode = SQLITE_OK
            throw SQLiteFailure(sqlite3_db_handle(handle), code: code)
        }
        let code = sqlite3_step(handle)
        if code == SQLITE_ROW { return true }
        if code == SQLITE_DONE {
            sqlite3_reset(handle)
            return false
        }
        let failure = SQLiteFailure(sqlite3_db_handle(handle), code: code)
        sqlite3_reset(handle)
        throw failure
    }

    func reset() { sqlite3_reset(handle) }

    /// Runs a statement whose rows, if any, do not matter. Returns how many rows it changed.
    @discardableResult
    func run() throws(SQLiteFailure) -> Int {
        while try step() {}
        return Int(sqlite3_changes(sqlite3_db_handle(handle)))
    }

    // MARK: Columns

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func int(_ column: Int32) -> Int { Int(sqlite3_column_int64(handle, column)) }
    func timestamp(_ column: Int32) -> Timestamp { Timestamp(microseconds: int64(column)) }
    func optionalTimestamp(_ column: Int32) -> Timestamp? { isNull(column) ? nil : timestamp(column) }
    func optionalInt(_ column: Int32) -> Int? { isNull(column) ? nil : int(column) }

    func text(_ column: Int32) -> String {
        guard let characters = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: characters, count: count), as: UTF8.self)
    }

    func optionalText(_ column: Int32) -> String? { isNull(column) ? nil : text(column) }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func optionalBytes(_ column: Int32) -> [UInt8]? { isNull(column) ? nil : bytes(column) }

    func id(_ column: Int32) -> ConversionID {
        guard let start = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 else {
            return ConversionID(high: 0, low: 0)
        }
        return ConversionID(
            high: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
    }

    func optionalID(_ column: Int32) -> ConversionID? { isNull(column) ? nil : id(column) }

    /// As much of a digest as binding one stores; it is equal to others of which as much was read or bound.
    func digest(_ column: Int32) -> Digest32 {
        let id = id(column)
        return Digest32(words: (id.high.byteSwapped, id.low.byteSwapped, 0, 0))
    }

    /// Whether the column holds what binding `digest` stores.
    func equals(_ column: Int32, _ digest: Digest32) -> Bool {
        guard let start = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 else { return false }
        let words = (start.loadUnaligned(as: UInt64.self), start.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        return words == (digest.words.0, digest.words.1)
    }
}
