/// What a tracker's text must be: fixed parts, and between them what may be anything: `success=false; err_msg={reason};`.
///
/// It fits the whole text, without white space at its ends.
package struct TextPattern: Sendable, Equatable {
    enum Part: Sendable, Equatable {
        case literal(String)
        /// Anything, as little as possible; nil keeps nothing of it.
        case capture(String?)
    }

    let parts: [Part]

    /// - Parameter parts: those at the ends lose their white space.
    init(_ parts: [Part]) {
        var parts = parts
        if case .literal(let text)? = parts.first { parts[0] = .literal(String(text.drop(while: \.isWhitespace))) }
        if case .literal(let text)? = parts.last {
            parts[parts.count - 1] = .literal(String(text.reversed().drop(while: \.isWhitespace).reversed()))
        }
        self.parts = parts.filter { $0 != .literal("") }
    }

    /// `{name}` keeps what is there, `{...}` does not.
    init(_ source: String) {
        self.init(
            BracedText(source).pieces.map { piece in
                switch piece {
                case .literal(let text): .literal(text)
                case .name(let name, _): .capture(name.trimmed == "..." ? nil : name.trimmed)
                }
            })
    }

    /// Whether it is one text and no other.
    var isExact: Bool { parts.allSatisfy { if case .literal = $0 { true } else { false } } }

    /// How many characters are fixed.
    var count: Int {
        parts.reduce(0) { count, part in
            if case .literal(let text) = part { count + text.count } else { count }
        }
    }

    /// What stands in the place of each name; nil if the text does not fit.
    ///
    /// - Parameter text: without white space at its ends.
    func match(_ text: String) -> [String: String]? {
        var captured: [String: String] = [:]
        var rest = text[...]
        var open: String??
        func keep(_ value: Substring) {
            if case .some(.some(let name)) = open { captured[name] = value.trimmed }
            open = nil
        }
        for (index, part) in parts.enumerated() {
            switch part {
            case .capture(let name):
                keep("")
                open = .some(name)
            case .literal(let literal) where open == nil:
                guard rest.hasPrefix(literal) else { return nil }
                rest = rest.dropFirst(literal.count)
            case .literal(let literal) where index == parts.count - 1:
                guard rest.hasSuffix(literal) else { return nil }
                keep(rest.dropLast(literal.count))
                rest = ""
            case .literal(let literal):
                guard let range = rest.firstRange(of: literal) else { return nil }
                keep(rest[..<range.lowerBound])
                rest = rest[range.upperBound...]
            }
        }
        if open != nil {
            keep(rest)
            rest = ""
        }
        return rest.isEmpty ? captured : nil
    }

    /// A text that fits, with words that no other pattern is likely to have in the place of what may be anything.
    var sample: String {
        parts.map { part in
            switch part {
            case .literal(let text): text
            case .capture(let name): "\u{ab}\(name ?? "...")\u{bb}"
            }
        }.joined()
    }
}

/// A reply's text: written with its expressions filled in, and laid over a tracker's answer.
package struct ReplyText: Sendable {
    /// What stands between `{...}`, which is nothing when it is written.
    private let templates: [Template]
    let pattern: TextPattern

    static func compile(_ source: String, at location: SourceLocation, names: ExpressionNames, into diagnostics: inout Diagnostics) -> Self?
    {
        var templates: [Template] = []
        var parts: [TextPattern.Part] = []
        var offset = 0
        for chunk in source.split(separator: "{...}", omittingEmptySubsequences: false) {
            let place = location.advanced(by: offset, in: source)
            guard let template = Template.parse(String(chunk), at: place, names: names, into: &diagnostics) else { return nil }
            if !templates.isEmpty { parts.append(.capture(nil)) }
            templates.append(template)
            parts += zip(template.parts, template.sources).map { part, name in
                if case .literal(let text) = part { .literal(text) } else { .capture(name.trimmed) }
            }
            offset += chunk.count + 5
        }
        return Self(templates: templates, pattern: TextPattern(parts))
    }

    func text(_ input: borrowing ExpressionInput) -> String {
        var text = ""
        for template in templates { text += template.text(input) }
        return text
    }

    /// The fixed parts.
    var literals: [String] {
        pattern.parts.compactMap { if case .literal(let text) = $0 { text } else { nil } }
    }
}
