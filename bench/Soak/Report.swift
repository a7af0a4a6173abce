/// A run's figures, ready for a document.
struct Report {
    let oracle: Oracle
    let tally: Tally
    let heading: String

    var lines: [String] {
        let ledger = oracle.ledger
        var lines = [heading, ""]
        let entries = ledger.entries.values
        lines += [
            "sales sent \(entries.count), acknowledged \(ledger.acknowledged), stored \(oracle.store.conversions.count)",
            "sent again: \(entries.reduce(0) { $0 + $1.unanswered }) times without a reply, \(ledger.overloads) times after a 503, "
                + "\(ledger.repeatsOnPurpose) times on purpose, \(ledger.twins) twice at once",
            "kills \(tally.kills), of these \(tally.killsWhileStarting) while starting"
                + (tally.databaseRestarts > 0 ? "; database restarts \(tally.databaseRestarts)" : ""),
            "",
        ]
        lines += Self.table(
            [
                "destination", "arrived", "requests", "accepted twice or more", "delivered", "duplicate", "unconfirmed", "rejected", "dead",
                "longest wait",
            ],
            Destinations.all.map { name in
                let arrivals = ledger.arrivals[name, default: [:]].filter { !$0.key.contains("#") }.values
                let counts = oracle.counts[name, default: [:]]
                return [
                    name, "\(arrivals.count)", "\(arrivals.reduce(0) { $0 + $1.times })", "\(arrivals.count { $0.accepted > 1 })",
                    "\(counts["delivered"] ?? 0)", "\(counts["duplicate"] ?? 0)", "\(counts["unconfirmed"] ?? 0)",
                    "\(counts["rejected"] ?? 0)", "\(counts["dead"] ?? 0)", Self.seconds(oracle.longestWait(at: name)),
                ]
            })
        lines.append("")
        lines += Self.table(
            ["refunds", "arrived", "delivered", "skipped"],
            Destinations.all.map { name in
                let counts = oracle.refundCounts[name, default: [:]]
                let arrived = ledger.arrivals[name, default: [:]].keys.count { $0.contains("#") }
                return [name, "\(arrived)", "\(counts["delivered"] ?? 0)", "\(counts["skipped"] ?? 0)"]
            })
        lines.append("")
        lines += money
        return lines
    }

    private var money: [String] {
        var rows = [["acknowledged"] + amounts(oracle.acknowledged), ["stored"] + amounts(oracle.stored)]
        for name in Destinations.all {
            let states = oracle.sums[name, default: [:]]
            for state in states.keys.sorted() { rows.append(["\(name) \(state)"] + amounts(states[state, default: [:]])) }
        }
        rows += [
            ["refunds acknowledged"] + amounts(oracle.refunded), ["refunds stored"] + amounts(oracle.storedRefunded),
            ["refunds \(Destinations.steady) received"] + amounts(oracle.receivedRefunds),
        ]
        return Self.table(["money"] + Coin.all.map(\.code), rows)
    }

    private static func seconds(_ duration: Duration) -> String {
        let milliseconds = Int(duration / .milliseconds(1))
        return "\(milliseconds / 1000).\(milliseconds / 100 % 10) s"
    }

    private func amounts(_ sums: [String: Int]) -> [String] { Coin.all.map { $0.text(sums[$0.code] ?? 0) } }

    /// The first column left, figures right.
    static func table(_ head: [String], _ rows: [[String]]) -> [String] {
        let widths = head.indices.map { column in ([head] + rows).map { $0[column].count }.max() ?? 0 }
        return ([head] + rows).map { row in
            row.indices.map { column in
                let space = String(repeating: " ", count: widths[column] - row[column].count)
                return column == 0 ? row[column] + space : space + row[column]
            }.joined(separator: "  ")
        }
    }
}
