import Foundation
import Testing

/// One running `gateway`, whose output goes to files.
final class GatewayProcess: Sendable {
    struct Failure: Error, CustomStringConvertible { var description: String }

    private let process: SpawnedProcess
    private let files: SpawnedProcess.Files

    init(_ arguments: [String], in folder: String, name: String, environment: [String: String], input: [UInt8]) throws {
        files = SpawnedProcess.Files(
            input: "\(folder)/\(name).in", output: "\(folder)/\(name).out", errors: "\(folder)/\(name).err")
        try Data(input).write(to: URL(filePath: files.input))
        process = try SpawnedProcess([Workbench.executable] + arguments, in: folder, environment: environment, files: files)
    }

    var pid: Int32 { process.pid }
    var isRunning: Bool { process.isRunning }
    var output: String { Self.text(files.output) }
    var errors: String { Self.text(files.errors) }
    var lines: [String] { output.split(separator: "\n").map(String.init) }

    private static func text(_ path: String) -> String {
        String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    }

    /// The port of the line `listening on HOST:PORT`.
    func port() async throws -> Int {
        let port = try await eventually { () -> Int? in
            // Without what is still being written.
            let whole = output.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
            if let line = whole.first(where: { $0.hasPrefix("listening on ") }) {
                return line.split(separator: ":").last.flatMap { Int($0) }
            }
            if let result = process.result { throw Failure(description: "gateway ended with \(result): \(errors)") }
            return nil
        }
        guard let port else { throw Failure(description: "gateway does not listen: \(output)\(errors)") }
        return port
    }

    /// Waits for the end. The exit code; the negative number of a signal that ended it.
    func ended() async throws -> Int32 {
        do {
            return try await process.ended()
        } catch let failure as SpawnedProcess.Failure {
            throw Failure(description: "\(failure): \(errors)")
        }
    }

    func terminate() { process.signal(SIGTERM) }
    func interrupt() { process.signal(SIGINT) }
    func kill() { process.signal(SIGKILL) }
    func hangUp() { process.signal(SIGHUP) }
    func pause() { process.signal(SIGSTOP) }
    func wake() { process.signal(SIGCONT) }

    /// Waits for a text in the log, as many times.
    func hasLogged(_ text: String, times: Int = 1) async throws -> Bool {
        try await eventually { errors.ranges(of: text).count >= times ? true : nil } ?? false
    }

    /// Waits until it takes no more connections, as once its end has begun.
    func refusesConnections(at port: Int) async throws {
        try await until { await !RawConnection.isAccepted(at: port) }
    }
}

/// The output of a command that has ended.
struct CommandRun: Sendable {
    var status: Int32
    var output: String
    var errors: String
    var lines: [String] { output.split(separator: "\n").map(String.init) }
}
