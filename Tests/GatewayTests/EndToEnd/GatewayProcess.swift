import Foundation

/// One running `gateway`, whose output goes to files. It is ended by its own process id only.
final class GatewayProcess: @unchecked Sendable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    private let process = Process()
    private let outputPath: String
    private let errorsPath: String

    init(_ arguments: [String], in folder: String, name: String, environment: [String: String], input: [UInt8]) throws {
        outputPath = "\(folder)/\(name).out"
        errorsPath = "\(folder)/\(name).err"
        let inputPath = "\(folder)/\(name).in"
        try Data().write(to: URL(filePath: outputPath))
        try Data().write(to: URL(filePath: errorsPath))
        try Data(input).write(to: URL(filePath: inputPath))
        process.executableURL = URL(filePath: Workbench.executable)
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle(forReadingAtPath: inputPath)
        process.standardOutput = FileHandle(forWritingAtPath: outputPath)
        process.standardError = FileHandle(forWritingAtPath: errorsPath)
        try process.run()
    }

    var pid: Int32 { process.processIdentifier }
    var isRunning: Bool { process.isRunning }
    var output: String { Self.text(outputPath) }
    var errors: String { Self.text(errorsPath) }
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// The port of the line `listening on HOST:PORT`.
    func port() async throws -> Int {
        let port = try await eventually(within: .seconds(30)) { () -> Int? in
            if let line = lines.first(where: { $0.hasPrefix("listening on ") }) {
                return line.split(separator: ":").last.flatMap { Int($0) }
            }
            if !isRunning { throw Failure(description: "gateway ended with \(process.terminationStatus): \(errors)") }
            return nil
        }
        guard let port else { throw Failure(description: "gateway does not listen: \(output)\(errors)") }
        return port
    }

    /// Waits for the end. The exit code; the negative number of a signal that ended it.
    func ended(within limit: Duration = .seconds(30)) async throws -> Int32 {
        guard try await eventually(within: limit, { isRunning ? nil : true }) != nil else {
            kill()
            throw Failure(description: "gateway did not end within \(limit): \(errors)")
        }
        return process.terminationReason == .uncaughtSignal ? -process.terminationStatus : process.terminationStatus
    }

    func terminate() { signal(SIGTERM) }
    func kill() { signal(SIGKILL) }
    func hangUp() { signal(SIGHUP) }

    /// Waits for a text in the log.
    func hasLogged(_ text: String, within limit: Duration = .seconds(15)) async throws -> Bool {
        try await eventually(within: limit) { errors.contains(text) ? true : nil } ?? false
    }

    private func signal(_ number: Int32) {
        if process.isRunning { _ = Foundation.kill(pid, number) }
    }
}

/// What a command that has ended said.
struct CommandRun: Sendable {
    var status: Int32
    var output: String
    var errors: String
    var lines: [String] { output.split(separator: "\n").map(String.init) }
}
