import Mappings
import Rules

/// What `gateway status` prints.
struct StatusText {
    private struct Destination {
        var status: DestinationStatus
        var waiting: [WaitingAmount]
        var through: Duration?
        var answer: AttemptRow?

        var health: DestinationHealth { status.health }
        var ended: Int { status.lately?.count ?? 0 }
    }
    private let destinations: [Destination]
    private let sources: [SourceActivity]
    private let strangers: SourceActivity?
    private let unrouted: SourceActivity?
    private let waitingCorrections: Int
    private let misplacedCorrections: Int
    private let now: Timestamp

    init(_ destinations: [DestinationStatus], _ stored: StoreStatus, sources: [SourceActivity], now: Timestamp) {
        self.destinations = destinations.map { status in
            Destination(
                status: status, waiting: stored.waiting.filter { $0.destination == status.name }, through: Self.through(status, now),
                answer: stored.answers[status.name])
        }
        self.sources = sources
        strangers = stored.strangers
        unrouted = stored.unrouted
        waitingCorrections = stored.waitingCorrections
        misplacedCorrections = stored.misplacedCorrections
        self.now = now
    }

    /// Nil if nothing can be said.
    private static func through(_ status: DestinationStatus, _ now: Timestamp) -> Duration? {
        switch status.health {
        case .paused, .down: nil
        case .ok, .slow, .failing: status.lately?.time(for: status.count(.pending), at: now)
        }
    }

    private func age(_ time: Timestamp) -> String { max(.zero, time.duration(to: now)).text }

    // MARK: For people

    /// - Parameter width: places in a line; what a destination said is cut to it.
    func lines(width: Int?) -> [String] {
        var lines: [String] = []
        for destination in destinations { lines += self.lines(of: destination, width) }
        if destinations.isEmpty { lines.append("no destinations") }
        let senders = sources + [strangers, unrouted].compactMap { $0 }
        if !senders.isEmpty {
            lines.append("")
            // Most trackers send nothing but conversions.
            let hasIgnored = sources.contains { $0.ignored > 0 }
            var table = TextTable(
                cells: ["source", "received today", "refused today"] + (hasIgnored ? ["ignored today"] : []) + ["last seen"])
            for source in senders {
                let last = source.hasBeenSeen ? "\(age(source.last)) ago" : "never"
                let ignored = hasIgnored ? ["\(source.ignored)"] : []
                table.add(cells: [source.source, "\(source.received)", "\(source.refused)"] + ignored + [last])
            }
            lines += table.fitting(width).lines
        }
        if waitingCorrections > 0 {
            let wait = waitingCorrections.of("correction waits for its conversion", "corrections wait for their conversions")
            let misplaced = misplacedCorrections > 0 ? ", \(misplacedCorrections) for an order of another source".styled(.yellow) : ""
            lines += [""] + Terminal.folded("\(wait)\(misplaced); see `gateway conversions --waiting`")
        }
        return lines
    }

    private func lines(of destination: Destination, _ width: Int?) -> [String] {
        let status = destination.status
        var head = "\(status.name): " + destination.health.word.styled(destination.health.style)
        if let since = destination.health.since { head += " since \(since.shown), \(age(since))" }
        if !status.isConfigured { head += ", not configured" }
        if status.isDryRun { head += ", dry run" }
        func whole(_ line: String) -> [String] { width == nil ? [line] : Terminal.folded(line) }
        var lines = whole(head)
        if let reason = destination.health.reason { lines += whole("  \(reason.printable)") }
        let pending = status.count(.pending)
        if pending > 0 {
            let worth = destination.waiting.compactMap(\.text).joined(separator: ", ")
            let corrections = pending - destination.waiting.reduce(0) { $0 + $1.count }
            let ofThem = corrections == 0 ? "" : ", \(corrections) of them \(corrections == 1 ? "a correction" : "corrections")"
            var line = "  \(pending) waiting\(ofThem)" + (worth.isEmpty ? "" : ", worth \(worth)")
            if let oldest = status.oldest { line += ", the oldest for \(age(oldest))" }
            lines += whole(line)
            if let through = destination.through, let since = status.lately?.first {
                lines += whole(
                    "  through in about \(through.text), at the pace of the last \(age(since)), in which \(destination.ended) ended")
            }
        }
        for (state, word) in [(DeliveryState.unconfirmed, "unconfirmed"), (.dead, "given up (dead)")] where status.count(state) > 0 {
            lines += whole(
                "  \(status.count(state)) \(word); see `gateway deliveries --state \(state.rawValue) --destination \(status.name)`")
        }
        if let rate = status.rate { lines.append("  rate \(rate)") }
        if let answer = destination.answer {
            let words = "\(answer.status.map { "\($0) " } ?? "")\(answer.reply)".printable
            let line = "  last answer \(age(answer.startedAt)) ago: " + words.prefix(200)
            lines.append(width.map { line.cut(to: $0) } ?? line)
        }
        return lines
    }

    // MARK: For programs

    var object: JSONObject {
        [
            "destinations": .array(destinations.map { .object(object(of: $0)) }),
            "sources": .array(
                sources.map { source in
                    var object: JSONObject = [
                        "source": .string(source.source), "received_today": .number("\(source.received)"),
                        "refused_today": .number("\(source.refused)"), "ignored_today": .number("\(source.ignored)"),
                    ]
                    if source.hasBeenSeen { object["last_seen"] = .string(source.last.description) }
                    return .object(object)
                }),
            "strangers": Self.object(of: strangers), "unrouted": Self.object(of: unrouted),
            "waiting_corrections": .number("\(waitingCorrections)"),
            "misplaced_corrections": .number("\(misplacedCorrections)"),
        ]
    }

    private static func object(of unknown: SourceActivity?) -> JSONValue {
        var object: JSONObject = ["refused_today": .number("\(unknown?.refused ?? 0)")]
        object["last_seen"] = unknown.map { .string($0.last.description) }
        return .object(object)
    }

    private func object(of destination: Destination) -> JSONObject {
        let status = destination.status
        var object: JSONObject = [
            "destination": .string(status.name), "state": .string(destination.health.word), "configured": .bool(status.isConfigured),
            "served": .bool(status.isServed), "dry_run": .bool(status.isDryRun), "waiting": .number("\(status.count(.pending))"),
            "unconfirmed": .number("\(status.count(.unconfirmed))"), "dead": .number("\(status.count(.dead))"),
            "waiting_amounts": .object(
                JSONObject(destination.waiting.compactMap { part in part.currency.map { ($0, .string(part.amountText)) } })),
            "ended_in_last_hour": .number("\(destination.ended)"),
        ]
        object["since"] = destination.health.since.map { .string($0.description) }
        object["reason"] = destination.health.reason.map(JSONValue.string)
        object["oldest_waiting"] = status.oldest.map { .string($0.description) }
        object["rate"] = status.rate.map(JSONValue.string)
        object["through_in_seconds"] = destination.through.map { .number("\($0.components.seconds)") }
        object["last_answer"] = destination.answer.map { .object(Listing.object(of: $0)) }
        return object
    }
}

extension SourceActivity {
    fileprivate var hasBeenSeen: Bool { last.microseconds > .min }
}

extension WaitingAmount {
    fileprivate var amountText: String { amount.text(in: currency.flatMap { Currency(code: $0) }) }
    /// `EUR 49.90`; nil without a currency.
    fileprivate var text: String? { currency.map { "\($0) \(amountText)" } }
}
