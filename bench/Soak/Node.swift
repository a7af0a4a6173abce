import Foundation

/// One gateway process on a port of its own, started again and again. It is ended by its own process id only.
actor Node {
    struct Failure: Error, CustomStringConvertible { var description: String }

    nonisolated let name: String
    nonisolated let port: Int
    nonisolated let configuration: String
    private let gateway: String
    private let folder: String
    /// How many files and sockets the process may have open; nil: what this process may.
    private let openFiles: Int?
    private let number: Int
    private let clock: WallClock?
    private let log: FileHandle
    private var process: Process?
    private var starts = 0
    private(set) var isUp = false
    /// The starts that ended by SIGKILL.
    private(set) var killed: Set<Launch> = []

    /// - Parameter number: from 1.
    init(
        number: Int, port: Int, gateway: String, folder: String, configuration: String, clock: WallClock?, openFiles: Int? = nil
    ) throws {
        self.number = number
        name = "node-\(number)"
        self.clock = clock
        self.port = port
        self.gateway = gateway
        self.folder = folder
        self.openFiles = openFiles
        self.configuration = "\(folder)/\(name).yaml"
        try configuration.write(toFile: self.configuration, atomically: true, encoding: .utf8)
        try Data().write(to: URL(filePath: "\(folder)/\(name).log"))
        log = try FileHandle(forWritingTo: URL(filePath: "\(folder)/\(name).log"))
    }

    /// The last start.
    private var newest: Launch { starts == 0 ? .none : Launch(node: number, number: starts) }

    /// Changes the configuration. A running gateway takes it within two seconds, a killed one at its next start.
    func edit(_ change: (String) -> String) throws {
        let text = try String(contentsOfFile: configuration, encoding: .utf8)
        try change(text).write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    private var outputPath: String { "\(folder)/\(name).out" }

    func launch() throws {
        try Data().write(to: URL(filePath: outputPath))
        let process = Process()
        let command = [gateway, "serve", "--config", configuration, "--log-level", "error"]
        // `exec` keeps the process id.
        let limit = openFiles.map { "ulimit -n \($0); " } ?? ""
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", limit + "exec \"$0\" \"$@\""] + command
        process.standardOutput = try FileHandle(forWritingTo: URL(filePath: outputPath))
        process.standardError = log
        let last = newest
        starts += 1
        try edit { $0.replacing("/\(last)", with: "/\(newest)") }
        if let clock { process.environment = clock.environment }
        try process.run()
        self.process = process
    }

    /// Waits for the line `listening on HOST:PORT`.
    func waitUntilUp(within limit: Duration = .seconds(60)) async throws {
        let end = ContinuousClock.now + limit
        while true {
            if let text = try? String(contentsOfFile: outputPath, encoding: .utf8), text.contains("listening on ") { break }
            guard process?.isRunning == true else {
                throw Failure(description: "\(name) ended by itself with \(process?.terminationStatus ?? -1): \(tail)")
            }
            guard ContinuousClock.now < end else { throw Failure(description: "\(name) did not listen within \(limit): \(tail)") }
            try await Task.sleep(for: .milliseconds(10))
        }
        isUp = true
    }

    var processID: Int32? { process?.processIdentifier }

    /// SIGKILL, at once. True if the process was running.
    func kill() async -> Bool {
        isUp = false
        guard let process, process.isRunning else { return false }
        killed.insert(newest)
        Foundation.kill(process.processIdentifier, SIGKILL)
        while process.isRunning { try? await Task.sleep(for: .milliseconds(2)) }
        return process.terminationReason == .uncaughtSignal
    }

    /// SIGTERM; the exit code, nil if it did not end in time.
    func terminate() async -> Int32? {
        isUp = false
        guard let process, process.isRunning else { return nil }
        Foundation.kill(process.processIdentifier, SIGTERM)
        let end = ContinuousClock.now + .seconds(30)
        while process.isRunning {
            guard ContinuousClock.now < end else { return nil }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return process.terminationStatus
    }

    /// Why a node that should run does not; nil if all is well.
    var complaint: String? {
        guard isUp, let process, !process.isRunning else { return nil }
        return "\(name) ended by itself with \(process.terminationStatus): \(tail)"
    }

    private var tail: String {
        let text = (try? String(contentsOfFile: "\(folder)/\(name).log", encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(3).joined(separator: " / ")
    }
}

/// A TCP port that nobody listens on, below those the system gives to clients.
func freePort(_ dice: inout Dice) -> Int {
    for _ in 0..<1000 {
        let port = Int.random(in: 15_000..<32_000, using: &dice)
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let isFree = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        if isFree { return port }
    }
    return 0
}
