import Mappings
import Rules

/// What becomes of the workbench's request, with what the edit changes.
struct WorkbenchResultPart {
    let draft: WorkbenchDraft
    let result: WorkbenchResult

    var html: HTML {
        fragment {
            if !result.diagnostics.isEmpty {
                tag("h2", text: "Mistakes")
                tag("ul", .class("plain")) { result.diagnostics.map { tag("li", .class("alert bad"), text: $0.description) } }
            }
            if let mistake = result.mistake { tag("p", .class("alert bad"), text: mistake.asSentence) }
            if let survey = result.survey { show(survey) }
            if let outcome = result.edited ?? result.now { show(outcome) }
        }
    }

    private func show(_ survey: WorkbenchSurvey) -> HTML {
        fragment {
            tag("h2", text: "The newest requests of \(draft.source)")
            tag("p", .class("alert \(survey.changes.isEmpty ? "good" : "warn")"), Attribute("role", "status")) {
                HTML.text("\(survey.changes.count) of \(survey.count.of("request")) would come out differently.")
                if survey.pruned > 0 { HTML.text(" \(survey.pruned) more have no raw request any more.") }
                if survey.isCut { HTML.text(" Time was over before the rest was judged.") }
            }
            tag("ul", .class("plain")) {
                survey.changes.prefix(20).map { change in
                    tag("li") {
                        tag("a", .href(Address("/conversions", change.row.id.description))) {
                            Parts.value(change.row.orderID ?? change.row.id.description)
                        }
                        HTML.text(": \(change.what)")
                    }
                }
            }
        }
    }

    private func show(_ outcome: RequestOutcome) -> HTML {
        fragment {
            tag("h2", text: result.edited == nil ? "What becomes of it" : "What becomes of it with your edit")
            if let refusal = outcome.reading.refusal {
                tag("p", .class("alert bad"), text: "Refused: \(refusal.reason)".asSentence)
            }
            if let note = outcome.reading.note { tag("p", .class("alert warn"), text: note) }
            if let conversion = outcome.reading.conversion { fields(conversion, outcome.reading) }
            if outcome.reading.destinations?.isEmpty == true {
                tag("p", .class("alert warn"), text: "No route takes it to any destination.")
            }
            outcome.sent.map { sent($0) }
            if !outcome.obstacles.isEmpty {
                tag("ul", .class("plain")) { outcome.obstacles.map { tag("li", text: $0.sentence) } }
            }
        }
    }

    private func fields(_ conversion: Conversion, _ reading: RequestReading) -> HTML {
        let before = result.edited == nil ? nil : result.now?.reading.conversion.map { ConversionFields($0).rows }
        let rows = ConversionFields(conversion, origins: reading.origins).rows
        let gone = (before ?? []).filter { old in !rows.contains { $0.name == old.name } }
        return fragment {
            Parts.table(
                "Fields of the conversion", ["Field", "Value", "Comes from"],
                rows.map { row in
                    let old = before?.first { $0.name == row.name }?.value
                    let isNew = before != nil && old != row.value
                    return [
                        tag("code", text: row.name), isNew ? change(from: old, to: row.value) : Parts.value(row.value),
                        tag("span", .class("origin"), text: row.origin),
                    ]
                } + gone.map { [tag("code", text: $0.name), change(from: $0.value, to: nil), HTML()] })
            conversion.warnings.map { tag("p", .class("alert warn"), text: $0.asSentence) }
            if !reading.key.isEmpty { Parts.note("A later request with \(reading.key) counts as the same conversion.") }
        }
    }

    private func change(from old: String?, to new: String?) -> HTML {
        fragment {
            if let old { tag("del") { Parts.value(old) } }
            HTML.text(" ")
            if let new { tag("ins") { Parts.value(new) } }
        }
    }

    private func sent(_ sent: RequestOutcome.Sent) -> HTML {
        let before = result.edited == nil ? nil : result.now?.sent.first { $0.destination == sent.destination }
        return tag("article", .class("card \(sent.requests.isEmpty ? "warn" : "good")")) {
            tag("h3", text: "To \(sent.destination)")
            sent.sentences.map { tag("p", .class("reason"), text: $0) }
            if result.edited != nil { difference(sent, before) }
            sent.requests.map { Parts.block($0.lines.joined(separator: "\n")) }
        }
    }

    @HTMLBuilder private func difference(_ sent: RequestOutcome.Sent, _ before: RequestOutcome.Sent?) -> HTML {
        if let before, before.requests.count == sent.requests.count {
            let lines = zip(sent.requests, before.requests).flatMap { $0.difference(from: $1) }
            if lines.isEmpty { Parts.note("The same as without your edit.") } else { DifferencePart(lines: lines).html }
        } else if before == nil {
            Parts.note("Without your edit nothing would go there.")
        }
    }
}
