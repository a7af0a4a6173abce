import Mappings
import Rules

extension Console {
    /// `GET /workbench` begins with a stored request or an example; `POST` judges what the form holds. Neither sends or saves anything.
    func workbench(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        guard visitor.seesPayloads else {
            throw ConsoleRefusal(
                403, "The workbench shows what senders sent, which \(visitor.name) does not see.", "An operator can use it.")
        }
        let running = current
        let configuration = running.configuration
        guard !configuration.sources.isEmpty else {
            throw ConsoleRefusal(404, "The configuration has no sources.", "Add one, and come back.")
        }
        var draft = WorkbenchDraft(configuration, form: request.isReading ? request.query : request.form)
        if let picked = draft.picked {
            guard let (stored, source) = try await storedRequest(picked) else {
                throw ConsoleRefusal(
                    404, "There is no stored request \(picked.quotedBriefly).", "Name a conversion's id or the number of a refused request."
                )
            }
            draft.take(stored, source, configuration)
        }
        var result = WorkbenchResult(draft, running, now: clock.now())
        if request.form["do"] == "survey", let edited = result.version {
            result.survey = try await WorkbenchSurvey(of: draft.source, running, edited, in: store, now: clock.now)
        }
        let used = configuration.trackersInUse
        return .page(
            WorkbenchPage(
                draft: draft, result: result, visitor: visitor, sources: configuration.sources.map(\.name), trackers: used
            ).html)
    }

    /// By a conversion's id, or by the number of a refused request.
    private func storedRequest(_ text: String) async throws(StoreError) -> (StoredRequest, source: String?)? {
        if let number = Int64(text), let row = try await store.refused(RefusedFilter(id: number, limit: 1)).first {
            return (row.refused.request, row.refused.source)
        }
        let rows = try await ConversionLookup(text: text, store: store).candidates()
        guard rows.count == 1, let request = try await store.request(of: rows[0].id) else { return nil }
        return (request, rows[0].source)
    }
}

struct WorkbenchPage {
    let draft: WorkbenchDraft
    let result: WorkbenchResult
    let visitor: Visitor

    var html: HTML {
        PageFrame(title: "Workbench", section: .workbench, visitor: visitor).html {
            tag("h1", text: "Workbench")
            Parts.note("Try a request, a mapping or routes. It sends nothing and saves nothing.")
            tag("form", Attribute("method", "post"), .action(Address("/workbench")), .id("workbench"), .class("bench")) {
                Parts.token(visitor)
                void("input", .type("hidden"), .name("edited"), .value(draft.tracker))
                tag("div", .class("columns")) {
                    requestColumn
                    mappingColumn
                }
                tag("p", .class("actions")) {
                    tag("button", .type("submit"), .class("main"), text: "Show what becomes of it")
                    tag(
                        "button", .type("submit"), .name("do"), .value("survey"),
                        text: "Try the edit on the newest \(WorkbenchSurvey.most) requests")
                }
            }
            tag("section", .id("result"), Attribute("aria-live", "polite")) { WorkbenchResultPart(draft: draft, result: result).html }
        }
    }

    private var requestColumn: HTML {
        tag("div", .class("stack")) {
            tag("label", .for("source"), text: "From the source")
            select("source", Self.names(draft.source, sources))
            tag("label", .for("pick"), text: "Put in a stored request: a conversion's id, an order id, or the number of a refused request")
            void("input", .id("pick"), .name("pick"), Attribute("autocomplete", "off"))
            tag("label", .for("request"), text: "Request")
            area("request", draft.request, rows: 14)
        }
    }

    private var mappingColumn: HTML {
        tag("div", .class("stack")) {
            tag("label", .for("tracker"), text: "Mapping of the tracker")
            select("tracker", Self.names(draft.tracker, trackers))
            tag("label", .for("mapping"), text: draft.isMappingEdited ? "Mapping, edited" : "Mapping")
            area("mapping", draft.mapping, rows: 14)
            tag("label", .for("routes"), text: draft.areRoutesEdited ? "Routes, edited" : "Routes")
            area("routes", draft.routes, rows: 8)
            tag("p") {
                tag(
                    "button", .type("button"), .class("quiet"), Attribute("data-save", "mapping"),
                    Attribute("data-name", "\(draft.tracker).yaml"), .hidden, text: "Save the mapping as a file")
            }
        }
    }

    var sources: [String] = []
    var trackers: [String] = []

    init(draft: WorkbenchDraft, result: WorkbenchResult, visitor: Visitor, sources: [String] = [], trackers: [String] = []) {
        (self.draft, self.result, self.visitor, self.sources, self.trackers) = (draft, result, visitor, sources, trackers)
    }

    private static func names(_ chosen: String, _ all: [String]) -> [(String, Bool)] {
        (all.contains(chosen) ? all : [chosen] + all).map { ($0, $0 == chosen) }
    }

    private func select(_ name: String, _ values: [(String, Bool)]) -> HTML {
        tag("select", .id(name), .name(name)) {
            values.map { value, isChosen in
                isChosen ? tag("option", .value(value), .selected, text: value) : tag("option", .value(value), text: value)
            }
        }
    }

    private func area(_ name: String, _ text: String, rows: Int) -> HTML {
        tag(
            "textarea", .id(name), .name(name), Attribute("rows", "\(rows)"), Attribute("spellcheck", "false"),
            Attribute("autocomplete", "off"), Attribute("wrap", "off")
        ) {
            // A browser drops the first line break of a text.
            HTML.exact("\n" + text)
        }
    }
}
