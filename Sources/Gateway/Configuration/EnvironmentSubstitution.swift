import Mappings

/// Puts environment variables in place of `${NAME}` and `${NAME:-default}` in every value of a file, after its YAML is parsed, so that no
/// variable can change the file's structure.
///
/// A value that came from a variable is a text, whatever it holds: an empty or `null` variable never counts as YAML's `null`, which could
/// switch a check off. `$${` means the characters `${`.
struct EnvironmentSubstitution {
    private let environment: [String: String]
    private(set) var diagnostics = Diagnostics()
    /// The places of missing variables: the value there is as written, and further errors about it would mislead.
    private(set) var unresolved: [YAMLNode] = []
    /// The names of the missing variables, each once, in the order of the file.
    private(set) var missing: [String] = []
    /// Whether something else is wrong with a value.
    private(set) var hasMistakes = false
    /// What sentences may show of a value that came from variables: by its place, the text with `***` for each of them.
    private(set) var maskedTexts: [SourceLocation: String] = [:]
    /// The values that hold variables, in pieces, by place.
    private(set) var pieces: [SourceLocation: [Piece]] = [:]

    struct Piece {
        var text: String
        var isVariable: Bool
    }

    init(_ environment: [String: String]) { self.environment = environment }

    mutating func apply(to node: YAMLNode) -> YAMLNode {
        var changed = node
        switch node.content {
        case .scalar(let text, let isPlain):
            guard text.contains("${") else { return node }
            // In a block the text begins on a line of its own, so its columns are not known.
            let place = isPlain || node.textOffset > 0 ? node.location.advanced(by: node.textOffset) : nil
            var run = Run(place: place ?? node.location, countsColumns: place != nil)
            expand(text, from: 0, &run)
            if run.isUnresolved { unresolved.append(node) }
            if run.masked != run.text {
                maskedTexts[node.location] = run.masked
                pieces[node.location] = run.pieces
            }
            changed.content = .scalar(run.isUnresolved ? text : run.text, isPlain: false)
        case .list(let elements):
            changed.content = .list(elements.map { apply(to: $0) })
        case .map(let entries):
            changed.content = .map(entries.map { ($0.key, apply(to: $0.value)) })
        }
        return changed
    }

    private struct Run {
        let place: SourceLocation
        let countsColumns: Bool
        var text = ""
        var masked = ""
        var pieces: [Piece] = []
        var isUnresolved = false

        mutating func append(_ piece: some StringProtocol, masked mask: String? = nil) {
            text += piece
            masked += mask ?? String(piece)
            pieces.append(Piece(text: String(piece), isVariable: mask != nil))
        }

        func location(_ offset: Int) -> SourceLocation { countsColumns ? place.advanced(by: offset) : place }
    }

    private mutating func expand(_ source: String, from start: Int, _ run: inout Run) {
        let characters = Array(source)
        var position = 0
        while position < characters.count {
            let rest = characters[position...]
            if rest.starts(with: "$${") {
                run.append("${")
                position += 3
            } else if rest.starts(with: "${") {
                guard let end = Self.end(of: characters, openedAt: position + 1) else {
                    hasMistakes = true
                    fail(at: start + position, &run, "the '${' here has no closing '}'; write $${ for the characters themselves")
                    return
                }
                put(String(characters[(position + 2)..<end]), at: start + position, &run)
                position = end + 1
            } else {
                run.append(String(characters[position]))
                position += 1
            }
        }
    }

    /// The brace that closes the one at `open`; those between may come in pairs, so a default may hold a macro.
    private static func end(of characters: [Character], openedAt open: Int) -> Int? {
        var depth = 0
        for position in open..<characters.count {
            if characters[position] == "{" { depth += 1 }
            if characters[position] == "}" { depth -= 1 }
            if depth == 0 { return position }
        }
        return nil
    }

    private mutating func put(_ inner: String, at offset: Int, _ run: inout Run) {
        let name = String(inner.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
        let rest = inner.dropFirst(name.count)
        let isName = name.first.map { !$0.isNumber } ?? false
        guard isName, rest.isEmpty || rest.hasPrefix(":-") else {
            let wanted = "${NAME} or ${NAME:-default}"
            hasMistakes = true
            fail(
                at: offset, &run,
                "\("${\(inner)}".quotedBriefly) is no environment variable; write \(wanted), or $${ for the characters themselves")
            return
        }
        let value = environment[name]
        if rest.isEmpty {
            if let value {
                run.append(value, masked: "***")
            } else {
                if !missing.contains(name) { missing.append(name) }
                fail(at: offset, &run, "environment variable '\(name)' is not set; set it or write ${\(name):-default}")
            }
        } else if let value, !value.isEmpty {
            run.append(value, masked: "***")
        } else {
            expand(String(rest.dropFirst(2)), from: offset + name.count + 4, &run)
        }
    }

    private mutating func fail(at offset: Int, _ run: inout Run, _ message: String) {
        run.isUnresolved = true
        diagnostics.error(at: run.location(offset), message)
    }

    /// Removes diagnostics about values that are not known; the missing variable is reported already.
    func withoutConsequences(_ found: Diagnostics) -> Diagnostics {
        var kept = Diagnostics()
        for diagnostic in found.all {
            let isConsequence = unresolved.contains { node in
                let length = (node.scalar?.count ?? 0) + node.textOffset
                let place = diagnostic.location
                return place.file == node.location.file && place.line == node.location.line
                    && (node.location.column...(node.location.column + length)).contains(place.column)
            }
            if !isConsequence { kept.append(diagnostic) }
        }
        return kept
    }
}
