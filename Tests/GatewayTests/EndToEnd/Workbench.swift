import Foundation
import Mappings
import Synchronization
import Testing

@testable import Gateway

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
    /// Most of a test is waiting, so some more than there are processors.
    private static let turnstile = Turnstile(places: 6)
    private let processes = Mutex<[GatewayProcess]>([])
    private let environment: Mutex<[String: String]>

    private init(folder: String, environment: [String: String]) {
        self.folder = folder
        self.environment = Mutex(environment)
    }

    static func use<Result>(environment: [String: String] = [:], _ body: (Workbench) async throws -> Result) async throws -> Result {
        try await Self.turnstile.pass {
            let folder = FileManager.default.temporaryDirectory.appending(path: "gateway-e2e-\(UUID().uuidString)").path
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            let bench = Workbench(folder: folder, environment: environment)
            defer {
                for process in bench.processes.withLock({ $0 }) { process.kill() }
                try? FileManager.default.removeItem(atPath: folder)
            }
            return try await body(bench)
        }
    }

    /// A bench with this configuration, and the tracker that its destinations are on.
    static func use<Result: Sendable>(
        _ configuration: ConfigurationText, environment: [String: String] = [:],
        tracker script: @escaping ScriptedTracker.Script = ScriptedTracker.always(.reply(200)),
        _ body: (Workbench, ScriptedTracker) async throws -> Result
    ) async throws -> Result {
        try await ScriptedTracker.run(script) { tracker in
            try await use(environment: environment.merging(["TRACKER": "\(tracker.port)"]) { own, _ in own }) { bench in
                try bench.configure(configuration)
                return try await body(bench, tracker)
            }
        }
    }

    /// The same with a gateway that serves, and ends well afterwards.
    static func serve<Result: Sendable>(
        _ configuration: ConfigurationText, environment: [String: String] = [:],
        tracker script: @escaping ScriptedTracker.Script = ScriptedTracker.always(.reply(200)),
        _ body: (Workbench, GatewayProcess, _ port: Int, ScriptedTracker) async throws -> Result
    ) async throws -> Result {
        try await use(configuration, environment: environment, tracker: script) { bench, tracker in
            try await bench.serve { gateway, port in try await body(bench, gateway, port, tracker) }
        }
    }

    /// A gateway that serves, and ends well afterwards.
    func serve<Result>(_ arguments: String..., body: (GatewayProcess, _ port: Int) async throws -> Result) async throws -> Result {
        let gateway = try start(["serve"] + arguments, input: [])
        let result = try await body(gateway, gateway.port())
        gateway.terminate()
        #expect(try await gateway.ended() == 0)
        return result
    }

    func configure(_ configuration: ConfigurationText) throws { try write(configuration.text, to: "gateway.yaml") }

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

    /// What a command shows on a terminal, line by line and without colours.
    func show(_ arguments: [String], columns: Int) async throws -> (lines: [String], hasColours: Bool) {
        let terminal = try PseudoTerminal(columns: columns)
        let process = try SpawnedProcess(
            [Self.executable] + arguments, in: folder, environment: environment.withLock { $0 },
            files: SpawnedProcess.Files(output: terminal.path, errors: terminal.path))
        // What is not read stops the process.
        _ = try await eventually {
            terminal.read()
            return process.result
        }
        _ = try await process.ended()
        terminal.read()
        let text = terminal.text
        return (text.replacing(/\u{1B}\[[0-9;]*m/, with: "").split(separator: "\r\n").map(String.init), text.contains("\u{1B}["))
    }

    /// The rows of a list that a command prints with `--json`.
    func rows(_ arguments: String...) async throws -> [JSONValue] { try await rows(arguments) }

    func rows(_ arguments: [String]) async throws -> [JSONValue] {
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
    func settled(_ count: Int) async throws -> [JSONValue] {
        var last: [JSONValue] = []
        let done = try await eventually { () -> [JSONValue]? in
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
    /// A member's text; empty if it is missing.
    func text(_ name: String) -> String { self[name]?.plainText ?? "" }
}
