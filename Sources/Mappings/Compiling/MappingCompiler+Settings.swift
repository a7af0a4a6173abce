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

    /// The setting that a value is from, `settings.NAME`; nil if it is none.
    mutating func settingName(_ text: String, at place: SourceLocation) -> String? {
        guard text.hasPrefix("settings.") else { return nil }
        let name = String(text.dropFirst(9))
        if let setting = settings.first(where: { $0.name == name }) {
            if [.text, .flag].contains(setting.kind) { return name }
            diagnostics.error(at: place, "setting '\(name)' is a \(setting.kind.rawValue), and a default is one value")
        } else {
            diagnostics.error(at: place, "unknown setting '\(name)'\(name.suggestion(from: settings.map(\.name)))")
        }
        return name
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
            return check(text, at: node.location, &diagnostics) && fits(text, at: node.location, &diagnostics) ? .text(text) : nil
        case .list:
            let texts = node.texts(name, &diagnostics)
            return texts.allSatisfy { check($0.text, at: $0.location, &diagnostics) } ? .list(texts.map(\.text)) : nil
        case .map: return map(node, &diagnostics)
        }
    }

    /// `{ purchase: [sale, deposit], "7": lead }`: words of the tracker, and what they mean.
    private func map(_ node: YAMLNode, _ diagnostics: inout Diagnostics) -> SettingValue? {
        guard let entries = node.entries else {
            diagnostics.error(at: node.location, "setting '\(name)' must be a map from wire words to canonical words, found \(node.kind)")
            return nil
        }
        let count = diagnostics.all.count
        let found = entries.map { entry in
            let words = entry.value.texts(name, &diagnostics)
            for word in words {
                guard let known, !known.contains(word.text) else { continue }
                diagnostics.error(at: word.location, "unknown word '\(word.text)'\(word.text.suggestion(from: known))")
            }
            if words.isEmpty { diagnostics.error(at: entry.key.location, "'\(entry.key.scalar ?? "")' has no canonical word") }
            return SettingValue.Entry(wire: entry.key.scalar ?? "", canonical: words.map(\.text))
        }
        return diagnostics.all.count == count ? .map(found) : nil
    }

    /// Whether the field whose default it is can hold it.
    private func fits(_ text: String, at place: SourceLocation, _ diagnostics: inout Diagnostics) -> Bool {
        do throws(FieldFailure) {
            _ = try path?.value(of: text)
            return true
        } catch {
            diagnostics.error(at: place, "setting '\(name)': \(error.sentence)")
            return false
        }
    }

    private func check(_ text: String, at place: SourceLocation, _ diagnostics: inout Diagnostics) -> Bool {
        if values.isEmpty || values.contains(text) { return true }
        diagnostics.error(at: place, "setting '\(name)' cannot be '\(text)'\(text.suggestion(from: values))")
        return false
    }
}

extension Mapping {
    /// With what the fields make of each setting, so that an operator's mistake in one is found where it was made.
    func completingSettings() -> Mapping {
        var mapping = self
        let all = ([self] + messages.compactMap(\.mapping)).flatMap(\.fields)
        for index in settings.indices {
            let reading = all.first { $0.reading?.initialSetting == settings[index].name }
            if case .path(let path)? = reading?.target { mapping.settings[index].path = path }
            let lists = all.compactMap { $0.words(from: settings[index].name) }
            guard let first = lists.first else { continue }
            mapping.settings[index].known = first.filter { word in lists.allSatisfy { $0.contains(word) } }
        }
        return mapping
    }
}

extension FieldPlan {
    /// The canonical words that its own may mean, if they are from the setting and there is a closed list of them.
    fileprivate func words(from setting: String) -> [String]? {
        guard [reading?.words, writing?.words].contains(where: { $0?.setting == setting }), case .path(.field(let field)) = target
        else { return nil }
        return field.words
    }
}
