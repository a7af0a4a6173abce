import Mappings
import Rules

extension Console {
    /// `GET /workbench` begins with a stored request or an example; `POST` judges what the form holds. Neither sends or saves anything.
    func workbench(_ request: ConsoleRequest, _ visitor: Visitor) async throws -> ConsoleReply {
        guard visitor.seesPayloads else {
            throw ConsoleRefusal(
                403, "The workbench shows what senders sent, which \(visitor.name) does not see.", "An operator can use it.")
        }
        let configuration = current.configuration
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
        let result = WorkbenchResult(draft, configuration, now: clock.now())
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

/// What the workbench's form holds.
struct WorkbenchDraft {
    private(set) var source: String
    private(set) var request: String
    /// The tracker whose mapping is edited.
    private(set) var tracker: String
    private(set) var mapping: String
    private(set) var routes: String
    /// A stored request that is to be put in.
    let picked: String?
    private let originals: (mapping: String, routes: String)

    init(_ configuration: Configuration, form: FormFields) {
        let chosen = form.filled("source").flatMap { configuration.source($0) } ?? configuration.sources[0]
        source = chosen.name
        picked = form.filled("pick")
        tracker = form.filled("tracker").flatMap { configuration.catalog[$0] == nil ? nil : $0 } ?? chosen.mapping.name
        let secrets = SecretFinder(configuration.sources.flatMap(\.secrets) + configuration.destinations.flatMap(\.secrets))
        originals = (
            configuration.catalog.text(of: tracker) ?? "", RoutesText.yaml(of: configuration.routes, hiding: secrets)
        )
        // The text of another tracker's mapping does not go with the one that was chosen now.
        let isSameTracker = form["tracker"] == form["edited"]
        mapping = (isSameTracker ? form.lines("mapping") : nil) ?? originals.mapping
        routes = form.lines("routes") ?? originals.routes
        request = form.lines("request") ?? Self.sample(of: chosen)
    }

    var isMappingEdited: Bool { mapping.trimmed != originals.mapping.trimmed }
    var areRoutesEdited: Bool { routes.trimmed != originals.routes.trimmed }

    mutating func take(_ stored: StoredRequest, _ source: String?, _ configuration: Configuration) {
        if let source, let known = configuration.source(source) {
            self.source = known.name
            if !isMappingEdited, known.mapping.name != tracker {
                tracker = known.mapping.name
                mapping = configuration.catalog.text(of: tracker) ?? ""
            }
        }
        request = Self.text(stored.method, stored.target, stored.headers, stored.body)
    }

    /// The tracker page's own sample.
    private static func sample(of source: SourceConfiguration) -> String {
        guard let given = source.mapping.sample?.given else { return "" }
        let path = (try? source.mapping.request.path.text(source.settings).get()) ?? given.path
        let target = given.query.isEmpty ? path : "\(path)?\(given.query)"
        return text(given.method, target, given.headers, given.body)
    }

    private static func text(_ method: String, _ target: String, _ headers: [(name: String, value: String)], _ body: [UInt8]) -> String {
        let usual = ["content-length", "host", "connection", "accept", "user-agent", "accept-encoding"]
        let shown = headers.filter { !usual.contains($0.name.lowercased()) }.map { "\($0.name): \($0.value)" }
        return (["\(method) \(target)"] + shown + ["", String(decoding: body, as: UTF8.self)]).joined(separator: "\n")
    }
}

/// What a draft comes to: under the running configuration, and under the edited one.
struct WorkbenchResult {
    private(set) var diagnostics: [Diagnostic] = []
    /// Why the request cannot be read.
    private(set) var mistake: String?
    private(set) var now: RequestOutcome?
    /// Nil if nothing is edited, or if the edit has mistakes.
    private(set) var edited: RequestOutcome?

    init(_ draft: WorkbenchDraft, _ configuration: Configuration, now time: Timestamp) {
        let mapping = draft.isMappingEdited ? (name: draft.tracker, text: draft.mapping) : nil
        let changed = EditedConfiguration(configuration, mapping: mapping, routes: draft.areRoutesEdited ? draft.routes : nil)
        diagnostics = changed.diagnostics.filter { $0.severity == .error || draft.isMappingEdited }
        let request: WireRequest
        do throws(RawHTTPRequest.Failure) {
            request = try Self.request(draft, changed.configuration)
        } catch {
            mistake = error.description
            return
        }
        now = RequestOutcome(of: request, from: draft.source, configuration, now: time)
        let isEdited = draft.isMappingEdited || draft.areRoutesEdited
        if isEdited, !diagnostics.contains(where: { $0.severity == .error }) {
            edited = RequestOutcome(of: request, from: draft.source, changed.configuration, now: time)
        }
    }

    private static func request(_ draft: WorkbenchDraft, _ configuration: Configuration) throws(RawHTTPRequest.Failure) -> WireRequest {
        guard let source = configuration.source(draft.source) else { throw RawHTTPRequest.Failure(description: "choose a source") }
        let path = (try? source.mapping.request.path.text(source.settings).get()) ?? source.mapping.request.path.description
        return try RawHTTPRequest.parse(
            Array(draft.request.utf8), mapping: source.mapping, path: path, open: source.mapping.request.path.openNames(source.settings))
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
                tag("p", .class("actions")) { tag("button", .type("submit"), .class("main"), text: "Show what becomes of it") }
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
