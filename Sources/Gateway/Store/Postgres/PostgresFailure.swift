import CPostgres

/// What PostgreSQL, or the way to it, answered instead of a result.
struct PostgresFailure: Error {
    /// Five characters, `40001` for one; empty if the failure is libpq's own.
    var sqlState: String
    /// One line, without credentials.
    var message: String
    /// The function of the server that reported it, in every language of its messages.
    var function = ""
    /// The connection is of no further use, and what it was doing may or may not have been committed.
    var isLost = false

    init(sqlState: String = "", message: String, function: String = "", isLost: Bool = false) {
        self.sqlState = sqlState
        self.message = message
        self.function = function
        self.isLost = isLost
    }

    /// - Parameter result: of a statement that failed.
    init(_ result: OpaquePointer, isLost: Bool) {
        sqlState = PQresultErrorField(result, Self.field("C")).map { String(cString: $0) } ?? ""
        let text = PQresultErrorField(result, Self.field("M")) ?? PQresultErrorMessage(result)
        message = Self.oneLine(text.map { String(cString: $0) } ?? "no reason was given")
        function = PQresultErrorField(result, Self.field("R")).map { String(cString: $0) } ?? ""
        self.isLost = isLost
    }

    /// libpq names the fields of an error by letters.
    private static func field(_ letter: Character) -> Int32 { Int32(letter.asciiValue ?? 0) }

    static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).map { $0.drop { $0 == " " || $0 == "\t" } }.joined(separator: "; ")
    }

    /// Two nodes wanted the same rows in another order, or changed what was read: the transaction may simply be run again.
    var mayBeRunAgain: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// One row may be at fault rather than the database, so that the other rows of a batch would fare better without it.
    var concernsRow: Bool { isRowsOwn || ["23", "42"].contains(sqlState.prefix(2)) }

    /// The database does not take the row, now or later: a value is of no use to it (22), breaks a rule of a table (23), or is too large for
    /// an index (54). A key that another transaction took is no such failure; nor is 54 from a server that has no transaction number left,
    /// which is the same for every row.
    var isRowsOwn: Bool {
        switch sqlState.prefix(2) {
        case "22": true
        case "23": !isTaken
        case "54": !function.hasPrefix("GetNew")
        default: false
        }
    }

    /// Another transaction took this key first.
    var isTaken: Bool { sqlState == "23505" }
}

extension StoreError {
    /// - Parameter place: the database, as people may see it.
    init(_ failure: PostgresFailure, place: String) {
        switch failure.sqlState {
        case "53100", "53200":
            self.init(.full, "\(place) has no space left (\(failure.message)); free some, the gateway goes on by itself")
        case "25006":
            self.init(.readOnly, "\(place) cannot be written to (\(failure.message)); name the primary server")
        case "42501":
            self.init(.readOnly, "\(place) does not let this user write (\(failure.message)); grant it the gateway's tables")
        case "53300":
            self.init(.busy, "\(place) has no connection left (\(failure.message)); raise max_connections or run fewer gateways")
        case "40001", "40P01", "55P03", "57014":
            self.init(.busy, "\(place) was too busy (\(failure.message)); try again in a moment")
        case "XX001", "XX002":
            self.init(.corrupt, "\(place) is damaged (\(failure.message)); restore it from a backup")
        case "42P01":
            self.init(.unavailable, "\(place) holds no gateway tables; run 'gateway migrate'")
        case "28P01", "28000", "3D000":
            self.init(.unavailable, "\(place) does not let this gateway in: \(failure.message)")
        case _ where failure.isRowsOwn:
            self.init(.unstorable, "\(place) does not take this row: \(failure.message)")
        case _ where failure.isLost || failure.sqlState.hasPrefix("08") || failure.sqlState.hasPrefix("57P"):
            self.init(.unreachable, "\(place) is not reachable: \(failure.message)")
        default:
            self.init(.unavailable, "\(place) refused a statement: \(failure.message)")
        }
    }

    static func closed(place: String) -> Self { Self(.closed, "the store on \(place) is closed") }
}
