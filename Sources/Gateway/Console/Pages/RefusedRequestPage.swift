import Mappings
import Rules

extension Console {
    /// `GET /refused/N`: one request, what would become of it now, and a copy to edit.
    func refusedRequest(_ request: ConsoleRequest, _ visitor: Visitor, _ id: String) async throws -> ConsoleReply {
        let row = try await refusedRow(id)
        let kept = KeptRequest(row)
        let verdict = try await verdict(on: kept, source: request.query.filled("source"))
        return .page(
            RefusedRequestPage(
                row: row, edited: row.refused.request, source: request.query.filled("source"), verdict: verdict,
                sources: current.configuration.sources.map(\.name), visitor: visitor
            ).html)
    }

    private func refusedRow(_ id: String) async throws -> RefusedRow {
        let refusal = ConsoleRefusal(
            404, "There is no refused request \(id.quotedBriefly).", "The list of refused requests shows what is kept.")
        guard let number = Int64(id) else { throw refusal }
        let rows = try await store.refused(RefusedFilter(id: number, limit: 1))
        guard let row = rows.first else { throw refusal }
        return row
    }

    private func verdict(on kept: KeptRequest, source: String?) async throws -> (sentence: String, isStored: Bool) {
        let replay = RefusedReplay(store: store, configuration: current.configuration, source: source)
        return await replay.outcome(of: kept, .store(store))
    }

    /// `POST /refused/N`: judges the edited copy, or runs it.
    func runRefused(_ request: ConsoleRequest, _ visitor: Visitor, _ id: String) async throws -> ConsoleReply {
        let row = try await refusedRow(id)
        let edit = RequestEdit(row.refused.request, form: request.form)
        let kept = KeptRequest(row, edit)
        let source = request.form.filled("source")
        guard request.form["do"] == "run" else {
            let verdict = try await verdict(on: kept, source: source)
            return .page(
                RefusedRequestPage(
                    row: row, edited: kept.request, source: source, verdict: verdict,
                    sources: current.configuration.sources.map(\.name), visitor: visitor, isEdited: !edit.summary.isEmpty
                ).html)
        }
        if let known = row.replayedAs, request.form["again"] != "yes" {
            throw ConsoleRefusal(
                409, "Refused request \(row.id) was run again already, as \(known).", "Tick 'once more' if it was really sold once more.")
        }
        let (outcome, sentence) = try await RefusedReplay(store: store, configuration: current.configuration, source: source).carryOut(kept)
        guard outcome != .refused else { throw ConsoleRefusal(422, sentence, "Correct the copy, or the configuration, and run it again.") }
        let edited = edit.summary.isEmpty ? "" : ", with \(edit.summary)"
        try await note("ran refused request \(row.id) again\(edited)", by: visitor, request)
        wake()
        guard let known = try await refusedRow(id).replayedAs else { return .see(Address("/refused", id)) }
        return .see(Address("/conversions", known.description))
    }
}

extension RequestEdit {
    /// What a form changed. A text that came back as it was is no change.
    init(_ request: StoredRequest, form: FormFields) {
        self.init()
        if let body = form.lines("body"), body != request.bodyText { self.body = Array(body.utf8) }
        let query = request.target.drop { $0 != "?" }.dropFirst()
        if let edited = form["query"], edited != query { self.query = edited }
    }
}

extension StoredRequest {
    /// As a form shows it.
    fileprivate var bodyText: String { String(decoding: body, as: UTF8.self).replacing("\r\n", with: "\n") }
    fileprivate var queryText: String { String(target.drop { $0 != "?" }.dropFirst()) }
}

struct RefusedRequestPage {
    let row: RefusedRow
    /// What the form holds.
    let edited: StoredRequest
    /// For a stranger's request: the source that it is taken for.
    let source: String?
    let verdict: (sentence: String, isStored: Bool)
    let sources: [String]
    let visitor: Visitor
    var isEdited = false

    private var refused: RefusedRequest { row.refused }

    var html: HTML {
        PageFrame(title: "Refused request \(row.id)", section: .refused, visitor: visitor).html {
            tag("h1") {
                HTML.text("Refused request \(row.id) ")
                tag("span", .class("badge bad"), text: "\(refused.status) \(refused.code)")
            }
            tag("p", .class("alert bad"), text: refused.reason)
            tag("p", .class("facts")) {
                HTML.text("From \(refused.source ?? "a stranger")\(refused.tracker.map { " as \($0)" } ?? ""), received ")
                Parts.time(refused.receivedAt)
            }
            if let known = row.replayedAs {
                tag("p", .class("alert good")) {
                    HTML.text("It was run again and is ")
                    Parts.link("conversion \(known)", Address("/conversions", known.description))
                    HTML.text(".")
                }
            }
            tag("section") {
                tag("h2", text: isEdited ? "What would become of your copy" : "What would become of it now")
                tag(
                    "p", .class("alert \(verdict.isStored ? "good" : "warn")"), Attribute("role", "status"),
                    text: verdict.sentence.asSentence)
            }
            payload
        }
    }

    @HTMLBuilder private var payload: HTML {
        if visitor.seesPayloads {
            if visitor.isOperator { form }
            tag("section") {
                tag("h2", text: "The request as it came")
                Parts.note("Credentials are replaced by ***.")
                Parts.block(Listing.lines(of: refused.request).joined(separator: "\n"), id: "raw")
                Parts.copyButton("raw", "Copy the request")
            }
        }
    }

    private var form: HTML {
        tag("section") {
            tag("h2", text: "Edit a copy, and run it")
            tag("form", Attribute("method", "post"), .action(Address("/refused", "\(row.id)")), .class("stack")) {
                Parts.token(visitor)
                if refused.source == nil { chooseSource }
                tag("label", .for("query"), text: "Query")
                void("input", .id("query"), .name("query"), .value(edited.queryText), Attribute("spellcheck", "false"))
                tag("label", .for("body"), text: "Body")
                tag("textarea", .id("body"), .name("body"), Attribute("rows", "10"), Attribute("spellcheck", "false")) {
                    // A browser drops the first line break of a text.
                    HTML.exact("\n" + edited.bodyText)
                }
                if row.replayedAs != nil {
                    tag("label", .class("check")) {
                        void("input", .type("checkbox"), .name("again"), .value("yes"))
                        HTML.text(" Once more, which may count it twice")
                    }
                }
                tag("p", .class("actions")) {
                    tag("button", .type("submit"), .name("do"), .value("judge"), text: "See the verdict")
                    tag("button", .type("submit"), .name("do"), .value("run"), .class("main"), text: "Run it")
                }
                Parts.note("The original stays as it came.")
            }
        }
    }

    private var chooseSource: HTML {
        fragment {
            tag("label", .for("source"), text: "Take it for a request of")
            tag("select", .id("source"), .name("source")) {
                tag("option", .value(""), text: "choose a source")
                sources.map { $0 == source ? tag("option", .value($0), .selected, text: $0) : tag("option", .value($0), text: $0) }
            }
        }
    }
}

extension String {
    /// With a capital letter and a full stop.
    var asSentence: String {
        guard let first else { return self }
        let text = first.uppercased() + dropFirst()
        return text.hasSuffix(".") || text.hasSuffix("?") ? text : text + "."
    }
}
