import Yams

/// Reads a file's text into nodes. The only place that knows the YAML library.
package enum YAMLReader {
    /// Nil with an error in `diagnostics` if the text is not YAML; an empty file is an empty map.
    package static func read(_ text: String, file: String, into diagnostics: inout Diagnostics) -> YAMLNode? {
        let start = SourceLocation(file: file, line: 1, column: 1)
        do {
            guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else { return YAMLNode(.map([]), at: start) }
            let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            return node(root, parent: start, lines, &diagnostics)
        } catch let error as YamlError {
            diagnostics.append(diagnostic(error, at: start, text))
        } catch {
            diagnostics.error(at: start, "this is not YAML: \(error)")
        }
        return nil
    }

    private static func node(
        _ node: Node, parent: SourceLocation, _ lines: [Substring], _ diagnostics: inout Diagnostics
    ) -> YAMLNode {
        let mark = node.mark
        let location = SourceLocation(file: parent.file, line: mark?.line ?? parent.line, column: mark?.column ?? parent.column)
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            let start = textStart(scalar.style, location, lines)
            return YAMLNode(.scalar(scalar.string, isPlain: isPlain), at: location, textAt: start)
        case .sequence(let sequence):
            return YAMLNode(.list(sequence.map { Self.node($0, parent: location, lines, &diagnostics) }), at: location)
        case .mapping(let mapping):
            let entries = mapping.map { entry in
                let key = Self.node(entry.key, parent: location, lines, &diagnostics)
                return (key: key, value: Self.node(entry.value, parent: location, lines, &diagnostics))
            }
            return YAMLNode(.map(merged(joined(entries, &diagnostics))), at: location)
        case .alias:
            return YAMLNode(.scalar("", isPlain: true), at: location)
        }
    }

    /// Puts `{ out: f(a, b) }` together again, which YAML reads as `out: f(a` and a key `b)`. It is one mistake, and said once.
    private static func joined(
        _ entries: [(key: YAMLNode, value: YAMLNode)], _ diagnostics: inout Diagnostics
    ) -> [(key: YAMLNode, value: YAMLNode)] {
        var joined: [(key: YAMLNode, value: YAMLNode)] = []
        var index = 0
        while index < entries.count {
            var (key, value) = entries[index]
            index += 1
            defer { joined.append((key, value)) }
            guard case .scalar(var text, isPlain: true) = value.content, text.openBrackets > 0 else { continue }
            var next = index
            while next < entries.count, text.openBrackets > 0, entries[next].value.isNull,
                case .scalar(let more, isPlain: true) = entries[next].key.content
            {
                text += ", \(more)"
                next += 1
            }
            guard text.openBrackets == 0 else { continue }
            diagnostics.error(
                at: value.location, "a comma inside { … } ends a value; quote it: \(key.scalar ?? ""): \"\(text)\"")
            value.content = .scalar(text, isPlain: true)
            index = next
        }
        return joined
    }

    /// With the entries of the maps that `<<` names; an entry of the map's own counts first, then those of the maps in their order.
    ///
    /// A `<<` that names anything else stays, and is complained about as any other unknown key.
    private static func merged(_ entries: [(key: YAMLNode, value: YAMLNode)]) -> [(key: YAMLNode, value: YAMLNode)] {
        guard let index = entries.firstIndex(where: { $0.key.content.isMergeKey }) else { return entries }
        let maps = entries[index].value.elements ?? [entries[index].value]
        let others = maps.compactMap(\.entries)
        guard others.count == maps.count else { return entries }
        var merged = entries
        merged.remove(at: index)
        for entry in others.joined() where !merged.contains(where: { $0.key.scalar == entry.key.scalar }) { merged.append(entry) }
        return merged
    }

    private static func textStart(_ style: Node.Scalar.Style, _ location: SourceLocation, _ lines: [Substring]) -> SourceLocation {
        switch style {
        case .singleQuoted, .doubleQuoted: return location.advanced(by: 1)
        case .literal, .folded:
            guard let line = lines.indices.dropFirst(location.line).first(where: { !lines[$0].trimmed.isEmpty }) else { return location }
            let indent = lines[line].prefix { $0 == " " }.count
            return SourceLocation(file: location.file, line: line + 1, column: indent + 1)
        default: return location
        }
    }

    private static func diagnostic(_ error: YamlError, at start: SourceLocation, _ text: String) -> Diagnostic {
        func place(_ mark: Mark) -> SourceLocation { SourceLocation(file: start.file, line: mark.line, column: mark.column) }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let found = problem.hasPrefix("but ") ? String(problem.dropFirst(4)) : problem
            var beginning = ""
            if let context, context.text.hasPrefix("while"), context.mark.description != mark.description {
                beginning = " \(context.text.trimmed) that begins at \(context.mark)"
            }
            let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            let isExpression = lines.indices.contains(mark.line - 1) && lines[mark.line - 1].contains { "([".contains($0) }
            let hint =
                isExpression && found.contains("expected ',' or '}'")
                ? "; a value with commas, quotes or brackets stands in quotes: out: 'f(a, \"b\")'" : ""
            return Diagnostic(at: place(mark), "this is not YAML: \(found)\(beginning)\(hint)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return Diagnostic(at: place(context.mark), "key '\(duplicates.first ?? "")' is twice in this map")
        case .reader(let problem, let offset, _, _):
            return Diagnostic(at: start, "this is not YAML: \(problem) at byte \(offset ?? 0)")
        default:
            return Diagnostic(at: start, "this is not YAML: \(error)")
        }
    }
}

extension String {
    /// Brackets that are opened and not closed.
    fileprivate var openBrackets: Int { utf8.reduce(0) { $0 + ($1 == UInt8(ascii: "(") ? 1 : $1 == UInt8(ascii: ")") ? -1 : 0) } }
}

extension YAMLNode.Content {
    fileprivate var isMergeKey: Bool {
        if case .scalar("<<", isPlain: true) = self { true } else { false }
    }
}
