import Mappings
import Rules

/// One delivery with its attempts, as a card.
struct DeliveryPart {
    let row: DeliveryRow
    let attempts: [AttemptRow]
    let visitor: Visitor
    let now: Timestamp
    /// Its number among the corrections; nil for the conversion itself.
    var correction: Int?

    var html: HTML {
        tag("article", .class("card \(row.state.tone)")) {
            tag("h3") {
                HTML.text(row.id.destination)
                HTML.text(" ")
                Parts.badge(row.state)
                if let correction { tag("span", .class("faint"), text: " correction \(correction)") }
            }
            tag("p") {
                HTML.text(sentence)
                if let next = row.nextAttempt, row.state == .pending {
                    HTML.text(next > now ? " Next try " : " Due since ")
                    Parts.time(next)
                    HTML.text(".")
                }
            }
            if let remote = row.remoteID {
                tag("p") {
                    HTML.text("The tracker's own id for it: ")
                    Parts.value(remote)
                }
            }
            if let reason = row.reason { tag("p", .class("reason"), text: reason) }
            if let lines = row.lines { tag("p", text: "Its items: \(lines.summary).") }
            buttons
            tries
        }
    }

    private var sentence: String {
        switch row.state {
        case .pending: row.nextAttempt == nil ? "It waits for the delivery before it." : "It waits."
        case .delivered: "The tracker took it."
        case .duplicate: "The tracker had it already."
        case .skipped: "It was not sent."
        case .rejected: "The tracker refused it."
        case .dead: "Given up: no usable answer until the schedule ended."
        case .unconfirmed: "The tracker answered, and did not say that it has the sale. It may have it, or not."
        }
    }

    @HTMLBuilder private var buttons: HTML {
        if visitor.isOperator {
            tag("p", .class("actions")) {
                tag(
                    "a", .class("button"), .href(Address("/replay", query: [("delivery", row.id.description)])),
                    text: row.state == .pending ? "Send now …" : "Send again …")
            }
        }
    }

    @HTMLBuilder private var tries: HTML {
        if attempts.isEmpty {
            Parts.note(row.tries > 0 ? "\(row.tries.of("try", "tries")); what was sent is not kept any more." : "Nothing was sent so far.")
        } else {
            attempts.map { attempt in
                Parts.details(summary(of: attempt), isOpen: attempt.number == attempts.last?.number && !row.state.hasArrived) {
                    tag("p") { Parts.time(attempt.startedAt) }
                    exchange(attempt)
                }
            }
            AttemptDifference(attempts: attempts, visitor: visitor).html
        }
    }

    private func summary(of attempt: AttemptRow) -> String {
        let status = attempt.status.map { " \($0)" } ?? ""
        return "Try \(attempt.number): \(attempt.outcome.rawValue)\(status) after \(attempt.latency / 1000) ms"
    }

    @HTMLBuilder private func exchange(_ attempt: AttemptRow) -> HTML {
        if visitor.seesPayloads {
            tag("h4", text: "Sent")
            Parts.block(([attempt.requestLine] + (SentRequest(attempt)?.rest ?? [])).joined(separator: "\n"))
            tag("h4", text: "Answer")
            Parts.block(attempt.reply.isEmpty ? "(empty)" : attempt.reply)
        } else {
            Parts.note("What was sent and answered is not shown to \(visitor.name).")
        }
    }
}

/// What two tries sent differently, if there are two.
struct AttemptDifference {
    let attempts: [AttemptRow]
    let visitor: Visitor

    @HTMLBuilder var html: HTML {
        if visitor.seesPayloads, attempts.count > 1, let last = attempts.last.flatMap({ SentRequest($0) }),
            let before = SentRequest(attempts[attempts.count - 2])
        {
            let lines = last.difference(from: before)
            if lines.isEmpty {
                Parts.note("The last two tries sent the same.")
            } else {
                tag("h4", text: "The last try beside the one before it")
                DifferencePart(lines: lines).html
            }
        }
    }
}

/// Lines that begin with `-` for what was, and `+` for what is.
struct DifferencePart {
    let lines: [String]

    var html: HTML {
        tag("ul", .class("difference")) {
            lines.map { line in tag("li", .class(line.hasPrefix("-") ? "gone" : "come"), text: line) }
        }
    }
}
