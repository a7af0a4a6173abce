import GRDBSQLite
import Mappings
import Rules

/// One SQL statement, compiled once and run many times through SQLite's C interface.
///
/// Belongs to one connection and may be used only on that connection's thread. Parameters count from 1, columns from 0. Bound values
/// stay until they are bound again, so bind every parameter before each run.
final class PreparedStatement {
    fileprivate var handle: OpaquePointer?
    /// The owner, which will finalize the statement; nil: this.
    private let owner: AnyObject?
    private var bindCode = SQLITE_OK
    /// A place for a short value of each parameter, so that SQLite neither copies nor frees it.
    private let places: UnsafeMutableRawBufferPointer
    /// Bytes of such a value.
    private static let short = 64

    init(_ connection: OpaquePointer, _ sql: String) throws(SQLiteFailure) {
        var handle: OpaquePointer?
        let code = sqlite3_prepare_v3(connection, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &handle, nil)
        guard code == SQLITE_OK, let handle else { throw SQLiteFailure(connection, code: code) }
        self.handle = handle
        owner = nil
        places = Self.places(of: handle)
    }

    /// Uses a statement that someone else compiled and will finalize.
    init(borrowing handle: OpaquePointer, from owner: AnyObject) {
        self.handle = handle
        self.owner = owner
        places = Self.places(of: handle)
    }

    private static func places(of handle: OpaquePointer) -> UnsafeMutableRawBufferPointer {
        .allocate(byteCount: Int(sqlite3_bind_parameter_count(handle)) * short, alignment: 1)
    }

    deinit {
        if owner == nil {
            finalize()
        } else {
            sqlite3_reset(handle)
            // Whoever uses it next must not find what was here.
            sqlite3_clear_bindings(handle)
        }
        places.deallocate()
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
            let (start, destructor) = placed(UnsafeRawBufferPointer(bytes), index)
            note(
                sqlite3_bind_text64(
                    handle, index, start.assumingMemoryBound(to: CChar.self), UInt64(bytes.count), destructor, UInt8(SQLITE_UTF8)))
        }
    }

    /// Where SQLite finds a value, and what it does with it: a short one stays until its parameter is bound again, a long one is copied.
    private func placed(_ bytes: UnsafeRawBufferPointer, _ index: Int32) -> (UnsafeRawPointer, sqlite3_destructor_type?) {
        let place = (Int(index) - 1) * Self.short
        guard bytes.count <= Self.short, place + Self.short <= places.count, let own = places.baseAddress else {
            // An empty value may have no address, and no address would mean NULL.
            return (bytes.baseAddress ?? Self.somewhere, Self.transient)
        }
        let start = own + place
        if let source = bytes.baseAddress { start.copyMemory(from: source, byteCount: bytes.count) }
        return (UnsafeRawPointer(start), nil)
    }

    private nonisolated(unsafe) static let somewhere = UnsafeRawPointer(UnsafeMutableRawPointer.allocate(byteCount: 1, alignment: 1))

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

    func bind(_ index: Int32, _ digest: KeptDigest) {
        withUnsafeBytes(of: digest.words) { bind(index, $0) }
    }

    func bind(_ index: Int32, _ value: SQLValue) {
        switch value {
        case .null: note(sqlite3_bind_null(handle, index))
        case .int(let number): bind(index, number)
        case .text(let text): bind(index, text)
        case .bytes(let bytes): bind(index, bytes)
        case .id(let id): bind(index, id)
        case .digest(let digest): bind(index, digest)
        }
    }

    /// All parameters, from the first on.
    func bindAll<each Value: SQLParameter>(_ values: repeat each Value) {
        var index: Int32 = 0
        for value in repeat each values {
            index += 1
            bind(index, value.sql)
        }
    }

    private func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        if bytes.isEmpty { return note(sqlite3_bind_zeroblob(handle, index, 0)) }
        let (start, destructor) = placed(bytes, index)
        note(sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), destructor))
    }

    /// Binds bytes that are not copied: they must stay as they are until the statement has run.
    func bind(_ index: Int32, lent bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return note(sqlite3_bind_zeroblob(handle, index, 0)) }
        note(sqlite3_bind_blob64(handle, index, start, UInt64(bytes.count), nil))
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

    /// Binds all parameters, then runs.
    @discardableResult
    func run<First: SQLParameter, each Value: SQLParameter>(_ first: First, _ values: repeat each Value) throws(SQLiteFailure) -> Int {
        bindAll(first, repeat each values)
        return try run()
    }

    /// All rows that are left.
    func rows<Row>(_ decode: (PreparedStatement) -> Row) throws(SQLiteFailure) -> [Row] {
        var rows: [Row] = []
        while try step() { rows.append(decode(self)) }
        return rows
    }

    /// The first row; the others are not read.
    func first<Row>(_ decode: (PreparedStatement) -> Row) throws(SQLiteFailure) -> Row? {
        guard try step() else { return nil }
        defer { reset() }
        return decode(self)
    }
}

// MARK: Columns

extension PreparedStatement: RowReader {
    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }
    func int64(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }
    func bool(_ column: Int32) -> Bool { int64(column) != 0 }

    func text(_ column: Int32) -> String {
        guard let characters = sqlite3_column_text(handle, column) else { return "" }
        let count = Int(sqlite3_column_bytes(handle, column))
        return String(decoding: UnsafeBufferPointer(start: characters, count: count), as: UTF8.self)
    }

    func bytes(_ column: Int32) -> [UInt8] {
        guard let start = sqlite3_column_blob(handle, column) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
    }

    func withSixteenBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        guard let start = sqlite3_column_blob(handle, column), sqlite3_column_bytes(handle, column) == 16 else { return nil }
        return body(UnsafeRawBufferPointer(start: start, count: 16))
    }
}
