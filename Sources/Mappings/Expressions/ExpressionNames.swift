/// The names that an expression may use beside the functions.
package struct ExpressionNames: Sendable {
    /// Names that only this place knows, such as `settings.program_id` or a reply's `reason`; their values come in the same order.
    package var variables: [(name: String, kind: Expression.Kind)]
    /// Other words for canonical fields: a tracker's own parameter names, the industry's macro names.
    package var aliases: [String: FieldPath]
    /// Whether `now` is a name: only what is written has a time of its own.
    package var hasNow: Bool
    /// Whether the parts of an item are names: of the field of an item, whose parts win over the conversion's names. `items[].sku` is one too.
    package var hasItem: Bool
    /// Whether `position` is a name, the number of the line that a request is about; where the parts of an item are names, it is one too.
    package var hasPosition = false

    package init(
        variables: [(name: String, kind: Expression.Kind)] = [], aliases: [String: FieldPath] = [:], hasNow: Bool = false,
        hasItem: Bool = false
    ) {
        self.variables = variables
        self.aliases = aliases
        self.hasNow = hasNow
        self.hasItem = hasItem
    }

    /// A conversion's fields and nothing else: what a route sees.
    package static let conversion = ExpressionNames()

    func resolve(_ name: String) -> (expression: Expression.Syntax, kind: Expression.Kind, words: [String]?)? {
        if let index = variables.firstIndex(where: { $0.name == name }) { return (.variable(index), variables[index].kind, nil) }
        if hasNow, name == "now" { return (.now, .time, nil) }
        guard let path = FieldPath(name: name) ?? aliases[name] else { return nil }
        switch path {
        case .field(let field):
            if case .word(let words) = field.kind { return (.path(path), .text, words) }
            return (.path(path), field.kind.expressionKind, nil)
        case .id, .source, .tracker: return (.path(path), .text, nil)
        case .receivedAt: return (.path(path), .time, nil)
        case .subID, .clickID: return (.path(path), .text, nil)
        case .metadata, .extra: return (.path(path), .any, nil)
        }
    }

    var all: [String] { variables.map(\.name) + (hasNow ? ["now"] : []) + FieldPath.suggestions + aliases.keys }
}

extension Field.Kind {
    package var expressionKind: Expression.Kind {
        switch self {
        case .text, .word: .text
        case .money: .number
        case .flag: .flag
        case .time: .time
        }
    }
}
