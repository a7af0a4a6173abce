/// A condition over a request as it came, before a mapping has read it: `body.type == "charge.refunded"`.
///
/// It decides what kind of message a request is. Compiled once; a request's body is taken apart only if a condition looks into it.
package struct RequestCondition: Sendable {
    let expression: Expression
    /// The names in it, in the order of the expression's variables.
    let parts: [RequestPart]
    /// As the file has it.
    package let source: String

    /// - Parameter settings: of the source, in the order of the mapping's list; they may be left out if the condition looks at none.
    package func isTrue(_ request: RawRequest, settings: [Value] = []) -> Bool {
        expression.isTrue(ExpressionInput(.nobody, variables: parts.map { request.value($0, settings) }))
    }

    /// Whether sources with other settings may come to something else.
    var looksAtSettings: Bool { parts.contains { if case .setting = $0 { true } else { false } } }
}

extension RequestCondition {
    private static let words: Set<String> = ["and", "or", "not", "in", "true", "false"]
    /// What looks at a conversion and not at values that it is given.
    private static let foreign: Set<String> = ["sum", "count", "minor"]

    /// Nil if it has a mistake, which is reported.
    ///
    /// - Parameter settings: of the mapping; nil if the condition is looked at before the source is known.
    static func parse(_ node: YAMLNode, settings: [SettingPlan]?, into diagnostics: inout Diagnostics) -> RequestCondition? {
        guard let text = node.text("if", &diagnostics) else { return nil }
        let place = node.textLocation
        // What is no sequence of words and signs, the parser reports.
        let tokens = (try? ExpressionLexer.tokens(of: text)) ?? []
        var variables: [(name: String, kind: Expression.Kind)] = []
        var parts: [RequestPart] = []
        for (index, (token, offset)) in tokens.enumerated() {
            guard case .name(let name) = token, !words.contains(name) else { continue }
            if index + 1 < tokens.count, tokens[index + 1].token == .symbol("("), !foreign.contains(name) { continue }
            guard let (part, kind) = part(name, settings) else {
                diagnostics.error(at: place.advanced(by: offset, in: text), unknown(name, settings))
                return nil
            }
            guard !variables.contains(where: { $0.name == name }) else { continue }
            variables.append((name, kind))
            parts.append(part)
        }
        let names = ExpressionNames(variables: variables)
        let expression = ExpressionParser.parse(text, at: place, names: names, expecting: .flag, into: &diagnostics)
        return expression.map { RequestCondition(expression: $0, parts: parts, source: text) }
    }

    private static func part(_ name: String, _ settings: [SettingPlan]?) -> (RequestPart, Expression.Kind)? {
        if let index = settings?.firstIndex(where: { "settings.\($0.name)" == name }) {
            return (.setting(index), settings?[index].kind == .flag ? .flag : .text)
        }
        return RequestPart(name: name).map { ($0, $0.kind) }
    }

    private static func unknown(_ name: String, _ settings: [SettingPlan]?) -> String {
        let known =
            "it knows method, path, headers.NAME, query.NAME, body.NAME\(settings == nil ? " and" : ",") root"
            + (settings == nil ? "" : " and settings.NAME")
        if name.hasPrefix("settings.") {
            guard let settings else {
                return "'\(name)' is of a source, and a handshake is answered before its source is known; \(known)"
            }
            let setting = String(name.dropFirst(9))
            return "unknown setting '\(setting)'\(setting.suggestion(from: settings.map(\.name)))"
        }
        if foreign.contains(name) { return "'\(name)' is about a conversion, and an 'if' decides before there is one; \(known)" }
        let path = FieldPath(name: name)
        return "unknown name '\(name)' in an 'if'; \(known)"
            + (path == nil ? "" : ": the request is not read yet, so write where '\(name)' is in it")
    }
}
