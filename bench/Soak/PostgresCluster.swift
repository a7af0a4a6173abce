import Foundation

/// A throw-away PostgreSQL in a folder of the run, with Debian's binaries. It ends with this process, however that ends.
///
/// PostgreSQL refuses to run as root; there it runs as `postgres`, else `nobody`.
actor PostgresCluster {
    struct Failure: Error, CustomStringConvertible { var description: String }

    nonisolated let port: Int
    private let binaries: String
    private let folder: String
    private let user: String
    private var guardian: (process: Process, input: Pipe)?

    nonisolated var url: String { "postgres://gateway@127.0.0.1:\(port)/postgres" }

    init(port: Int) throws {
        let root = "/usr/lib/postgresql"
        let versions = ((try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []).compactMap { Int($0) }.sorted()
        guard let newest = versions.last(where: { FileManager.default.isExecutableFile(atPath: "\(root)/\($0)/bin/initdb") }) else {
            throw Failure(description: "no PostgreSQL here; install Debian's package postgresql")
        }
        binaries = "\(root)/\(newest)/bin"
        self.port = port
        folder = "/tmp/soak-pg-\(ProcessInfo.processInfo.processIdentifier)"
        user = geteuid() != 0 ? "" : getpwnam("postgres") != nil ? "postgres" : "nobody"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        if !user.isEmpty { try Self.run(["/bin/chown", user, folder]) }
        try Self.run(
            Self.command(binaries, user, ["initdb", "-D", "\(folder)/data", "-U", "gateway", "-A", "trust", "-E", "UTF8", "--no-locale"]))
    }

    /// Returns when the server answers.
    func start() async throws {
        let process = Process()
        let input = Pipe()
        process.executableURL = URL(filePath: "/bin/bash")
        // The shell stops the server when this process closes the pipe, or ends in any way.
        process.arguments =
            [
                "-c", #""$@" & pid=$!; read -r mode; kill -"${mode:-QUIT}" $pid; wait $pid; [ -n "$mode" ] || rm -rf "$FOLDER""#, "bash",
            ]
            + Self.command(
                binaries, user,
                ["postgres", "-D", "\(folder)/data", "-p", "\(port)", "-k", folder, "-h", "127.0.0.1", "-c", "max_connections=200"])
        process.environment = ProcessInfo.processInfo.environment.merging(["FOLDER": folder]) { $1 }
        process.standardInput = input
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        guardian = (process, input)
        for _ in 0..<300 {
            if (try? Self.run(["\(binaries)/pg_isready", "-h", "127.0.0.1", "-p", "\(port)", "-q"])) != nil { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failure(description: "PostgreSQL did not start in \(folder)")
    }

    /// - Parameter signal: `INT` ends sessions and flushes, `QUIT` is a crash, and nothing is the end for good.
    func stop(_ signal: String = "") {
        guard let guardian else { return }
        self.guardian = nil
        try? guardian.input.fileHandleForWriting.write(contentsOf: Data("\(signal)\n".utf8))
        try? guardian.input.fileHandleForWriting.close()
        guardian.process.waitUntilExit()
    }

    func restart(_ signal: String) async throws {
        stop(signal)
        try await start()
    }

    private static func command(_ binaries: String, _ user: String, _ words: [String]) -> [String] {
        let own = ["\(binaries)/\(words[0])"] + words.dropFirst()
        guard !user.isEmpty else { return own }
        let group = getpwnam(user).map { "\($0.pointee.pw_gid)" } ?? "65534"
        return ["/usr/bin/setpriv", "--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--"] + own
    }

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
}

/// Restarts the database at random moments, by turns in good order and as a crash.
struct Restarter: Sendable {
    let cluster: PostgresCluster
    let seed: UInt64
    let times: Int
    let phase: Phase
    let tally: Tally

    func run() async throws {
        var dice = Dice(seed: seed, "restarter")
        while phase.isLoading, tally.databaseRestarts < times {
            try await Task.sleep(for: .seconds(2 + dice.share() * 6))
            guard phase.isLoading else { return }
            try await cluster.restart(tally.databaseRestarts % 2 == 0 ? "QUIT" : "INT")
            tally.restartedDatabase()
        }
    }
}
