import CPostgres
import Mappings

/// The address of a PostgreSQL database: `postgres://user:password@host:5432/database?sslmode=require`, as libpq reads it.
///
/// The text may hold a password, so it is never shown; `description` is what people may see.
struct PostgresAddress: Sendable, Equatable, CustomStringConvertible {
    /// What libpq made of the URL, and what it does not set by itself.
    private let settings: [String: String]

    struct Failure: Error, Equatable { var message: String }

    static let schemes = ["postgres", "postgresql"]

    init(parsing url: String) throws(Failure) {
        var reason: UnsafeMutablePointer<CChar>?
        guard let options = PQconninfoParse(url, &reason) else {
            let text = reason.map { String(cString: $0) } ?? ""
            PQfreemem(reason)
            throw Failure(message: Self.sentence(for: PostgresFailure.oneLine(text)))
        }
        defer { PQconninfoFree(options) }
        var found: [String: String] = [:]
        var option = options
        while let keyword = option.pointee.keyword {
            if let value = option.pointee.val { found[String(cString: keyword)] = String(cString: value) }
            option += 1
        }
        settings = found
        let ports = found["port"]?.split(separator: ",").map(String.init) ?? []
        if let wrong = ports.first(where: { Int($0).map { !(1...65_535).contains($0) } ?? true }) {
            // Not shown: an @ or a : in a password that is not written as %40 or %3A ends up here.
            throw Failure(message: "a port of \(wrong.utf8.count) characters is no number from 1 to 65535; \(Self.shape)")
        }
        if let name = found["replication"] {
            throw Failure(message: "'replication=\(name)' is for copies of a database, not for a store; leave it out")
        }
    }

    /// libpq's own complaint quotes the URL, and with it the password, in all cases but one.
    private static func sentence(for complaint: String) -> String {
        let unknown = #"invalid URI query parameter: ""#
        if complaint.hasPrefix(unknown) {
            let name = String(complaint.dropFirst(unknown.count).prefix { $0 != "\"" })
            return "unknown parameter \(name.quotedBriefly) in the PostgreSQL URL; libpq's are sslmode, connect_timeout, options …"
        }
        return "this is no PostgreSQL URL; \(shape)"
    }

    private static let shape = "write postgres://user:password@host:5432/database, with %40 for an @ in the password, %3A for a : and so on"

    /// `PostgreSQL database 'gateway' at db.example:5432`, without user and password.
    var description: String {
        let host = settings["host"] ?? settings["hostaddr"] ?? "localhost"
        let name = settings["dbname"] ?? settings["user"]
        let port = settings["port"].map { $0.allSatisfy { $0 == "," } ? "5432" : $0 } ?? "5432"
        let place = host.hasPrefix("/") ? host : "\(host):\(port)"
        return name.map { "PostgreSQL database '\($0)' at \(place)" } ?? "PostgreSQL at \(place)"
    }

    /// The URL itself holds one; libpq finds others in the environment and in `~/.pgpass`.
    var hasPassword: Bool { settings["password"]?.isEmpty == false }

    /// What libpq connects with: the URL's own settings, and bounds for waits if it has none, so that a server that has gone is
    /// noticed within seconds.
    var parameters: [(keyword: String, value: String)] {
        let bounds = [
            "connect_timeout": "3", "keepalives": "1", "keepalives_idle": "5", "keepalives_interval": "2", "keepalives_count": "3",
            "tcp_user_timeout": "8000", "fallback_application_name": "gateway",
        ]
        var all = bounds.merging(settings) { $1 }
        all["client_encoding"] = "UTF8"
        return all.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}
