import Foundation

/// Why a destination accepted something more than once, asked of the gateway's own log of attempts.
///
/// Each answer that the gateway has read is an attempt in its log. So of one delivery one attempt went well, and one more for each time that
/// an operator replayed it after it had ended well. An acceptance beyond these was lost: the destination's answer came too late, which is an
/// attempt without an answer; or the process was killed while the try was in flight. Then it was the last thing that this process sent of
/// that delivery. Anything else is a fault.
struct AcceptanceCheck {
    let view: StoreView
    let replays: [String: Int]
    /// The gateway processes that were killed.
    let killed: Set<Launch>

    private(set) var histories = 0
    /// Acceptances beyond the first of a delivery, by what explains them.
    private(set) var byKill = 0
    private(set) var byLostAnswer = 0
    private(set) var byReplay = 0
    private(set) var complaints: [String] = []

    init(view: StoreView, replays: [String: Int], killed: Set<Launch>) {
        self.view = view
        self.replays = replays
        self.killed = killed
    }

    /// Looks at every history of which something was accepted more than once. Each is a command.
    mutating func judge(_ ledger: Ledger.State) throws {
        var clicks: Set<String> = []
        for arrivals in ledger.arrivals.values {
            for (name, arrival) in arrivals where arrival.accepted > 1 { clicks.insert(String(name.prefix { $0 != "#" })) }
        }
        let ids = Dictionary(view.conversions.map { ($0.click, $0.id) }) { first, _ in first }
        for id in clicks.sorted().compactMap({ ids[$0] }) {
            histories += 1
            Progress.show("\(histories) of \(clicks.count) histories looked at")
            for delivery in try deliveries(of: id) { judge(delivery, ledger) }
        }
        Progress.clear()
    }

    /// Of a sale and of what corrected it.
    private func deliveries(of id: String) throws -> [[String: Any]] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: view.gateway)
        process.arguments = ["conversions", "show", id, "--json", "--config", view.configuration]
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard let trace = try JSONSerialization.jsonObject(with: text) as? [String: Any] else {
            throw StoreView.Failure(description: "gateway conversions show \(id) printed no object")
        }
        let messages = [trace] + (trace["corrections"] as? [[String: Any]] ?? [])
        return messages.flatMap { $0["deliveries"] as? [[String: Any]] ?? [] }
    }

    private mutating func judge(_ delivery: [String: Any], _ ledger: Ledger.State) {
        let id = delivery["id"] as? String ?? ""
        let destination = delivery["destination"] as? String ?? ""
        let log = delivery["log"] as? [[String: Any]] ?? []
        var name: String?
        var attempts: [Launch: [Matching.Attempt]] = [:]
        for attempt in log {
            let target = (attempt["request"] as? String ?? "").split(separator: " ").dropFirst().first.map(String.init) ?? ""
            guard let (launch, message) = Destinations.read(target, attempt["body"] as? String ?? "", at: destination) else {
                complaints.append("\(id) has an attempt that its destination cannot read: \(attempt["request"] ?? "")")
                continue
            }
            name = message.click
            attempts[launch, default: []].append(Matching.Attempt(status: attempt["status"] as? Int))
        }
        guard let name, let arrival = ledger.arrivals[destination]?[name], arrival.accepted > 1 else { return }
        judge(id, arrival, attempts)
        let good = log.count { ["delivered", "duplicate"].contains($0["outcome"] as? String ?? "") }
        let allowed = 1 + (replays[id] ?? 0)
        if good > allowed { complaints.append("\(id) went well \(good) times, and \(allowed) are explained") }
    }

    private mutating func judge(_ id: String, _ arrival: Ledger.Arrival, _ attempts: [Launch: [Matching.Attempt]]) {
        var (logged, lost, unlogged) = (0, 0, 0)
        for (launch, requests) in Dictionary(grouping: arrival.requests, by: \.launch) {
            let matching = Matching(requests, attempts[launch] ?? [])
            logged += matching.logged
            lost += matching.lost
            for place in matching.unlogged {
                if case .whole(_, isTaken: true) = requests[place].answer { unlogged += 1 }
                if !killed.contains(launch) {
                    complaints.append("\(id) has no attempt of a request that \(launch) sent and was answered, and nobody killed \(launch)")
                } else if place != requests.count - 1 {
                    complaints.append("\(id) has no attempt of a request that \(launch) sent before another one of the same delivery")
                }
            }
            if !matching.invented.isEmpty { complaints.append("\(id) has attempts with answers that nobody gave \(launch)") }
        }
        // One of them is the sale's own; if none is in the log, a lost one is.
        byReplay += max(0, logged - 1)
        byLostAnswer += logged == 0 && unlogged == 0 ? lost - 1 : lost
        byKill += logged == 0 && unlogged > 0 ? unlogged - 1 : unlogged
    }

    /// For the report.
    var line: String {
        "accepted more than once: \(byKill) times after a kill, \(byLostAnswer) after a lost answer, \(byReplay) after a replay; "
            + "\(histories) histories looked at"
    }
}
