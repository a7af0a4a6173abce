import Mappings
import Rules

/// What happened to a conversion, in the order of time: it came, came again, was corrected, and was sent.
struct TimelinePart {
    private struct Event {
        var time: Timestamp
        var text: String
        var detail: HTML = HTML()
        var tone = "calm"
    }

    let trace: ConversionTrace
    let visitor: Visitor

    var html: HTML {
        tag("section") {
            tag("h2", text: "What happened when")
            tag("ol", .class("timeline")) {
                events.sorted { $0.time < $1.time }.map { event in
                    tag("li", .class(event.tone)) {
                        Parts.time(event.time)
                        HTML.text(" ")
                        HTML.text(event.text)
                        event.detail
                    }
                }
            }
        }
    }

    private var events: [Event] {
        var events = [Event(time: trace.first.row.receivedAt, text: "received from \(trace.first.row.source)")]
        events += sent(trace.first, "")
        for (index, message) in trace.corrections.enumerated() {
            let change = (try? Conversion(document: message.row.document))?.change ?? "a change"
            events.append(
                Event(
                    time: message.row.receivedAt, text: "correction \(index + 1): \(change)", detail: request(message.request),
                    tone: "warn"))
            events += sent(message, "correction \(index + 1) ")
        }
        return events + trace.repeats.map(event)
    }

    private func sent(_ message: ConversionTrace.Message, _ what: String) -> [Event] {
        message.deliveries.flatMap { row, attempts in
            attempts.map { attempt in
                let status = attempt.status.map { " with \($0)" } ?? ""
                return Event(
                    time: attempt.startedAt, text: "\(what)sent to \(row.id.destination), \(attempt.outcome.rawValue)\(status)",
                    tone: attempt.outcome.tone)
            }
        }
    }

    private func event(_ row: RepeatRow) -> Event {
        let content = row.sameContent ? "with the same content" : "with other content"
        let times = row.count == 1 ? "sent again once" : "sent again \(row.count) times, the last time now"
        let note = row.note.map { ": \($0)" } ?? (row.sameContent ? ", and counted once" : ", kept and not counted")
        return Event(time: row.receivedAt, text: "\(times) \(content)\(note)", detail: request(row.request), tone: "warn")
    }

    private func request(_ request: StoredRequest?) -> HTML {
        guard visitor.seesPayloads, let request else { return HTML() }
        return Parts.details("Its request") { Parts.block(Listing.lines(of: request).joined(separator: "\n")) }
    }
}

extension AttemptOutcome {
    var tone: String {
        switch self {
        case .delivered, .duplicate: "good"
        case .retry, .unconfirmed, .dryRun, .unknown: "warn"
        case .rejected, .timeout, .connection, .refusedAddress: "bad"
        }
    }
}
