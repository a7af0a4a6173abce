import Mappings
import Rules

/// One row that a database found. Columns count from 0.
///
/// Both databases' rows conform, so that each kind of record is decoded in one place, `RowReader+Records.swift`.
protocol RowReader {
    func isNull(_ column: Int32) -> Bool
    func int64(_ column: Int32) -> Int64
    func bool(_ column: Int32) -> Bool
    func text(_ column: Int32) -> String
    func bytes(_ column: Int32) -> [UInt8]
    /// 16 bytes, most significant first.
    func withSixteenBytes<Value>(_ column: Int32, _ body: (UnsafeRawBufferPointer) -> Value) -> Value?
}

extension RowReader {
    func int(_ column: Int32) -> Int { Int(int64(column)) }
    func timestamp(_ column: Int32) -> Timestamp { Timestamp(microseconds: int64(column)) }
    func state(_ column: Int32) -> DeliveryState { DeliveryState(number: int64(column)) ?? .pending }

    /// Zero if the column holds no id.
    func id(_ column: Int32) -> ConversionID {
        withSixteenBytes(column) { bytes in
            ConversionID(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        } ?? .zero
    }

    /// Zero if the column holds no digest.
    func digest(_ column: Int32) -> KeptDigest {
        withSixteenBytes(column) { bytes in
            KeptDigest(words: (bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        } ?? KeptDigest(words: (0, 0))
    }

    // MARK: Columns that may be NULL

    func optional<Value>(_ column: Int32, _ read: (Int32) -> Value) -> Value? { isNull(column) ? nil : read(column) }
    func optionalInt(_ column: Int32) -> Int? { optional(column, int) }
    func optionalTimestamp(_ column: Int32) -> Timestamp? { optional(column, timestamp) }
    func optionalText(_ column: Int32) -> String? { optional(column, text) }
    func optionalBytes(_ column: Int32) -> [UInt8]? { optional(column, bytes) }
    func optionalID(_ column: Int32) -> ConversionID? { optional(column, id) }
}
