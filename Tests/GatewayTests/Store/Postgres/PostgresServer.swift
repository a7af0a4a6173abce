import Foundation
import Synchronization
import Testing

@testable import Gateway

/// A real PostgreSQL server in a temporary folder, with Debian's binaries and every safety on. It ends with the test process, however that ends.
///
/// PostgreSQL refuses to run as root; there it runs as `postgres` or `nobody`.
final class PostgresServer: Sendable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    /// One for all tests of this process that do not stop it; each takes a database of its own.
    static let shared = Result<PostgresServer, any Error> { try PostgresServer() }

    let port: Int
    private let folder: String
    private let user: String
    private let guardian: Mutex<(process: Process, input: Pipe)?> = Mutex(nil)
    private let count = Mutex(0)

    private static let binaries: String? = {
        let root = "/usr/lib/postgresql"
        let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
        let newest = versions.compactMap { Int($0) }.sorted().last {
            FileManager.default.isExecutableFile(atPath: "\(root)/\($0)/bin/initdb")
        }
        return newest.map { "\(root)/\($0)/bin" }
    }()

    init() throws {
        guard Self.binaries != nil else {
            throw Failure(description: "no PostgreSQL here; 'make test' installs Debian's package postgresql")
        }
        folder = "/tmp/gateway-pg-\(UUID().uuidString.prefix(8))"
        user = geteuid() != 0 ? "" : getpwnam("postgres") != nil ? "postgres" : "nobody"
        port = try Self.freePort()
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if !user.isEmpty { try Self.run("/bin/chown", user, folder) }
        try Self.run(command("initdb", "-D", "\(folder)/data", "-U", "gateway", "-A", "trust", "-E", "UTF8", "--no-locale"))
        try start()
    }

    deinit {
        stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Starts the server again after `stop`, on the same port; returns when it answers.
    func start() throws {
        let process = Process()
        let input = Pipe()
        process.executableURL = URL(filePath: "/bin/bash")
        // The shell stops the server when this process closes the pipe, or ends in any way. Not sh: its wait needs a signal that is blocked here.
        let script = #""$@" & pid=$!; read -r mode; kill -"${mode:-QUIT}" $pid; wait $pid; [ -n "$mode" ] || rm -rf "$FOLDER""#
        let settings = ["fsync=on", "synchronous_commit=off", "max_connections=1000", "shared_buffers=64MB", "log_min_messages=fatal"]
        process.arguments =
            ["-c", script, "sh"]
            + command(
                "postgres", ["-D", "\(folder)/data", "-p", "\(port)", "-k", folder, "-h", "127.0.0.1"] + settings.flatMap { ["-c", $0] })
        process.environment = ProcessInfo.processInfo.environment.merging(["FOLDER": folder]) { $1 }
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        guardian.withLock { $0 = (process, input) }
        for _ in 0..<1200 {
            if (try? PostgresConnection(address("postgres"), statementTimeout: .seconds(5), patience: .seconds(5))) != nil { return }
            usleep(50_000)
        }
        throw Failure(description: "PostgreSQL did not start in \(folder)")
    }

    /// - Parameter signal: `INT` ends sessions and flushes, `QUIT` is a crash.
    func stop(_ signal: String = "INT") {
        let guardian = guardian.withLock { guardian in
            defer { guardian = nil }
            return guardian
        }
        guard let guardian else { return }
        try? guardian.input.fileHandleForWriting.write(contentsOf: Data("\(signal)\n".utf8))
        guardian.process.waitUntilExit()
    }

    func restart(_ signal: String = "INT") throws {
        stop(signal)
        try start()
    }

    func url(_ database: String) -> String { "postgres://gateway@127.0.0.1:\(port)/\(database)" }
    func address(_ database: String) throws -> PostgresAddress { try PostgresAddress(parsing: url(database)) }

    /// The name of a new database without tables.
    func emptyDatabase() throws -> String {
        let name = count.withLock { count in
            count += 1
            return "test_\(count)"
        }
        _ = try query("CREATE DATABASE \(name)")
        return name
    }

    /// The name of a new database that is ready for use.
    func database() throws -> String {
        let name = try emptyDatabase()
        _ = try PostgresConversionStore.migrate(address(name))
        return name
    }

    /// The first column of what an SQL statement returns.
    @discardableResult
    func query(_ sql: String, in database: String = "postgres") throws -> [String] {
        let connection = try PostgresConnection(address(database), statementTimeout: .seconds(100), patience: .seconds(110))
        let rows = try connection.run(sql: sql)
        return rows.map { $0.text(0) }
    }

    /// The server's process.
    var pid: Int32? {
        let text = try? String(contentsOfFile: "\(folder)/data/postmaster.pid", encoding: .utf8)
        return text?.split(separator: "\n").first.flatMap { Int32($0) }
    }

    // MARK: Commands

    private func command(_ name: String, _ arguments: String...) -> [String] { command(name, arguments) }

    private func command(_ name: String, _ arguments: [String]) -> [String] {
        let own = ["\(Self.binaries ?? "")/\(name)"] + arguments
        return user.isEmpty
            ? own : ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(Self.group(of: user))", "--clear-groups", "--"] + own
    }

    private static func group(of user: String) -> String { getpwnam(user).map { "\($0.pointee.pw_gid)" } ?? "65534" }

    private static func run(_ command: String...) throws { try run(command) }

    private static func run(_ command: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: command[0])
        process.arguments = Array(command.dropFirst())
        process.currentDirectoryURL = URL(filePath: "/tmp")
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: "\(command.joined(separator: " ")) ended with \(process.terminationStatus)")
        }
    }

    static func freePort() throws -> Int {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address -> in_port_t? in
                guard bind(descriptor, address, length) == 0, getsockname(descriptor, address, &length) == 0 else { return nil }
                return UnsafeRawPointer(address).assumingMemoryBound(to: sockaddr_in.self).pointee.sin_port
            }
        }
        guard let port else { throw Failure(description: "no port is free") }
        return Int(UInt16(bigEndian: port))
    }
}

/// A store on a new database of the shared server, closed afterwards.
func withPostgres(
    _ limits: PostgresLimits = PostgresLimits(), _ body: (PostgresConversionStore, _ database: String) async throws -> Void
) async throws {
    let server = try PostgresServer.shared.get()
    let database = try server.database()
    let store = try PostgresConversionStore(server.address(database), limits: limits)
    do {
        try await body(store, database)
    } catch {
        await store.close()
        throw error
    }
    await store.close()
}
