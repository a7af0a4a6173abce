import Foundation
import Synchronization

/// A person at the terminal who pauses, resumes, replays, prunes and changes the configuration at random, beside everything else.
///
/// What is pending or under way may be replayed as often as one likes: it must still be sent once. Only what had ended may be sent once more,
/// and only as often as it was replayed; the oracle counts that.
final class Operator: Sendable {
    private let nodes: [Node]
    private let gateway: String
    private let clock: WallClock?
    private let seed: UInt64
    private let phase: Phase
    private let complain: @Sendable (String) -> Void
    private let state = Mutex(State())

    struct State: Sendable {
        /// By delivery: how often it was replayed after it had ended well.
        var replays: [String: Int] = [:]
        var actions: [String: Int] = [:]
        /// How often `prune` found something.
        var prunes = 0
    }

    init(nodes: [Node], gateway: String, clock: WallClock?, seed: UInt64, phase: Phase, complain: @escaping @Sendable (String) -> Void) {
        self.nodes = nodes
        self.gateway = gateway
        self.clock = clock
        self.seed = seed
        self.phase = phase
        self.complain = complain
    }

    /// What its configuration has beside the usual: so short that `prune` finds something. Attempts are kept, since they explain acceptances.
    static let retention = "retention: { requests: 5s, repeats: 5s, refused: 5s }"

    /// A command that runs for so many seconds is ended, and the run has failed.
    private static let patience = 300.0

    var now: State { state.withLock { $0 } }

    /// Ends with everything resumed.
    func run() async {
        var dice = Dice(seed: seed, "operator")
        while phase.isLoading {
            try? await Task.sleep(for: .milliseconds(Int.random(in: 20...400, using: &dice)))
            let destination = Destinations.all[Int.random(in: 0..<Destinations.all.count, using: &dice)]
            switch Int.random(in: 0..<100, using: &dice) {
            case 0..<16: act("pause", [destination, "--reason", "soak"])
            case 16..<36: act("resume", [destination])
            case 36..<54: act("replay", ["--destination", destination, "--state", "pending", "--limit", "1000"])
            case 54..<66: act("replay", ["--destination", destination, "--limit", "1000"])
            case 66..<78: replay("pending", at: destination, &dice)
            case 78..<88: replay("delivered", at: destination, &dice)
            case 88..<95:
                if act("prune", []).hasPrefix("pruned ") { state.withLock { $0.prunes += 1 } }
            default: await changeConfiguration(&dice)
            }
        }
        for destination in Destinations.all { act("resume", [destination]) }
    }

    /// A few by their ids.
    private func replay(_ state: String, at destination: String, _ dice: inout Dice) {
        let skipped = "\(Int.random(in: 0...20, using: &dice))"
        let found = listed(["--destination", destination, "--state", state, "--limit", "3", "--offset", skipped])
        if found.isEmpty { return }
        // Before they are sent. What is pending now may have ended when the replay comes to it: `--state` leaves it alone then.
        if state == "delivered" { self.state.withLock { state in for id in found { state.replays[id, default: 0] += 1 } } }
        act("replay", ["--state", state] + found)
    }

    private func listed(_ arguments: [String]) -> [String] {
        let (_, output) = command(["deliveries", "--json"] + arguments)
        return output.split(separator: "\n").compactMap { line in
            // `[{"id":"…",` and ` {"id":"…",`.
            let words = line.split(separator: "\"", maxSplits: 4)
            return words.count > 3 && words[1] == "id" ? String(words[3]) : nil
        }
    }

    private func changeConfiguration(_ dice: inout Dice) async {
        count("change the configuration")
        let node = nodes[Int.random(in: 0..<nodes.count, using: &dice)]
        let concurrency = Int.random(in: 4...40, using: &dice)
        do {
            try await node.edit { text in
                let lines = text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("    concurrency: ") }
                let changed = lines.map { $0 == "    timeout: 1s" ? "\($0)\n    concurrency: \(concurrency)" : String($0) }
                return changed.joined(separator: "\n")
            }
        } catch {
            complain("the configuration of \(node.name) cannot be changed: \(error)")
        }
    }

    /// Returns what it printed.
    @discardableResult
    private func act(_ name: String, _ arguments: [String]) -> String {
        count(name)
        let (status, output) = command([name] + arguments)
        // 1: something was left as it is.
        if status != 0, status != 1 { complain("gateway \(name) \(arguments) ended with \(status): \(output)") }
        return output
    }

    private func count(_ action: String) { state.withLock { $0.actions[action, default: 0] += 1 } }

    private func command(_ arguments: [String]) -> (status: Int32, output: String) {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: gateway)
        process.arguments = arguments + ["--config", nodes[0].configuration]
        if let clock { process.environment = clock.environment }
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        do { try process.run() } catch { return (-1, "\(error)") }
        // A command that hangs would keep the run waiting.
        let hanging = process.processIdentifier
        let end = DispatchWorkItem { kill(hanging, SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience, execute: end)
        defer { end.cancel() }
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// For the report.
    var line: String {
        let now = now
        let actions = now.actions.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: ", ")
        return
            "operator: \(actions); prune found something \(now.prunes) times; \(now.replays.values.reduce(0, +)) replays of delivered ones"
    }
}
