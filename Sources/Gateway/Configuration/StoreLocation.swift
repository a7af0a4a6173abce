import Mappings

/// `sqlite:gateway.db`, and a relative path starts at the configuration file's folder, or `postgres://user:password@host/database`.
enum StoreLocation: Sendable, Equatable {
    case sqlite(path: String)
    case postgres(PostgresAddress)

    struct Failure: Error, Equatable {
        var message: String
    }

    /// - Parameter folder: the configuration file's folder with a slash at its end, or nothing.
    init(parsing text: String, folder: String) throws(Failure) {
        guard let colon = text.firstIndex(of: ":") else {
            let path = text.isEmpty ? "gateway.db" : text
            throw Failure(
                message: "'store' must be sqlite:PATH or postgres://…, found \(text.quotedBriefly); write sqlite:\(path)")
        }
        let kind = String(text[..<colon])
        if PostgresAddress.schemes.contains(kind) {
            do throws(PostgresAddress.Failure) {
                self = .postgres(try PostgresAddress(parsing: text))
                return
            } catch {
                throw Failure(message: error.message)
            }
        }
        guard kind == "sqlite" else {
            // What follows is not shown: the URL of a database may hold a password.
            throw Failure(message: "unknown store \(kind.quotedBriefly)\(kind.suggestion(from: ["sqlite", "postgres"]))")
        }
        let path = String(text[text.index(after: colon)...])
        if path.isEmpty { throw Failure(message: "'store' needs a path, such as sqlite:gateway.db") }
        if path.hasPrefix("//"), !path.hasPrefix("///") {
            throw Failure(message: "'store' is sqlite:PATH without slashes in front of the path; write sqlite:\(path.dropFirst(2))")
        }
        if path.hasPrefix(":") {
            throw Failure(
                message: "a store in memory would lose conversions that were answered with 'ok'; write a path, such as sqlite:gateway.db")
        }
        self = .sqlite(path: path.hasPrefix("/") ? path : folder + path)
    }
}
