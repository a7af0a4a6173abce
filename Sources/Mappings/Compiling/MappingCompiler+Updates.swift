extension MappingCompiler {
    /// The names that `when` and `skip` of an update know beside the conversion's: the settings, and what changed, in words.
    private var updateNames: ExpressionNames {
        ExpressionNames(variables: Mapping.names(of: settings).variables + [("change", .text)])
    }

    /// Compiles one entry of `updates:` for a mapping that is complete but for them.
    mutating func update(_ name: String, at place: SourceLocation, _ node: YAMLNode, of main: Mapping) -> UpdatePlan? {
        var map = YAMLFields(node, subject: "update '\(name)'", into: &diagnostics)
        guard node.isMap else { return nil }
        let names = updateNames
        let condition = map.take("when").flatMap { node in
            node.text("when", &diagnostics).flatMap {
                ExpressionParser.parse($0, at: node.textLocation, names: names, expecting: .flag, into: &diagnostics)
            }
        }
        let ways = ["request", "resend", "skip"].filter { map.takeAny($0) != nil }
        if ways.count != 1 {
            let found = ways.isEmpty ? "" : ", found \(ways.joined(separator: " and "))"
            diagnostics.error(
                at: place,
                "update '\(name)' needs one of request (a call of its own), resend: true (the main request) or skip (why not)\(found)")
        }
        let way: UpdatePlan.Way?
        switch ways.first {
        case "request": way = own(name, at: place, &map, of: main)
        case "resend": way = resend(&map, of: main)
        default: way = skip(&map, names)
        }
        for key in Self.requestKeys where ways.first != "request" && !(ways.first == "resend" && key == "fields") {
            guard let entry = node.entries?.first(where: { $0.key.scalar == key }), map.takeAny(key) != nil else { continue }
            diagnostics.error(at: entry.key.location, "'\(key)' goes with 'request', which update '\(name)' does not have")
        }
        let request = if case .request(let mapping, _) = way { mapping.request } else { main.request }
        let examples = map.list("examples", &diagnostics).compactMap { example($0, request: request, of: way?.reader) }
        map.finish(&diagnostics)
        guard let way, ways.count == 1 else { return nil }
        return UpdatePlan(name: name, condition: condition, way: way, examples: examples)
    }

    private static let requestKeys = ["for", "means", "fields", "checks", "replies"]

    // MARK: A request of its own

    private mutating func own(
        _ name: String, at place: SourceLocation, _ map: inout YAMLFields, of main: Mapping
    ) -> UpdatePlan.Way? {
        let side = word("for", in: &map, of: Check.Side.self) ?? .both
        guard let request = map.take("request").flatMap({ self.request($0) }) else { return nil }
        var inner = MappingCompiler()
        inner.diagnostics = diagnostics
        inner.settings = settings
        inner.credentials = credentials
        inner.isUpdate = true
        let fieldNodes = map.map("fields", &inner.diagnostics)
        for node in fieldNodes { inner.field(node.name, at: node.key.location, node.value, request: request) }
        inner.reserveSecrets(main.signature, fieldNodes.map { ($0.name, $0.key.location) })
        inner.finishFields(of: request)
        let meansNode = map.take("means")
        let means = meansNode.flatMap { inner.means($0) }
        let checks = map.list("checks", &inner.diagnostics).compactMap { inner.check($0) }
        let replies = map.map("replies", &inner.diagnostics).compactMap { inner.reply($0.name, $0.value) }
        if side != .in, let signature = main.signature {
            inner.checkWriting(signature, of: request, at: place, subject: "update '\(name)': ")
        }
        if side != .out { inner.checkReading(name, at: place, request: request, isMeant: meansNode != nil, of: main) }
        diagnostics = inner.diagnostics
        var mapping = main
        mapping.request = request
        mapping.fields = inner.fields
        mapping.computed = means.map { [$0] } ?? []
        mapping.checks = checks
        mapping.replies = replies + main.replies.filter { known in !replies.contains { $0.name == known.name } }
        mapping.list = nil
        mapping.examples = []
        mapping.layout = inner.layout
        mapping.readingOrder = inner.readingOrder
        mapping.isCorrection = true
        return .request(mapping, side: side)
    }

    private mutating func means(_ node: YAMLNode) -> Mapping.Computed? {
        var map = YAMLFields(node, subject: "'means'", into: &diagnostics)
        let status = map.require("status", &diagnostics)
        map.finish(&diagnostics)
        guard let status, let word = status.text("status", &diagnostics) else { return nil }
        checkWord(word, at: status.location, among: Field.statuses)
        return Mapping.Computed(path: .field(.status), expression: .literal(.text(word)), source: "means")
    }

    /// A message that is taken in must lead here, change something and say which conversion it is about.
    private mutating func checkReading(
        _ name: String, at place: SourceLocation, request: RequestPlan, isMeant: Bool, of main: Mapping
    ) {
        if request.paths.contains(where: main.request.paths.contains), !Set(request.methods).isDisjoint(with: main.request.methods) {
            diagnostics.error(at: place, "update '\(name)' has the main request's path; say 'for: out', or 'resend: true'")
        }
        let read = fields.compactMap { field -> FieldPath? in
            guard field.reading != nil, case .path(let path) = field.target else { return nil }
            return path
        }
        if !isMeant, !read.contains(where: { [.field(.status), .field(.amount), .field(.refund)].contains($0) }) {
            diagnostics.error(at: place, "update '\(name)' changes nothing: it needs 'means', or a field that is status, amount or refund")
        }
        let rules = main.duplicates.alternatives
        let canFind = rules.contains { $0.parts.allSatisfy { read.contains($0.path) || $0.isOptional } }
        // A rule that is itself mistaken has been reported.
        if !canFind, !rules.isEmpty || !diagnostics.hasErrors {
            let wanted = rules.map { $0.parts.map(\.path.description).joined(separator: ", ") }.joined(separator: ", or ")
            let hint = rules.isEmpty ? "the mapping has no same_conversion" : "its fields are not those of same_conversion: \(wanted)"
            diagnostics.error(at: place, "update '\(name)' does not say which conversion it is about: \(hint)")
        }
    }

    // MARK: The main request

    private mutating func resend(_ map: inout YAMLFields, of main: Mapping) -> UpdatePlan.Way? {
        if let node = map.take("resend"), node.scalar != "true" {
            diagnostics.error(at: node.location, "'resend' must be true, found \(node.scalar.map { "'\($0)'" } ?? node.kind)")
        }
        var inner = MappingCompiler()
        inner.diagnostics = diagnostics
        inner.settings = settings
        var mapping = main
        for node in map.map("fields", &inner.diagnostics) {
            guard let index = main.fields.firstIndex(where: { $0.name == node.name }) else {
                let hint = node.name.suggestion(from: main.fields.map(\.name))
                inner.diagnostics.error(at: node.key.location, "the main request has no field '\(node.name)' to replace\(hint)")
                continue
            }
            let whole = node.value.written(as: main.fields[index], fieldNodes[node.name]?["as"])
            inner.field(node.name, at: node.key.location, whole, request: main.request)
            if let field = inner.fields.first(where: { $0.name == node.name }) { mapping.fields[index] = field }
        }
        diagnostics = inner.diagnostics
        mapping.examples = []
        return .resend(mapping)
    }

    private mutating func skip(_ map: inout YAMLFields, _ names: ExpressionNames) -> UpdatePlan.Way? {
        guard let node = map.take("skip"), let text = node.text("skip", &diagnostics) else { return nil }
        return Template.parse(text, at: node.textLocation, names: names, into: &diagnostics).map { .skip($0) }
    }
}

extension YAMLNode {
    /// The entry of a field that is only written here, on the wire as the main request has it: a number stays a number.
    fileprivate func written(as field: FieldPlan, _ converter: YAMLNode?) -> YAMLNode {
        guard let entries, self["is"] == nil, self["as"] == nil, field.writing?.words == nil else { return self }
        let place = converter?.location ?? location
        let name = converter?.scalar ?? field.target?.usualConverter ?? "text"
        let value = YAMLNode(.scalar(name, isPlain: true), at: place, textAt: converter?.textLocation ?? place)
        return YAMLNode(.map(entries + [(YAMLNode(.scalar("as", isPlain: true), at: place), value)]), at: location)
    }
}

extension UpdatePlan.Way {
    /// What reads the entry's examples.
    fileprivate var reader: Mapping? {
        if case .request(let mapping, _) = self { mapping } else { nil }
    }
}
