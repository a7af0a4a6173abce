import Mappings
import Rules

/// A value on its way into a statement of either database.
enum SQLValue: Sendable {
    case null
    case int(Int64)
    case text(String)
    case bytes([UInt8])
    case id(ConversionID)
    case digest(KeptDigest)
}

/// What a column can hold.
protocol SQLParameter {
    var sql: SQLValue { get }
}

extension Int64: SQLParameter { var sql: SQLValue { .int(self) } }
extension Int: SQLParameter { var sql: SQLValue { .int(Int64(self)) } }
/// 1 or 0; PostgreSQL's statements compare with 1.
extension Bool: SQLParameter { var sql: SQLValue { .int(self ? 1 : 0) } }
extension Timestamp: SQLParameter { var sql: SQLValue { .int(microseconds) } }
extension DeliveryState: SQLParameter { var sql: SQLValue { .int(number) } }
extension String: SQLParameter { var sql: SQLValue { .text(self) } }
extension [UInt8]: SQLParameter { var sql: SQLValue { .bytes(self) } }
extension ConversionID: SQLParameter { var sql: SQLValue { .id(self) } }
extension KeptDigest: SQLParameter { var sql: SQLValue { .digest(self) } }
extension SQLValue: SQLParameter { var sql: SQLValue { self } }

extension Optional: SQLParameter where Wrapped: SQLParameter {
    var sql: SQLValue { self?.sql ?? .null }
}
