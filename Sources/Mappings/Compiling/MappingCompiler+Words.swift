extension MappingCompiler {
    /// The closed list of words that `values:` and `other:` give.
    mutating func words(_ node: YAMLNode?, other: YAMLNode?, target: FieldPlan.Target?) -> FieldPlan.Words? {
        guard let node else {
            // A closed list of words without `values` has the canonical words on the wire.
            guard case .path(.field(let field)) = target, let words = field.words else { return nil }
            return FieldPlan.Words(entries: words.map { FieldPlan.Words.Entry(wire: $0, canonical: [$0], also: []) }, other: nil)
        }
        if let name = node.scalar, name.hasPrefix("settings.") {
            return words(ofSetting: String(name.dropFirst(9)), at: node.location, other: other, target: target)
        }
        guard let entries = node.entries else {
            diagnostics.error(
                at: node.location, "'values' must be a map from wire words to canonical words, or settings.NAME, found \(node.kind)")
            return nil
        }
        var known: [String]?
        var field: Field?
        if case .path(.field(let target)) = target {
            field = target
            if case .word(let words) = target.kind { known = words }
        }
        let compiled = entries.map { entry -> FieldPlan.Words.Entry in
            var also: [(field: Field, word: String)] = []
            var canonical: [(text: String, location: SourceLocation)] = []
            if let pairs = entry.value.entries {
                for pair in pairs {
                    guard let name = pair.key.scalar, let other = Field(name: name), let text = pair.value.text(name, &diagnostics) else {
                        let name = pair.key.scalar ?? ""
                        let hint = name.suggestion(from: Field.allNames)
                        diagnostics.error(at: pair.key.location, "unknown canonical field '\(name)'\(hint)")
                        continue
                    }
                    if other == field {
                        canonical.append((text, pair.value.location))
                    } else {
                        checkWord(text, at: pair.value.location, among: other.words)
                        also.append((other, text))
                    }
                }
            } else {
                canonical = entry.value.texts("values", &diagnostics)
            }
            for word in canonical { checkWord(word.text, at: word.location, among: known) }
            if canonical.isEmpty { diagnostics.error(at: entry.value.location, "'\(entry.key.scalar ?? "")' has no canonical word") }
            return FieldPlan.Words.Entry(wire: entry.key.scalar ?? "", canonical: canonical.map(\.text), also: also)
        }
        let otherWord = other?.text("other", &diagnostics)
        if let other, let otherWord { checkWord(otherWord, at: other.location, among: known) }
        return FieldPlan.Words(entries: compiled, other: otherWord)
    }

    /// The words that an operator gives; without any, those of a file without `values`.
    private mutating func words(
        ofSetting name: String, at place: SourceLocation, other: YAMLNode?, target: FieldPlan.Target?
    ) -> FieldPlan.Words? {
        let known: [String]? = if case .path(.field(let field)) = target { field.words } else { nil }
        guard let setting = settings.first(where: { $0.name == name }) else {
            diagnostics.error(at: place, "unknown setting '\(name)'\(name.suggestion(from: settings.map(\.name)))")
            return nil
        }
        guard setting.kind == .map else {
            diagnostics.error(at: place, "setting '\(name)' holds no words; write as: map below it")
            return nil
        }
        var words = FieldPlan.Words(entries: [], other: other?.text("other", &diagnostics), setting: name)
        if let other, let word = words.other { checkWord(word, at: other.location, among: known) }
        if case .map(let entries)? = setting.initial {
            for word in entries.flatMap(\.canonical) { checkWord(word, at: place, among: known) }
            words.entries = entries.map(\.entry)
        } else if let known {
            words.entries = known.map { FieldPlan.Words.Entry(wire: $0, canonical: [$0], also: []) }
        }
        return words
    }

    mutating func checkWord(_ word: String, at place: SourceLocation, among known: [String]?) {
        guard let known, !known.contains(word) else { return }
        diagnostics.error(at: place, "unknown word '\(word)'\(word.suggestion(from: known))")
    }
}

extension FieldPlan.Words {
    /// With the words that the operator chose; nil if nothing is said of any word.
    package func bound(_ settings: [String: SettingValue]) -> FieldPlan.Words? {
        guard let setting else { return self }
        var bound = self
        if case .map(let entries)? = settings[setting] { bound.entries = entries.map(\.entry) }
        return bound.entries.isEmpty ? nil : bound
    }
}

extension SettingValue.Entry {
    fileprivate var entry: FieldPlan.Words.Entry { FieldPlan.Words.Entry(wire: wire, canonical: canonical, also: []) }
}
