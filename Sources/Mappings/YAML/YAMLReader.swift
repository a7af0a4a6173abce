import Yams

/// Reads a file's text into nodes. The only place that knows the YAML library.
package enum YAMLReader {
    /// Nil with an error in `diagnostics` where the text is not YAML; an empty file is an empty map.
    package static func read(_ text: String, file: String, into diagnostics: inout Diagnostics) -> YAMLNode? {
        let start = SourceLocation(file: file, line: 1, column: 1)
        do {
            guard let root = try Yams.compose(yaml: text, .basic, .default, .utf8) else { return YAMLNode(.map([]), at: start) }
            return node(root, parent: start)
        } catch let error as YamlError {
            diagnostics.append(diagnostic(error, at: start))
        } catch {
            diagnostics.error(at: start, "this is not YAML: \(error)")
        }
        return nil
    }

    private static func node(_ node: Node, parent: SourceLocation) -> YAMLNode {
        let mark = node.mark
        let location = SourceLocation(file: parent.file, line: mark?.line ?? parent.line, column: mark?.column ?? parent.column)
        switch node {
        case .scalar(let scalar):
            let isPlain = scalar.style == .plain || scalar.style == .any
            let isQuoted = scalar.style == .singleQuoted || scalar.style == .doubleQuoted
            return YAMLNode(.scalar(scalar.string, isPlain: isPlain), at: location, textOffset: isQuoted ? 1 : 0)
        case .sequence(let sequence):
            return YAMLNode(.list(sequence.map { Self.node($0, parent: location) }), at: location)
        case .mapping(let mapping):
            let entries = mapping.map { (key: Self.node($0.key, parent: location), value: Self.node($0.value, parent: location)) }
            return YAMLNode(.map(entries), at: location)
        case .alias:
            return YAMLNode(.scalar("", isPlain: true), at: location)
        }
    }

    private static func diagnostic(_ error: YamlError, at start: SourceLocation) -> Diagnostic {
        func place(_ mark: Mark) -> SourceLocation { SourceLocation(file: start.file, line: mark.line, column: mark.column) }
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _), .composer(_, let problem, let mark, _):
            return Diagnostic(at: place(mark), "this is not YAML: \(problem)")
        case .duplicatedKeysInMapping(let duplicates, let context):
            return Diagnostic(at: place(context.mark), "key '\(duplicates.first ?? "")' stands twice in this map")
        case .reader(let problem, let offset, _, _):
            return Diagnostic(at: start, "this is not YAML: \(problem) at byte \(offset ?? 0)")
        default:
            return Diagnostic(at: start, "this is not YAML: \(error)")
        }
    }
}
