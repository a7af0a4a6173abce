import Yams

/// Reads a file's text into nodes. The only place that knows the YAML library.
package enum YAMLReader {
    /// Nil with an error in `diagnostics` if the text is not YAML; an empty file is an empty map.
    package static func read(_ text: String, file: String, into diagnostics: inout Diagnostics) -> YAMLNode? {
        let start = SourceLocation(file: file, line: 1, column: 1)
        do {
            guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else { return YAMLNode(.map([]), at: start) }
            let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            return node(root, parent: start, lines)
        } catch let error as YamlError {
            diagnostics.append(diagnostic(error, at: start))
        } catch {
            diagnostics.error(at: start, "this is not YAML: \(error)")
        }
        return nil
    }

    private static func node(_ node: Node, parent: SourceLocation, _ lines: [Substring]) -> YAMLNode {
        let mark = node.mark
        let location = SourceLocation(file: parent.file, line: mark?.line ?? parent.line, column: mark?.column ?? parent.column)
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            let start = textStart(scalar.style, location, lines)
            return YAMLNode(.scalar(scalar.string, isPlain: isPlain), at: location, textAt: start)
        case .sequence(let sequence):
            return YAMLNode(.list(sequence.map { Self.node($0, parent: location, lines) }), at: location)
        case .mapping(let mapping):
            let entries = mapping.map { entry in
                (key: Self.node(entry.key, parent: location, lines), value: Self.node(entry.value, parent: location, lines))
            }
            return YAMLNode(.map(merged(entries)), at: location)
        case .alias:
            return YAMLNode(.scalar("", isPlain: true), at: location)
        }
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

    private static func diagnostic(_ error: YamlError, at start: SourceLocation) -> Diagnostic {
        func place(_ mark: Mark) -> SourceLocation { SourceLocation(file: start.file, line: mark.line, column: mark.column) }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let found = problem.hasPrefix("but ") ? String(problem.dropFirst(4)) : problem
            var beginning = ""
            if let context, context.text.hasPrefix("while"), context.mark.description != mark.description {
                beginning = " \(context.text.trimmed) that begins at \(context.mark)"
            }
            return Diagnostic(at: place(mark), "this is not YAML: \(found)\(beginning)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return Diagnostic(at: place(context.mark), "key '\(duplicates.first ?? "")' is twice in this map")
        case .reader(let problem, let offset, _, _):
            return Diagnostic(at: start, "this is not YAML: \(problem) at byte \(offset ?? 0)")
        default:
            return Diagnostic(at: start, "this is not YAML: \(error)")
        }
    }
}

extension YAMLNode.Content {
    fileprivate var isMergeKey: Bool {
        if case .scalar("<<", isPlain: true) = self { true } else { false }
    }
}
