/// A text with expressions in braces: `/api/postback/{settings.brand}/{settings.offer}`.
///
/// Values are put in once and never looked at again, so a value that holds braces stays what it is.
package struct Template: Sendable, Hashable {
    package enum Part: Sendable, Hashable {
        case literal(String)
        case value(Expression)
    }
    package var parts: [Part]
    /// The texts between the braces, by part; for sentences.
    package var sources: [String]

    package init(literal: String) {
        parts = [.literal(literal)]
        sources = [""]
    }

    private init(parts: [Part], sources: [String]) {
        self.parts = parts
        self.sources = sources
    }

    /// The single expression if the text is nothing else; its value keeps its kind.
    package var onlyValue: Expression? {
        guard parts.count == 1, case .value(let expression) = parts[0] else { return nil }
        return expression
    }

    package var onlyLiteral: String? {
        if parts.isEmpty { return "" }
        guard parts.count == 1, case .literal(let text) = parts[0] else { return nil }
        return text
    }

    /// Fills every value in; absent ones leave nothing.
    package func text(_ input: borrowing ExpressionInput, encode: (String) -> String = { $0 }) -> String {
        var text = ""
        for part in parts {
            switch part {
            case .literal(let literal): text += literal
            case .value(let expression): text += encode(expression.value(input).description)
            }
        }
        return text
    }

    package static func parse(
        _ source: String, at location: SourceLocation, names: ExpressionNames, into diagnostics: inout Diagnostics
    ) -> Template? {
        var parts: [Part] = []
        var sources: [String] = []
        var rest = source[...]
        var isComplete = true
        // Counted on the way: from the start each time, many braces would cost the square of their number.
        var (lines, columns) = (0, 0)
        func pass(_ text: Substring) {
            for character in text {
                if character == "\n" { (lines, columns) = (lines + 1, 0) } else { columns += 1 }
            }
        }
        while let open = rest.firstIndex(of: "{") {
            if open != rest.startIndex {
                parts.append(.literal(String(rest[..<open])))
                sources.append("")
            }
            pass(rest[..<open])
            let place = SourceLocation(file: location.file, line: location.line + lines, column: location.column + columns)
            guard let close = rest[open...].firstIndex(of: "}") else {
                diagnostics.error(at: place, "the '{' here has no closing '}'")
                return nil
            }
            let inner = String(rest[rest.index(after: open)..<close])
            pass(rest[open...close])
            if let expression = ExpressionParser.parse(inner, at: place.advanced(by: 1), names: names, into: &diagnostics) {
                parts.append(.value(expression))
                sources.append(inner)
            } else {
                isComplete = false
            }
            rest = rest[rest.index(after: close)...]
        }
        if !rest.isEmpty {
            parts.append(.literal(String(rest)))
            sources.append("")
        }
        return isComplete ? Template(parts: parts, sources: sources) : nil
    }
}
