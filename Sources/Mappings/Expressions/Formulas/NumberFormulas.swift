/// Arithmetic. Most operands are numbers; a time, a length of time or a text goes the longer way.
final class ArithmeticFormula: Formula, @unchecked Sendable {
    private let op: Expression.Operator
    private let operands: Operands

    init(_ op: Expression.Operator, _ left: Formula, _ right: Formula) { (self.op, operands) = (op, Operands(left, right)) }

    override var isNumeric: Bool { operands.areNumeric }

    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        guard operands.areNumeric else { return Figure(value(input, item)) }
        return Figure(operands.numbers(input, item).flatMap { op.arithmetic($0, $1) })
    }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value {
        if operands.areNumeric { return figure(input, item).number.map(Value.number) ?? .absent }
        return operands.values(input, item).map { op.arithmetic($0, $1) } ?? .absent
    }
}

final class NegateFormula: NumberFormula, @unchecked Sendable {
    private let operand: Formula

    init(_ operand: Formula) { self.operand = operand }

    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure { Figure(operand.figure(input, item).number?.negated) }
}

final class SumFormula: NumberFormula, @unchecked Sendable {
    private let term: Formula

    init(_ term: Formula) { self.term = term }

    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        let count = input.conversion.items.count
        guard count > 0 else { return .absent }
        var total = ExactDecimal.zero
        for item in 0..<count {
            guard case .number(let number) = term.figure(input, item), let next = total.adding(number) else { return .absent }
            total = next
        }
        return .number(total)
    }
}

final class NumericFormula: NumberFormula, @unchecked Sendable {
    private let operand: Formula

    init(_ operand: Formula) { self.operand = operand }

    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        if operand.isNumeric { return operand.figure(input, item) }
        let value = operand.value(input, item)
        return switch Figure(value) {
        case .other: Figure(Function.number.number(value))
        case let figure: figure
        }
    }
}

final class RoundFormula: NumberFormula, @unchecked Sendable {
    private let operand: Formula
    private let place: Formula

    init(_ operand: Formula, _ place: Formula) { (self.operand, self.place) = (operand, place) }

    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        guard case .number(let number) = operand.figure(input, item) else { return .absent }
        return Figure(Function.round(number, to: place.value(input, item)))
    }
}

final class MinorFormula: NumberFormula, @unchecked Sendable {
    private let operand: Formula

    init(_ operand: Formula) { self.operand = operand }

    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        guard case .number(let number) = operand.figure(input, item), let exponent = input.conversion.currency?.minorUnits else {
            return .absent
        }
        return Figure(number.scaled(byPowerOfTen: exponent))
    }
}
