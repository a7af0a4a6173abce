import CPostgres
import Mappings
import Rules

/// The rows of one statement, in binary form. Rows and columns count from 0.
final class PostgresResult {
    private let handle: OpaquePointer

    /// Takes the result over and frees it at the end.
    init(owning handle: OpaquePointer) { self.handle = handle }

    deinit { PQclear(handle) }

    var rows: Range<Int32> { 0..<PQntuples(handle) }
    var count: Int { Int(PQntuples(handle)) }
    var isEmpty: Bool { PQntuples(handle) == 0 }

    func isNull(_ row: Int32, _ column: Int32) -> Bool { PQgetisnull(handle, row, column) != 0 }

    private func buffer(_ row: Int32, _ column: Int32) -> UnsafeRawBufferPointer {
        guard let start = PQgetvalue(handle, row, column) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        return UnsafeRawBufferPointer(start: start, count: Int(PQgetlength(handle, row, column)))
    }

    /// A whole number of any width.
    func int64(_ row: Int32, _ column: Int32) -> Int64 {
        let bytes = buffer(row, column)
        guard let first = bytes.first else { return 0 }
        return bytes.dropFirst().reduce(Int64(Int8(bitPattern: first))) { $0 << 8 | Int64($1) }
    }

    func int(_ row: Int32, _ column: Int32) -> Int { Int(int64(row, column)) }
    func bool(_ row: Int32, _ column: Int32) -> Bool { buffer(row, column).first == 1 }
    func timestamp(_ row: Int32, _ column: Int32) -> Timestamp { Timestamp(microseconds: int64(row, column)) }
    func text(_ row: Int32, _ column: Int32) -> String { String(decoding: buffer(row, column), as: UTF8.self) }
    func bytes(_ row: Int32, _ column: Int32) -> [UInt8] { Array(buffer(row, column)) }

    func id(_ row: Int32, _ column: Int32) -> ConversionID {
        let bytes = buffer(row, column)
        guard bytes.count == 16 else { return ConversionID(high: 0, low: 0) }
        return ConversionID(
            high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }

    /// As much of a digest as the store keeps; the rest is zero.
    func digest(_ row: Int32, _ column: Int32) -> Digest32 {
        let bytes = buffer(row, column)
        guard bytes.count == 16 else { return Digest32(words: (0, 0, 0, 0)) }
        return Digest32(words: (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self), 0, 0))
    }

    // MARK: Columns that may be NULL

    func optionalInt(_ row: Int32, _ column: Int32) -> Int? { isNull(row, column) ? nil : int(row, column) }
    func optionalTimestamp(_ row: Int32, _ column: Int32) -> Timestamp? { isNull(row, column) ? nil : timestamp(row, column) }
    func optionalText(_ row: Int32, _ column: Int32) -> String? { isNull(row, column) ? nil : text(row, column) }
    func optionalBytes(_ row: Int32, _ column: Int32) -> [UInt8]? { isNull(row, column) ? nil : bytes(row, column) }
    func optionalID(_ row: Int32, _ column: Int32) -> ConversionID? { isNull(row, column) ? nil : id(row, column) }
}

extension Digest32 {
    /// As much of it as the store keeps.
    var kept: Digest32 { Digest32(words: (words.0, words.1, 0, 0)) }
}
