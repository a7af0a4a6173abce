extension Expression {
    /// As it could be written in a file, with the fewest brackets. Aliases of fields appear under their canonical names.
    ///
    /// - Parameter variables: the names of the variables, in their order.
    package func text(variables: [String] = []) -> String { syntax.text(variables: variables) }

    /// Every place of a conversion that it looks at, each once, in the order of the text.
    package var paths: [FieldPath] { syntax.paths }

    /// The operands of arithmetic whose kind is known only when it runs.
    package var numericOperands: [Syntax] { syntax.numericOperands }
}

extension Expression.Syntax {
    /// As it could be written in a file, with the fewest brackets. Aliases of fields appear under their canonical names.
    ///
    /// - Parameter variables: the names of the variables, in their order.
    func text(variables: [String] = []) -> String { text(variables, within: 0) }

    /// - Parameter strength: how strongly the operator around it binds; what binds no stronger gets brackets.
    private func text(_ variables: [String], within strength: Int) -> String {
        let written: String
        switch self {
        case .literal(let value): return value.literal
        case .path(let path): return path.description
        case .variable(let index): return variables.indices.contains(index) ? variables[index] : "?"
        case .now: return "now"
        case .item(let part): return part.wireName
        case .position: return "position"
        case .call(let function, let arguments): return "\(function.rawValue)(\(Self.list(arguments, variables)))"
        case .sum(let term): return "sum(items, \(term.text(variables, within: 0)))"
        case .joined(let term, let separator): return "join(items, \(term.text(variables, within: 0)), \(Value.text(separator).literal))"
        case .formatted(let operand, let pattern, let zone):
            let operand = operand.text(variables, within: 0)
            return "format(\(operand), \(Value.text(pattern.source).literal), \(zone.text(variables, within: 0)))"
        case .numeric(let operand): return operand.text(variables, within: strength)
        case .not(let operand): written = "not \(operand.text(variables, within: self.strength))"
        case .negate(let operand): written = "-\(operand.text(variables, within: self.strength))"
        case .binary(let op, let left, let right):
            written = "\(left.text(variables, within: self.strength - 1)) \(op.rawValue) \(right.text(variables, within: self.strength))"
        case .oneOf(let operand, let values):
            let list = values.map(\.literal).joined(separator: ", ")
            written = "\(operand.text(variables, within: self.strength - 1)) in [\(list)]"
        }
        return self.strength <= strength ? "(\(written))" : written
    }

    private static func list(_ expressions: [Self], _ variables: [String]) -> String {
        expressions.map { $0.text(variables, within: 0) }.joined(separator: ", ")
    }

    /// As the parser has it.
    private var strength: Int {
        switch self {
        case .binary(.or, _, _): 1
        case .binary(.and, _, _): 2
        case .not: 3
        case .binary(let op, _, _) where op.isComparison: 4
        case .oneOf: 4
        case .binary(.add, _, _), .binary(.subtract, _, _): 5
        case .binary: 6
        default: 7
        }
    }

    /// Every place of a conversion that it looks at, each once, in the order of the text.
    var paths: [FieldPath] {
        var found: [FieldPath] = []
        collect(&found)
        return found
    }

    /// The operands of arithmetic whose kind is known only when it runs.
    var numericOperands: [Self] {
        switch self {
        case .literal, .path, .variable, .now, .item, .position: []
        case .numeric(let operand): [operand] + operand.numericOperands
        case .not(let operand), .negate(let operand), .oneOf(let operand, _), .sum(let operand), .joined(let operand, _):
            operand.numericOperands
        case .formatted(let operand, _, let zone): operand.numericOperands + zone.numericOperands
        case .call(_, let arguments): arguments.flatMap(\.numericOperands)
        case .binary(_, let left, let right): left.numericOperands + right.numericOperands
        }
    }

    private func collect(_ found: inout [FieldPath]) {
        switch self {
        case .literal, .variable, .now, .item, .position: return
        case .path(let path): if !found.contains(path) { found.append(path) }
        case .not(let operand), .negate(let operand), .oneOf(let operand, _), .sum(let operand), .joined(let operand, _),
            .numeric(let operand):
            operand.collect(&found)
        case .formatted(let operand, _, let zone):
            operand.collect(&found)
            zone.collect(&found)
        case .call(let function, let arguments):
            for argument in arguments { argument.collect(&found) }
            if function == .minor { Self.path(.field(.currency)).collect(&found) }
        case .binary(_, let left, let right):
            left.collect(&found)
            right.collect(&found)
        }
    }
}

extension Value {
    /// As an expression has it: texts in quotes, times in `time("…")`.
    package var literal: String {
        switch self {
        case .absent: "nothing"
        case .text(let text): text.contains("\"") ? "'\(text)'" : "\"\(text)\""
        case .time(let time): "time(\"\(time)\")"
        case .number, .flag: description
        }
    }
}
