import Foundation

/// Why a destination accepted something more than once, asked of the gateway's own log of attempts.
///
/// Each answer that the gateway has read is an attempt in its log. So of one delivery at most one attempt went well, and one more for each
/// time that an operator replayed it after it had ended well. An acceptance that is in no attempt was lost: by a kill, or by a destination that
/// the gateway did not wait for.
struct AcceptanceCheck {
    let view: StoreView
    let replays: [String: Int]
    /// Histories that are looked at, at most: each is a command.
    private static let limit = 400

    /// How many histories were looked at, and what is wrong.
    func judge(_ ledger: Ledger.State) throws -> (count: Int, complaints: [String]) {
        var clicks: Set<String> = []
        for arrivals in ledger.arrivals.values {
            for (name, arrival) in arrivals where arrival.accepted > 1 { clicks.insert(String(name.prefix { $0 != "#" })) }
        }
        let ids = Dictionary(view.conversions.map { ($0.click, $0.id) }) { first, _ in first }
        let replayed = Set(replays.keys.map { String($0.prefix { $0 != ":" }) })
        // Those that were replayed come first: they are the ones that could have gone wrong.
        let wanted = clicks.sorted().compactMap { ids[$0] }
        let chosen = (wanted.filter(replayed.contains) + wanted.filter { !replayed.contains($0) }).prefix(Self.limit)
        var complaints: [String] = []
        for id in chosen { complaints += try judge(history: id) }
        return (chosen.count, complaints)
    }

    private func judge(history id: String) throws -> [String] {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: view.gateway)
        process.arguments = ["conversions", "show", id, "--json", "--config", view.configuration]
        process.standardOutput = output
        try process.run()
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard let trace = try JSONSerialization.jsonObject(with: text) as? [String: Any] else { return ["\(id) cannot be shown"] }
        let messages = [trace] + (trace["corrections"] as? [[String: Any]] ?? [])
        return messages.flatMap { $0["deliveries"] as? [[String: Any]] ?? [] }.compactMap(complaint)
    }

    private func complaint(about delivery: [String: Any]) -> String? {
        let id = delivery["id"] as? String ?? ""
        let log = delivery["log"] as? [[String: Any]] ?? []
        let good = log.count { ["delivered", "duplicate"].contains($0["outcome"] as? String ?? "") }
        let allowed = 1 + (replays[id] ?? 0)
        return good <= allowed ? nil : "\(id) went well \(good) times, and \(allowed) are explained"
    }
}
