extension MappingCompiler {
    /// `{items[].category}:{items[].total | money(major)}`.
    mutating func composedText(_ node: YAMLNode) -> ComposedText? {
        guard let text = node.text("form", &diagnostics) else { return nil }
        let count = diagnostics.all.count
        let braced = BracedText(text)
        func place(_ offset: Int) -> SourceLocation { node.textLocation.advanced(by: offset, in: text) }
        var form = ComposedText(pieces: [], source: text)
        for piece in braced.pieces {
            switch piece {
            case .literal(let literal): form.pieces.append(.literal(literal))
            case .name(let name, let offset): if let piece = self.piece(name, at: place(offset)) { form.pieces.append(piece) }
            }
        }
        if let unclosed = braced.unclosed { diagnostics.error(at: place(unclosed), "the '{' here has no closing '}'") }
        guard diagnostics.all.count == count else { return nil }
        if !form.hasParts, form.constant == nil {
            diagnostics.error(
                at: node.location, "'form' is made of the parts of an item, such as {items[].sku}; write other texts as 'out'")
            return nil
        }
        return form
    }

    private mutating func piece(_ text: String, at place: SourceLocation) -> ComposedText.Piece? {
        let halves = text.split(separator: "|", maxSplits: 1).map { String($0).trimmed }
        guard let name = halves.first else {
            diagnostics.error(at: place, "'{}' names nothing; write {items[].sku}")
            return nil
        }
        let call = halves.count > 1 ? YAMLNode(.scalar(halves[1], isPlain: true), at: place) : nil
        if name.hasPrefix("items[].") {
            let bare = String(name.dropFirst(8))
            guard let part = Item.Part(name: bare) else {
                diagnostics.error(at: place, "unknown item field '\(name)'\(bare.suggestion(from: Item.Part.allCases.map(\.wireName)))")
                return nil
            }
            return .part(part, converter(call, at: place, target: .item(part)))
        }
        return FieldPath(name: name).map { .path($0, converter(call, at: place, target: .path($0))) } ?? unknown(name, at: place)
    }

    private mutating func unknown(_ name: String, at place: SourceLocation) -> ComposedText.Piece? {
        let known = Item.Part.allCases.map { "items[].\($0.wireName)" } + FieldPath.suggestions
        diagnostics.error(at: place, "unknown field '\(name)'\(name.nearest(in: known).map { "; did you mean '\($0)'?" } ?? "")")
        return nil
    }
}
