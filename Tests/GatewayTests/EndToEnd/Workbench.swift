import Foundation
import Mappings
import Synchronization
import Testing

/// A temporary folder with configurations and stores, and the processes that run in it; all end and go with it.
final class Workbench: Sendable {
    /// Beside the test bundle.
    static let executable: String = {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ProcessInfo.processInfo.arguments[0]
        return URL(filePath: own).deletingLastPathComponent().appending(path: "gateway").path
    }()
    static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    let folder: String
    private let processes = Mutex<[GatewayProcess]>([])
    private let environment: Mutex<[String: String]>

    private init(folder: String, environment: [String: String]) {
        self.folder = folder
        self.environment = Mutex(environment)
    }

    static func use<Result>(environment: [String: String] = [:], _ body: (Workbench) async throws -> Result) async throws -> Result {
        let folder = FileManager.default.temporaryDirectory.appending(path: "gateway-e2e-\(UUID().uuidString)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        let bench = Workbench(folder: folder, environment: environment)
        defer {
            for process in bench.processes.withLock({ $0 }) { process.kill() }
            try? FileManager.default.removeItem(atPath: folder)
        }
        return try await body(bench)
    }

    func set(_ name: String, _ value: String) { environment.withLock { $0[name] = value } }

    func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let url = URL(filePath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
    }

    func start(_ arguments: String..., input: [UInt8] = []) throws -> GatewayProcess { try start(arguments, input: input) }

    private func start(_ arguments: [String], input: [UInt8]) throws -> GatewayProcess {
        let number = processes.withLock { $0.count }
        let process = try GatewayProcess(
            arguments, in: folder, name: "process-\(number)", environment: environment.withLock { $0 }, input: input)
        processes.withLock { $0.append(process) }
        return process
    }

    func run(_ arguments: String..., input: String = "") async throws -> CommandRun { try await run(arguments, input: input) }

    func run(_ arguments: [String], input: String = "") async throws -> CommandRun {
        let process = try start(arguments, input: Array(input.utf8))
        let status = try await process.ended()
        return CommandRun(status: status, output: process.output, errors: process.errors)
    }

    /// The rows of a list that a command prints with `--json`.
    func rows(_ arguments: String...) async throws -> [JSONValue] {
        let process = try start(arguments + ["--json", "--limit", "100000"], input: [])
        let status = try await process.ended()
        #expect(status == 0, "\(process.errors)")
        guard case .array(let rows) = try JSONValue(parsing: Array(process.output.utf8)) else { return [] }
        return rows
    }

    /// The attempts of a delivery, oldest first.
    func attempts(of delivery: String) async throws -> [JSONValue] {
        let shown = try JSONValue(parsing: try await run("deliveries", "show", "--json", delivery).output)
        guard case .array(let deliveries)? = shown["deliveries"], case .array(let log)? = deliveries.first?["log"] else { return [] }
        return log
    }

    func firstAttempt(of delivery: String) async throws -> JSONValue { try await attempts(of: delivery).first ?? .null }

    /// `destination state` of every delivery, sorted.
    func states() async throws -> [String] {
        try await rows("deliveries").map { "\($0.text("destination")) \($0.text("state"))" }.sorted()
    }

    /// Waits until no delivery is pending any more.
    func settled(_ count: Int, within limit: Duration = .seconds(20)) async throws -> [JSONValue] {
        var last: [JSONValue] = []
        let done = try await eventually(within: limit) { () -> [JSONValue]? in
            last = try await rows("deliveries")
            return last.count >= count && last.allSatisfy { $0.text("state") != "pending" } ? last : nil
        }
        return done ?? last
    }

    /// The names of files of the store that hold these bytes.
    func storeFiles(holding text: String) throws -> [String] {
        let needle = Data(text.utf8)
        return try FileManager.default.contentsOfDirectory(atPath: folder).filter { name in
            name.contains(".db") && FileManager.default.contents(atPath: "\(folder)/\(name)")?.range(of: needle) != nil
        }
    }
}

extension JSONValue {
    /// A member's text; nothing where it is missing.
    func text(_ name: String) -> String { self[name]?.plainText ?? "" }
}
