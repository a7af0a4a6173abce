extension MappingCompiler {
    mutating func setting(_ name: String, _ node: YAMLNode) -> SettingPlan {
        var map = YAMLFields(node, subject: "setting '\(name)'", into: &diagnostics)
        let kind = word("as", in: &map, of: SettingPlan.Kind.self) ?? .text
        let values = map.texts("values", &diagnostics)?.map(\.text) ?? []
        let sides = Set(self.sides("for", in: &map) ?? SettingPlan.Side.allCases)
        let required = Set(self.sides("required", in: &map) ?? [])
        var plan = SettingPlan(name: name, kind: kind, values: values, initial: nil, sides: sides, requiredBy: required)
        if let initial = map.take("default") { plan.initial = plan.value(initial, &diagnostics) }
        map.finish(&diagnostics)
        return plan
    }

    mutating func sides(_ key: String, in map: inout YAMLFields) -> [SettingPlan.Side]? {
        map.texts(key, &diagnostics)?.compactMap { word($0.text, at: $0.location, of: SettingPlan.Side.self) }
    }
}

extension SettingPlan {
    /// Reads what an operator wrote, or the mapping's own default.
    package func value(_ node: YAMLNode, _ diagnostics: inout Diagnostics) -> SettingValue? {
        switch kind {
        case .flag:
            if let text = node.scalar, let flag = Bool(text) { return .flag(flag) }
            diagnostics.error(
                at: node.location, "setting '\(name)' must be true or false, found \(node.scalar?.quotedBriefly ?? node.kind)")
            return nil
        case .text:
            guard let text = node.text(name, &diagnostics) else { return nil }
            return check(text, at: node.location, &diagnostics) ? .text(text) : nil
        case .list:
            let texts = node.texts(name, &diagnostics)
            return texts.allSatisfy { check($0.text, at: $0.location, &diagnostics) } ? .list(texts.map(\.text)) : nil
        }
    }

    private func check(_ text: String, at place: SourceLocation, _ diagnostics: inout Diagnostics) -> Bool {
        if values.isEmpty || values.contains(text) { return true }
        diagnostics.error(at: place, "setting '\(name)' cannot be '\(text)'\(text.suggestion(from: values))")
        return false
    }
}
