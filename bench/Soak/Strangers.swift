import Foundation
import Synchronization

/// Good senders alone, then strangers beside them, then the good ones alone again: what each stage showed, and whether that is well.
final class Strangers: Sendable {
    private let seed: UInt64
    private let duration: Duration
    /// The good senders' p99 must stay below so many times its quiet value.
    private let slowdown: Double
    let latencies = Latencies()
    private let tally = StrangerTally()
    private let figures: GatewayFigures
    private let probe: ReadyProbe
    private let memory = Mutex<[Latencies.Stage: (now: Int, most: Int)]>([:])
    /// The share of one core that the gateway took.
    private let load = Mutex<[Latencies.Stage: Double]>([:])
    private let held = Mutex<[String: (most: Int, left: Int)]>([:])

    /// What the gateway may open: more connections than strangers from one address should get, fewer than all of them together try.
    static let openFiles = 2304
    private static let warmUp = Duration.seconds(3)
    /// How long after the end the gateway may still have a connection of strangers: twice its deadlines for bodies and for replies.
    private static let release = Duration.seconds(60)

    init(seed: UInt64, duration: Duration, slowdown: Double, gateway processID: Int32, port: Int) {
        self.seed = seed
        self.duration = duration
        self.slowdown = slowdown
        figures = GatewayFigures(processID: processID, port: port)
        probe = ReadyProbe(port: port)
    }

    private static func address(_ index: Int) -> String { "127.0.1.\(index + 1)" }

    /// A quarter of the time each before and after, half of it with strangers. Ends the load.
    func run(beside phase: Phase) async {
        let probing = Phase()
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [probe] in await probe.run(until: probing) }
            try? await Task.sleep(for: Self.warmUp)
            await stay(.quiet, for: duration / 4, phase)
            let left = await besiege(phase)
            await stay(.after, for: duration / 4, phase)
            phase.endLoad()
            await awaitRelease()
            for connection in left { connection.close() }
            memory.withLock { $0[.after] = figures.memory }
            probing.endLoad()
        }
    }

    private func stay(_ stage: Latencies.Stage, for duration: Duration, _ phase: Phase) async {
        latencies.enter(stage)
        let (start, used) = (ContinuousClock.now, figures.processorTime)
        let end = start + duration
        while ContinuousClock.now < end, phase.isLoading {
            Progress.show("\(stage.text): \((end - .now).components.seconds) s more")
            try? await Task.sleep(for: .milliseconds(250))
            noteHeld()
        }
        memory.withLock { $0[stage] = figures.memory }
        load.withLock { $0[stage] = (figures.processorTime - used) / ((ContinuousClock.now - start) / .seconds(1)) }
    }

    private func besiege(_ phase: Phase) async -> [StrangerConnection] {
        let strangers = Phase()
        return await withTaskGroup(of: [StrangerConnection].self) { group in
            for (index, plan) in StrangerPlan.all.enumerated() {
                let stranger = Stranger(
                    plan: plan, address: Self.address(index), port: figures.port, seed: seed, phase: strangers, tally: tally)
                group.addTask { await stranger.run() }
            }
            await stay(.strangers, for: duration / 2, phase)
            strangers.endLoad()
            return await group.reduce(into: []) { $0 += $1 }
        }
    }

    private func noteHeld() {
        let counts = figures.connections
        held.withLock { held in
            for (index, plan) in StrangerPlan.all.enumerated() {
                let count = counts[Self.address(index)] ?? 0
                held[plan.name] = (max(held[plan.name]?.most ?? 0, count), count)
            }
        }
    }

    private func awaitRelease() async {
        let end = ContinuousClock.now + Self.release
        while ContinuousClock.now < end {
            noteHeld()
            let left = held.withLock { $0.values.reduce(0) { $0 + $1.left } }
            if left == 0 { return }
            Progress.show("the gateway still has \(left) connections of strangers")
            try? await Task.sleep(for: .milliseconds(500))
        }
    }
}

// MARK: The judgement

extension Strangers {
    private static let mostMemory = 400
    private static let mostKept = 100

    private func stageMemory(_ stage: Latencies.Stage) -> (now: Int, most: Int) { memory.withLock { $0[stage] ?? (0, 0) } }

    private var ratio: Double? {
        guard let quiet = latencies.summary(of: .quiet), let loud = latencies.summary(of: .strangers) else { return nil }
        return loud.p99 / max(quiet.p99, .microseconds(100))
    }

    var lines: [String] {
        var lines = Latencies.Stage.measured.map { stage in
            "\(stage.text): good senders waited \(latencies.summary(of: stage)?.text ?? "for nothing")"
        }
        let most = stageMemory(.after).most
        let load = load.withLock { $0 }
        let shares = Latencies.Stage.measured.map { stage in "\(Int(((load[stage] ?? 0) * 100).rounded())) % \(stage.text)" }
        lines += [
            "p99 with strangers is \(Self.text(ratio ?? 0)) times the quiet one",
            "memory: \(stageMemory(.quiet).now) MB quiet, \(most) MB at most, \(stageMemory(.after).now) MB at the end",
            "processor: \(shares.joined(separator: ", ")), of one core",
            "/readyz: \(probe.probes - probe.bad.count) of \(probe.probes) probes were answered 200, each on a new connection", "",
        ]
        let rows = StrangerPlan.all.map { plan in
            let (count, held) = (tally[plan], held.withLock { $0[plan.name] ?? (0, 0) })
            return [plan.name, "\(count.opened)", "\(count.refused)", "\(held.most)", "\(held.left)", count.text]
        }
        return lines + Report.table(["strangers", "connections", "refused", "at once", "at the end", "answers"], rows) + [""]
    }

    /// A sentence for each thing that is not well.
    var complaints: [String] {
        var found: [String] = []
        if let ratio {
            if ratio >= slowdown {
                found.append(
                    "good senders' p99 with strangers is \(Self.text(ratio)) times the quiet one; wanted is less than \(Self.text(slowdown)) times"
                )
            }
        } else {
            found.append("good senders sent nothing, or nothing beside strangers; is --seconds too short?")
        }
        let (quiet, end) = (stageMemory(.quiet), stageMemory(.after))
        if end.most >= Self.mostMemory { found.append("the gateway had \(end.most) MB in use; wanted is less than \(Self.mostMemory) MB") }
        if end.now > quiet.now + Self.mostKept {
            found.append("the gateway keeps \(end.now) MB after the strangers left, before they came it had \(quiet.now) MB")
        }
        if let first = probe.bad.first {
            found.append("/readyz was not answered 200 in \(probe.bad.count) of \(probe.probes) probes, first with: \(first)")
        }
        for plan in StrangerPlan.all {
            let left = held.withLock { $0[plan.name]?.left ?? 0 }
            if left > 0 { found.append("\(left) connections of '\(plan.name)' were not released within \(Self.release)") }
            let taken = tally[plan].answers.filter { (200..<300).contains($0.key) }.values.reduce(0, +)
            if !plan.hasKey, taken > 0 { found.append("'\(plan.name)' was answered with success \(taken) times") }
        }
        return found
    }

    private static func text(_ ratio: Double) -> String { "\(Double(Int((ratio * 10).rounded())) / 10)" }
}
