import ArgumentParser
import Foundation

@main
struct Soak: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "Soak",
        abstract: "Sends sales with known amounts through the gateway, kills it again and again, and checks that nothing is lost.",
        discussion: """
            Five kinds of sender send sales until they are acknowledged. Four destinations misbehave by plan. The gateway is killed with \
            SIGKILL at random moments and started again. Afterwards every acknowledged sale must be stored once, with its exact amount, and \
            must have arrived at every destination; the sums must agree to the last minor unit. Everything happens on 127.0.0.1.

            With --strangers nothing is killed. Instead strangers hold connections, guess and flood, and the good senders' waits, the \
            gateway's memory and its /readyz are watched.

            Exit codes: 0 nothing is wrong, 1 something is, 64 usage.
            """)

    @Option(help: "How long sales are sent and the gateway is killed, at most.") var seconds: Int?
    @Option(help: "Ends the sending after so many kills.") var kills: Int?
    @Option(help: "Decides amounts, misbehaviour and moments; printed, so that a run can be had again.") var seed: UInt64?
    @Option(help: "sqlite or postgres; a throw-away cluster is started for the latter.") var store = SoakStore.sqlite
    @Option(help: "Gateways at a time, which share the database: 1 to 8.") var nodes = 1
    @Option(help: "Restarts PostgreSQL so often while sales are sent, every other time as a crash.") var restartDatabase = 0
    @Option(help: "Sales a second; 200, with --strangers 100.") var rate: Int?
    @Option(help: "Keep-alive connections of senders.") var connections = 16
    @Flag(inversion: .prefixedNo, help: "Whether some sales are refunded, in one step or two, some before they are sent.") var refunds =
        true
    @Flag(help: "Nothing is killed; half of the time strangers and a hostile sender misuse the port, and good senders must not notice.")
    var strangers = false
    @Flag(
        name: .customLong("operator"),
        help: "Somebody pauses, resumes, replays, prunes, reloads and sets the clock at random, all the time.")
    var hasOperator = false
    @Option(help: "With --strangers: how many times its quiet value the good senders' p99 must stay below.") var slowdown = 5.0
    @Option(help: "The gateway's executable.") var gateway: String?
    @Flag(help: "Keeps the store and the logs; they are kept anyway if something is wrong.") var keep = false

    func validate() throws {
        guard (1...8).contains(nodes) else { throw ValidationError("--nodes must be from 1 to 8") }
        guard store == .postgres || nodes == 1 && restartDatabase == 0 else {
            throw ValidationError(
                "with --store sqlite --nodes must be 1, since the file has one owner, and there is no database to restart")
        }
        guard !strangers || nodes == 1 && kills ?? 0 == 0 && restartDatabase == 0 && !hasOperator else {
            throw ValidationError("with --strangers there is one gateway, nobody operates it, and nothing is killed or restarted")
        }
        guard slowdown > 1 else { throw ValidationError("--slowdown must be more than 1") }
        guard !strangers || seconds ?? 60 >= 12 else { throw ValidationError("with --strangers --seconds must be 12 or more") }
        guard (1...5000).contains(wantedRate), connections > 0, connections <= 256 else {
            throw ValidationError("--rate must be from 1 to 5000, --connections from 1 to 256")
        }
        guard seconds ?? 1 > 0, seconds ?? 1 <= 7200, kills ?? 0 >= 0 else {
            throw ValidationError("--seconds must be from 1 to 7200, --kills 0 or more")
        }
    }

    /// Strangers need a rate that leaves the cores some rest, so that a wait means something.
    private var wantedRate: Int { rate ?? (strangers ? 100 : 200) }

    func run() async throws {
        let run = try SoakRun(
            seed: seed ?? UInt64.random(in: 1...999_999), duration: .seconds(seconds ?? (kills == nil ? 60 : 7200)), kills: kills,
            store: store,
            nodes: nodes, databaseRestarts: restartDatabase,
            rate: wantedRate, connections: connections, hasRefunds: refunds, hasOperator: hasOperator, slowdown: strangers ? slowdown : nil,
            gateway: gateway ?? Self.builtGateway())
        let isFine = try await run.perform()
        if isFine, !keep { run.clean() } else { say("store and logs are in \(run.folder)") }
        if !isFine { throw ExitCode(1) }
    }

    /// The release build, unless the debug build is newer.
    private static func builtGateway() throws -> String {
        let found = ["release", "debug"].map { ".build/\($0)/gateway" }.compactMap { path -> (path: String, date: Date)? in
            guard let date = try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date else { return nil }
            return (URL(filePath: path).path, date)
        }
        guard let newest = found.max(by: { $0.date < $1.date }) else {
            throw ValidationError("there is no .build/release/gateway or .build/debug/gateway; run `make build`")
        }
        return newest.path
    }
}

enum SoakStore: String, ExpressibleByArgument, Sendable { case sqlite, postgres }
