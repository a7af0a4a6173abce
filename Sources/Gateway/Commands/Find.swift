import ArgumentParser
import Mappings
import Rules

struct Find: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Finds a conversion by any of its ids, wherever it is.",
        discussion: """
            Takes an order id, a click id, an e-mail address, a conversion's id or its first characters, the id that a tracker answered with, or \
            the number of a refused request. Looks in conversions and their corrections, in refused requests, and in corrections that wait \
            for their conversion; each hit says what matched and which command shows it.

            If an id answers, that is all. If none does, or with --everywhere, the texts inside conversions, repeats and trackers' replies \
            are read too; on a large store that takes some seconds.
            """)

    @OptionGroup var store: StoreOption

    @Flag(name: .long, help: "Also reads the texts inside conversions, repeats and replies if an id answers.")
    var everywhere = false

    @Option(name: .long, help: "Shows at most this many of each kind.")
    var limit = 20

    @Argument(help: "What is looked for.")
    var text: String

    func validate() throws {
        guard SoughtText(text) != nil else { throw ValidationError("name what is looked for, such as an order id: gateway find 4711") }
        guard limit > 0 else { throw ValidationError("--limit must be 1 or more") }
    }

    func run() async throws {
        guard let sought = SoughtText(text) else { throw ExitStatus.usage }
        let (store, _) = try store.open(for: .store)
        let report = try await store.find(sought, everywhere: everywhere)
        let hits = report.found.map { FoundText($0, options: self.store.repeated) }
        var counts: [String: Int] = [:]
        let shown = hits.filter { hit in
            counts[hit.kind, default: 0] += 1
            return counts[hit.kind, default: 0] <= limit
        }
        if self.store.json {
            Listing.print(shown.map(\.object))
        } else {
            for line in shown.flatMap(\.lines) { Terminal.tell(line) }
        }
        if hits.isEmpty {
            Terminal.complain("nothing is stored of \(sought.text.quotedBriefly); searched \(Self.text(of: report))")
            throw ExitStatus.findings
        }
        if shown.count < hits.count { Terminal.complain("\(shown.count) of \(hits.count) shown; see more with --limit") }
        if !report.readAllTexts {
            Terminal.complain("texts inside conversions, repeats and replies were not read; --everywhere does that too")
        }
        await store.close()
    }

    /// `120 conversions and corrections since 2026-11-20T09:30:00Z, 3 repeats …`
    static func text(of report: FindReport) -> String {
        report.searched.map { kind in kind.text + (kind.since.map { " since \($0.shown)" } ?? "") }.joined(
            separator: ", ")
            + "; a request that got no answer left no trace; `gateway conversions --since yesterday` lists what came lately"
    }
}

/// One hit as it is printed.
private struct FoundText {
    let kind: String
    let lines: [String]
    let object: JSONObject

    /// - Parameter options: what the shown command must repeat to look at the same store.
    init(_ found: Found, options: String) {
        let matched = found.matched.joined(separator: ", ")
        var object: JSONObject = [:]
        var head: String
        let command: String
        switch found.place {
        case .conversion(let row):
            kind = "conversion"
            let amount = [row.currency, row.amount].compactMap { $0 }.joined(separator: " ")
            let what = [row.type, row.status, amount.isEmpty ? nil : amount, row.orderID.map { "order \($0)" }].compactMap { $0 }
            head = "conversion \(row.id) of \(row.source), \(row.receivedAt.shown)\n  \(what.joined(separator: ", "))"
            command = "gateway conversions show \(row.id)"
            object["id"] = .string(row.id.description)
            object["conversion"] = .object(Listing.object(of: row))
        case .waiting(let row):
            kind = "waiting"
            head =
                "a correction that waits for its conversion, of \(row.source), \(row.receivedAt.shown)\n  \(row.says)"
            command = "gateway conversions --waiting" + (row.orderID.map { " --order-id \($0.shellQuoted)" } ?? "")
            object["id"] = .string(row.id.description)
            object["waiting"] = .object(Listing.object(of: row))
        case .refused(let row):
            kind = "refused"
            head = "refused request \(row.id) of \(row.refused.source ?? "a stranger"), \(row.refused.receivedAt.shown)"
            head += "\n  \(row.refused.status) \(row.refused.code): \(row.refused.reason)"
            if let replayed = row.replayedAs { head += "; run again as \(replayed)" }
            command = "gateway refused show \(row.id)"
            object["id"] = .number(String(row.id))
            object["refused"] = .object(Listing.object(of: row))
        }
        let next = command + options
        let first = head.split(separator: "\n").map { String($0).printable }
        lines = [first[0].styled(.bold)] + first.dropFirst() + ["  matched \(matched.printable); look at it with", "    \(next.printable)"]
        object["kind"] = .string(kind)
        object["matched"] = .array(found.matched.map(JSONValue.string))
        object["next"] = .string(next)
        self.object = object
    }
}

extension StoreOption {
    /// The options that name this store, for a command that is shown.
    var repeated: String {
        (configuration.config == "gateway.yaml" ? "" : " --config \(configuration.config.shellQuoted)")
            + (configuration.environment.file.map { " --env-file \($0.shellQuoted)" } ?? "")
            // A URL may hold a password.
            + (store.map { " --store \($0.contains("@") ? "…" : $0.shellQuoted)" } ?? "")
    }
}

extension String {
    /// As a shell takes it as one word.
    var shellQuoted: String {
        let isPlain =
            !isEmpty
            && utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "._-/:@+,=".utf8.contains(byte)
            }
        return isPlain ? self : "'" + replacing("'", with: #"'\''"#) + "'"
    }
}
