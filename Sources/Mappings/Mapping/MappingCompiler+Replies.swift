extension MappingCompiler {
    mutating func replies(_ nodes: [(key: YAMLNode, name: String, value: YAMLNode)], at place: SourceLocation) -> [ReplyPlan] {
        let plans = nodes.compactMap { reply($0.name, $0.value) }
        for name in ["accepted", "duplicate"] where !plans.contains(where: { $0.name == name }) {
            diagnostics.error(
                at: place,
                "replies needs '\(name)': what the tracker answers \(name == "accepted" ? "to a new conversion" : "when it has it already")"
            )
        }
        return plans
    }

    mutating func reply(_ name: String, _ node: YAMLNode) -> ReplyPlan? {
        var map = YAMLFields(node, subject: "reply '\(name)'", into: &diagnostics)
        let status = map.integer("status", in: 100...599, &diagnostics)
        let body = self.body(&map, names: ReplyVariables.names)
        let outcome = word("outcome", in: &map, of: ReplyReading.Outcome.self)
        var match = body
        var matchesStatus: Int?
        if let node = map.take("matches") {
            var inner = YAMLFields(node, subject: "'matches' of reply '\(name)'", into: &diagnostics)
            matchesStatus = inner.integer("status", in: 100...599, &diagnostics)
            match = self.body(&inner, names: ReplyVariables.names)
            inner.finish(&diagnostics)
        }
        map.finish(&diagnostics)
        let code = FailureCode(rawValue: name)
        let usual: ReplyReading.Outcome =
            switch name {
            case "accepted", "review": .delivered
            case "duplicate": .duplicate
            case "rate_limited", "overloaded", "failed": .retry
            default: .rejected
            }
        return ReplyPlan(
            name: name, status: status ?? (["accepted", "review", "duplicate"].contains(name) ? 200 : code.status), body: body,
            match: match,
            matchesStatus: matchesStatus ?? status, outcome: outcome ?? usual)
    }

    private mutating func body(_ map: inout YAMLFields, names: ExpressionNames) -> ReplyPlan.Body {
        if let node = map.take("body") { return .json(JSONTemplate.compile(node, names: names, into: &diagnostics)) }
        guard let node = map.take("text"), let text = node.text("text", &diagnostics) else { return .none }
        return Template.parse(text, at: node.textLocation, names: names, into: &diagnostics).map { .text($0) } ?? .none
    }

    mutating func list(_ node: YAMLNode) -> ListPlan? {
        var map = YAMLFields(node, subject: "list", into: &diagnostics)
        let path = map.require("path", &diagnostics).flatMap { self.path($0) }
        let initial = map.integer("limit", in: 1...1000, &diagnostics) ?? 50
        let maximum = map.integer("maximum", in: 1...1000, &diagnostics) ?? 100
        let status = map.integer("status", in: 100...599, &diagnostics) ?? 200
        let body = map.require("body", &diagnostics).map { JSONTemplate.compile($0, names: ReplyVariables.names, into: &diagnostics) }
        let each = map.require("each", &diagnostics).map { JSONTemplate.compile($0, names: ReplyVariables.names, into: &diagnostics) }
        map.finish(&diagnostics)
        guard let path, let body, let each else { return nil }
        return ListPlan(path: path, initialLimit: initial, maximumLimit: maximum, status: status, body: body, each: each)
    }

    mutating func computed(_ name: String, at place: SourceLocation, _ node: YAMLNode) -> Mapping.Computed? {
        guard let path = settablePath(name, at: place) else { return nil }
        guard let text = node.text(name, &diagnostics) else { return nil }
        let expression = ExpressionParser.parse(
            text, at: node.textLocation, names: Mapping.names(of: settings), expecting: path.kind.expressionKind,
            into: &diagnostics)
        if case .field(let field) = path, case .literal(.text(let word)) = expression {
            checkWord(word, at: node.textLocation, among: field.words)
        }
        return expression.map { Mapping.Computed(path: path, expression: $0, source: text) }
    }

    mutating func check(_ node: YAMLNode) -> Check? {
        var map = YAMLFields(node, subject: "a check", into: &diagnostics)
        let names = Mapping.names(of: settings)
        let need = map.require("need", &diagnostics)
        let sentence = map.require("else", &diagnostics)
        let code = map.text("code", &diagnostics) ?? FailureCode.invalid.rawValue
        let side = word("for", in: &map, of: Check.Side.self) ?? .both
        map.finish(&diagnostics)
        guard let need, let sentence, let text = need.text("need", &diagnostics), let why = sentence.text("else", &diagnostics) else {
            return nil
        }
        let expression = ExpressionParser.parse(
            text, at: need.textLocation, names: names, expecting: .flag, into: &diagnostics)
        let template = Template.parse(why, at: sentence.textLocation, names: names, into: &diagnostics)
        guard let expression, let template else { return nil }
        return Check(need: expression, sentence: template, code: FailureCode(rawValue: code), side: side)
    }

    /// `[order_id]`, one map, or a list of maps that are tried in order.
    mutating func duplicateRule(_ node: YAMLNode) -> DuplicateRule {
        if let elements = node.elements, elements.contains(where: \.isMap) {
            return DuplicateRule(alternatives: elements.compactMap { alternative($0) })
        }
        return DuplicateRule(
            alternatives: [node.isMap ? alternative(node) : alternative(keys: node, within: nil, sharedBy: nil)].compactMap { $0 })
    }

    private mutating func alternative(_ node: YAMLNode) -> DuplicateRule.Alternative? {
        var map = YAMLFields(node, subject: "same_conversion", into: &diagnostics)
        let key = map.require("key", &diagnostics)
        let within = map.take("within").flatMap { $0.duration("within", &diagnostics) }
        let sharedBy = map.take("shared_by")
        if let sharedBy, !settings.contains(where: { $0.name == sharedBy.scalar && $0.kind == .flag }) {
            diagnostics.error(at: sharedBy.location, "'shared_by' names a setting that is a flag, found '\(sharedBy.scalar ?? "")'")
        }
        map.finish(&diagnostics)
        return key.flatMap { alternative(keys: $0, within: within, sharedBy: sharedBy?.scalar) }
    }

    private mutating func alternative(keys node: YAMLNode, within: Duration?, sharedBy: String?) -> DuplicateRule.Alternative? {
        let names = node.texts("same_conversion", &diagnostics)
        let parts = names.compactMap { name, place -> DuplicateRule.Part? in
            let isOptional = name.hasSuffix("?")
            let bare = isOptional ? String(name.dropLast()) : name
            if let path = FieldPath(name: bare) ?? wirePath(bare) { return DuplicateRule.Part(path: path, isOptional: isOptional) }
            // A field that is itself mistaken has been reported.
            if diagnostics.hasErrors, fields.contains(where: { $0.name == bare && $0.target == nil }) { return nil }
            let known = FieldPath.suggestions + fields.map(\.name)
            diagnostics.error(at: place, "unknown field '\(bare)'\(bare.nearest(in: known).map { "; did you mean '\($0)'?" } ?? "")")
            return nil
        }
        if names.isEmpty, !node.isMap { diagnostics.error(at: node.location, "a duplicate key needs at least one field") }
        return parts.count == names.count && !parts.isEmpty
            ? DuplicateRule.Alternative(parts: parts, within: within, sharedBy: sharedBy) : nil
    }

    private func wirePath(_ name: String) -> FieldPath? {
        for field in fields where field.name == name {
            if case .path(let path) = field.target { return path }
        }
        return nil
    }
}
