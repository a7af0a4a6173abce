/// What an expression looks at: literals, places of a conversion, and what else the place of the expression knows.
final class LiteralFormula: Formula, @unchecked Sendable {
    let literal: Value
    private let number: Figure

    init(_ literal: Value) {
        self.literal = literal
        number = Figure(literal)
    }

    override var isNumeric: Bool { literal.number != nil }
    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value { literal }
    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure { number }
}

final class FieldFormula: Formula, @unchecked Sendable {
    let field: Field

    init(_ field: Field) { self.field = field }

    override var isNumeric: Bool { field.kind == .money }
    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value { input.conversion[field] }
    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure { input.conversion.figure(field) }
    override func isPresent(_ input: borrowing ExpressionInput, _ item: Int) -> Bool { input.conversion.has(field) }
}

final class PathFormula: Formula, @unchecked Sendable {
    private let path: FieldPath

    init(_ path: FieldPath) { self.path = path }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value { input.conversion[path] }
}

final class VariableFormula: Formula, @unchecked Sendable {
    private let index: Int

    init(_ index: Int) { self.index = index }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value { input.variables[index] }
}

final class NowFormula: Formula, @unchecked Sendable {
    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value { input.now.map(Value.time) ?? .absent }
}

final class ItemFormula: Formula, @unchecked Sendable {
    private let part: Item.Part

    init(_ part: Item.Part) { self.part = part }

    override var isNumeric: Bool { part.isNumber }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value {
        item == Self.noItem ? .absent : input.conversion.items[item].value(part)
    }

    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        item == Self.noItem ? .absent : input.conversion.items[item].figure(part)
    }
}

final class PositionFormula: NumberFormula, @unchecked Sendable {
    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        .number(ExactDecimal(Int64((input.conversion.line?.index ?? 0) + max(item, 0) + 1)))
    }
}

final class CountFormula: NumberFormula, @unchecked Sendable {
    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        .number(ExactDecimal(Int64(input.conversion.line?.order.count ?? input.conversion.items.count)))
    }
}
