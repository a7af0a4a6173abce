import CPostgres
import Rules

/// The rows of one statement, in binary form.
final class PostgresResult: RandomAccessCollection {
    fileprivate let handle: OpaquePointer

    /// Takes the result over and frees it at the end.
    init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { PQclear(handle) }

    var startIndex: Int { 0 }
    var endIndex: Int { Int(PQntuples(handle)) }
    subscript(index: Int) -> PostgresRow { PostgresRow(result: self, index: Int32(index)) }
}

struct PostgresRow: RowReader {
    fileprivate let result: PostgresResult
    fileprivate let index: Int32

    func isNull(_ column: Int32) -> Bool { PQgetisnull(result.handle, index, column) != 0 }

    private func buffer(_ column: Int32) -> UnsafeRawBufferPointer {
        guard let start = PQgetvalue(result.handle, index, column) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(result.handle, index, column)))
    }

    /// A whole number of any width.
    func int64(_ column: Int32) -> Int64 {
        let bytes = buffer(column)
        guard let first = bytes.first else { return 0 }
        return bytes.dropFirst().reduce(Int64(Int8(bitPattern: first))) { $0 << 8 | Int64($1) }
    }

    func bool(_ column: Int32) -> Bool { buffer(column).first == 1 }
    func text(_ column: Int32) -> String { String(decoding: buffer(column), as: UTF8.self) }
    func bytes(_ column: Int32) -> [UInt8] { Array(buffer(column)) }

    func withSixteenBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value? {
        let bytes = buffer(column)
        return bytes.count == 16 ? body(bytes) : nil
    }
}
