import Foundation
import Synchronization

/// One run from the first sale to the judgement.
struct SoakRun: Sendable {
    let seed: UInt64
    let duration: Duration
    let kills: Int?
    let rate: Int
    let connections: Int
    let gateway: String
    let folder: String
    private let hasOperator: Bool
    private let nodeCount: Int
    private let databaseRestarts: Int
    private let store: SoakStore
    private let cluster: PostgresCluster?
    /// How much strangers may slow good senders; nil if there are none.
    private let slowdown: Double?
    private var hasStrangers: Bool { slowdown != nil }
    private let ledger: Ledger
    private let phase = Phase()
    private let tally = Tally()
    /// Nil if nobody sets it.
    private let clock: WallClock?

    /// Sales stop here, whatever the time says: what the disk and the oracle's memory take is bounded.
    private static let mostSales = 500_000
    private static let drainLimit = Duration.seconds(180)
    private static let shownDiscrepancies = 20

    init(
        seed: UInt64, duration: Duration, kills: Int?, store: SoakStore, nodes: Int, databaseRestarts: Int, rate: Int, connections: Int,
        hasRefunds: Bool, hasOperator: Bool, slowdown: Double?, gateway: String
    ) throws {
        self.seed = seed
        self.duration = duration
        self.kills = kills
        self.rate = rate
        self.connections = connections
        self.gateway = gateway
        nodeCount = nodes
        self.slowdown = slowdown
        self.store = store
        self.databaseRestarts = databaseRestarts
        var dice = Dice(seed: UInt64(ProcessInfo.processInfo.processIdentifier), "database")
        cluster = store == .postgres ? try PostgresCluster(port: freePort(&dice)) : nil
        ledger = Ledger(seed: seed, hasRefunds: hasRefunds)
        folder = URL(filePath: ".build/soak/\(seed)-\(ProcessInfo.processInfo.processIdentifier)").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        self.hasOperator = hasOperator
        clock = hasOperator ? WallClock(folder: folder) : nil
    }

    func clean() { try? FileManager.default.removeItem(atPath: folder) }

    /// True if nothing is wrong.
    func perform() async throws -> Bool {
        say("soak: seed \(seed), \(setting), \(gateway)")
        if hasOperator, clock == nil {
            say(
                "the clock stays as it is: \(WallClock.libraryPath ?? "libSoakClock.so") is missing; `swift build --product SoakClock` makes it"
            )
        }
        let sinks = try await Destinations.start(seed: seed, ledger: ledger)
        let nodes = try makeNodes(sinks)
        let interruption = Interruption(nodes, cluster)
        defer { interruption.stop() }
        let started = ContinuousClock.now
        var strangers: Strangers?
        let hand =
            hasOperator
            ? Operator(nodes: nodes, gateway: gateway, clock: clock, seed: seed, phase: phase) { [ledger] in ledger.complain($0) } : nil
        do {
            if let cluster {
                try await cluster.start()
                try StoreView(gateway: gateway, configuration: nodes[0].configuration).migrate()
            }
            for node in nodes {
                try await node.launch()
                try await node.waitUntilUp()
            }
            if let slowdown, let gateway = await nodes[0].processID {
                strangers = Strangers(seed: seed, duration: duration, slowdown: slowdown, gateway: gateway, port: nodes[0].port)
            }
            try await load(nodes, strangers, hand)
            try await drain(nodes)
            try await sendFresh(nodes)
        } catch {
            ledger.complain("\(error)")
        }
        Progress.clear()
        var view = StoreView(gateway: gateway, configuration: nodes[0].configuration)
        do {
            try view.read()
            if let hand { say(hand.line) }
            if let clock { say(clock.line) }
            try await check(view, nodes, replays: hand?.now.replays ?? [:])
        } catch {
            ledger.complain("\(error)")
        }
        for node in nodes {
            let code = await node.terminate()
            if code != 0 { ledger.complain("\(node.name) ended with \(code.map(String.init) ?? "nothing") after SIGTERM") }
        }
        for sink in sinks { await sink.stop() }
        await cluster?.stop()
        let took = ContinuousClock.now - started
        for sentence in strangers?.complaints ?? [] { ledger.complain(sentence) }
        return conclude(view, sinks, strangers, took: took)
    }

    private var setting: String { "\(store.rawValue), \(nodeCount == 1 ? "one gateway" : "\(nodeCount) gateways")" }

    private func makeNodes(_ sinks: [Sink]) throws -> [Node] {
        var dice = Dice(seed: UInt64(ProcessInfo.processInfo.processIdentifier), "ports")
        return try (1...nodeCount).map { number in
            let port = freePort(&dice)
            let configuration = """
                listen: 127.0.0.1:\(port)
                store: \(cluster?.url ?? "sqlite:\(folder)/gateway.db")
                \(hasOperator ? Operator.retention : "")
                \(Dialect.sources)
                \(hasStrangers ? StrangerPlan.sourceLine : "")
                \(Destinations.configuration(sinks, strangers: hasStrangers))
                """
            return try Node(
                number: number, port: port, gateway: gateway, folder: folder, configuration: configuration, clock: clock,
                openFiles: hasStrangers ? Strangers.openFiles : nil)
        }
    }

    /// What was accepted more than once has a reason.
    private func check(_ view: StoreView, _ nodes: [Node], replays: [String: Int]) async throws {
        var killed: Set<Launch> = []
        for node in nodes { killed.formUnion(await node.killed) }
        var check = AcceptanceCheck(view: view, replays: replays, killed: killed)
        try check.judge(ledger.now)
        for complaint in check.complaints { ledger.complain(complaint) }
        say(check.line)
    }

    private func load(_ nodes: [Node], _ strangers: Strangers?, _ hand: Operator?) async throws {
        let end = ContinuousClock.now + duration
        let pause = Duration.seconds(Double(connections) / Double(rate))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<connections {
                let sender = Sender(
                    number: number, ports: nodes.map(\.port), ledger: ledger, phase: phase, pause: pause, latencies: strangers?.latencies)
                group.addTask { await sender.run() }
            }
            if let strangers {
                await strangers.run(beside: phase)
            } else if kills != 0 {
                let killer = Killer(
                    nodes: nodes, seed: seed, limit: kills, phase: phase, tally: tally, databaseMayBeAway: databaseRestarts > 0,
                    clock: clock)
                group.addTask {
                    // A node that cannot be started ends the run.
                    defer { phase.endLoad() }
                    try await killer.run()
                }
            }
            if let hand { group.addTask { await hand.run() } }
            if let clock { group.addTask { [seed, phase] in await ClockSetter(clock: clock, seed: seed, phase: phase).run() } }
            if let cluster, databaseRestarts > 0 {
                let restarter = Restarter(cluster: cluster, seed: seed, times: databaseRestarts, phase: phase, tally: tally)
                group.addTask { try await restarter.run() }
            }
            while phase.isLoading, ContinuousClock.now < end, ledger.counts.sent < Self.mostSales {
                try await Task.sleep(for: .milliseconds(200))
                let counts = ledger.counts
                Progress.show("\(tally.kills) kills, \(counts.sent) sales, \(counts.acknowledged) acknowledged, \(counts.arrived) arrivals")
            }
            phase.endLoad()
            try await group.waitForAll()
        }
    }

    /// Waits until nothing is pending.
    private func drain(_ nodes: [Node]) async throws {
        let view = StoreView(gateway: gateway, configuration: nodes[0].configuration)
        let end = ContinuousClock.now + Self.drainLimit
        while true {
            let pending = try view.pending()
            Progress.show("draining: \(pending == 1000 ? "1000 or more" : "\(pending)") deliveries are pending")
            if pending == 0 { return }
            guard ContinuousClock.now < end else {
                let states = (try? view.text(["destinations"])) ?? "nothing"
                throw Node.Failure(
                    description: "deliveries are pending \(Self.drainLimit) after the end; gateway destinations says\n\(states)")
            }
            for node in nodes { if let complaint = await node.complaint { throw Node.Failure(description: complaint) } }
            try await Task.sleep(for: .milliseconds(500))
        }
    }

    /// After all that, a new sale of each kind of sender still arrives everywhere.
    private func sendFresh(_ nodes: [Node]) async throws {
        let sender = Sender(number: 0, ports: nodes.map(\.port), ledger: ledger, phase: phase, pause: .zero)
        var line = Line(ports: nodes.map(\.port), first: 0)
        var wanted = Set(Dialect.allCases)
        while !wanted.isEmpty {
            let sale = ledger.nextSale()
            line = await sender.submit(sale, sale.dialect.request(sale), on: line)
            wanted.remove(sale.dialect)
        }
        await line.close()
        try await drain(nodes)
    }

    private func conclude(_ view: StoreView, _ sinks: [Sink], _ strangers: Strangers?, took: Duration) -> Bool {
        var oracle = Oracle(
            ledger: ledger.now, store: view, tempers: Dictionary(uniqueKeysWithValues: sinks.map { ($0.name, $0.temper) }),
            isPaused: hasOperator)
        oracle.judge()
        let heading = "soak: \(took.components.seconds) s, seed \(seed), \(setting)"
        let report = Report(oracle: oracle, tally: tally, heading: heading)
        if let strangers { say(strangers.lines.joined(separator: "\n")) }
        say(report.lines.joined(separator: "\n"))
        say("")
        let found = oracle.discrepancies
        if found.isEmpty {
            say("nothing is wrong: every acknowledged sale is stored once, exact, and arrived at every destination")
        } else {
            say("\(found.count) discrepancies:")
            for sentence in found.prefix(Self.shownDiscrepancies) { say("  \(sentence)") }
            if found.count > Self.shownDiscrepancies { say("  …") }
        }
        return found.isEmpty
    }
}
