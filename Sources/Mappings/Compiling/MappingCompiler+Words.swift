extension MappingCompiler {
    /// The closed list of words that `values:` and `other:` give.
    mutating func words(_ node: YAMLNode?, other: YAMLNode?, target: FieldPlan.Target?) -> FieldPlan.Words? {
        guard let node else {
            // A closed list of words without `values` has the canonical words on the wire.
            guard case .path(.field(let field)) = target, let words = field.words else { return nil }
            return FieldPlan.Words(entries: words.map { FieldPlan.Words.Entry(wire: $0, canonical: [$0], also: []) }, other: nil)
        }
        guard let entries = node.entries else {
            diagnostics.error(at: node.location, "'values' must be a map from wire words to canonical words, found \(node.kind)")
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

    mutating func checkWord(_ word: String, at place: SourceLocation, among known: [String]?) {
        guard let known, !known.contains(word) else { return }
        diagnostics.error(at: place, "unknown word '\(word)'\(word.suggestion(from: known))")
    }
}
