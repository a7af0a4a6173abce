extension MappingCompiler {
    mutating func computed(_ name: String, at place: SourceLocation, _ node: YAMLNode) -> Mapping.Computed? {
        guard let path = settablePath(name, at: place) else { return nil }
        guard let text = node.text(name, &diagnostics) else { return nil }
        let expression = ExpressionParser.parse(
            text, at: node.textLocation, names: Mapping.names(of: settings), expecting: path.kind.expressionKind,
            into: &diagnostics)
        if case .field(let field) = path, case .text(let word)? = expression?.literal {
            checkWord(word, at: node.textLocation, among: field.words)
        }
        return expression.map { Mapping.Computed(path: path, expression: $0, source: text) }
    }

    mutating func check(_ node: YAMLNode) -> Check? {
        var map = YAMLFields(node, subject: "a check", into: &diagnostics)
        let names = Mapping.names(of: settings, hasNow: true)
        let need = map.require("need", &diagnostics)
        let sentence = map.require("else", &diagnostics)
        let code = map.text("code", &diagnostics) ?? FailureCode.invalid.rawValue
        let side = word("for", in: &map, of: Check.Side.self) ?? .both
        let isForCorrections = map.flag("corrections", &diagnostics) ?? false
        map.finish(&diagnostics)
        guard let need, let sentence, let text = need.text("need", &diagnostics), let why = sentence.text("else", &diagnostics) else {
            return nil
        }
        let expression = ExpressionParser.parse(
            text, at: need.textLocation, names: names, expecting: .flag, into: &diagnostics)
        let template = Template.parse(why, at: sentence.textLocation, names: names, into: &diagnostics)
        guard let expression, let template else { return nil }
        return Check(
            need: expression, sentence: template, code: FailureCode(rawValue: code), side: side, isForCorrections: isForCorrections,
            source: text)
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
