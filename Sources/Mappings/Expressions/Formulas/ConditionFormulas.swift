/// What is true or false.
final class NotFormula: ConditionFormula, @unchecked Sendable {
    private let operand: Formula

    init(_ operand: Formula) { self.operand = operand }

    override func isTrue(_ input: borrowing ExpressionInput, _ item: Int) -> Bool { !operand.isTrue(input, item) }
}

final class AndFormula: ConditionFormula, @unchecked Sendable {
    private let left: Formula
    private let right: Formula

    init(_ left: Formula, _ right: Formula) { (self.left, self.right) = (left, right) }

    override func isTrue(_ input: borrowing ExpressionInput, _ item: Int) -> Bool { left.isTrue(input, item) && right.isTrue(input, item) }
}

final class OrFormula: ConditionFormula, @unchecked Sendable {
    private let left: Formula
    private let right: Formula

    init(_ left: Formula, _ right: Formula) { (self.left, self.right) = (left, right) }

    override func isTrue(_ input: borrowing ExpressionInput, _ item: Int) -> Bool { left.isTrue(input, item) || right.isTrue(input, item) }
}

final class ExistsFormula: ConditionFormula, @unchecked Sendable {
    private let operand: Formula

    init(_ operand: Formula) { self.operand = operand }

    override func isTrue(_ input: borrowing ExpressionInput, _ item: Int) -> Bool { operand.isPresent(input, item) }
}

final class ComparisonFormula: ConditionFormula, @unchecked Sendable {
    private let op: Expression.Operator
    private let operands: Operands

    init(_ op: Expression.Operator, _ left: Formula, _ right: Formula) { (self.op, operands) = (op, Operands(left, right)) }

    /// What is absent is neither equal to anything nor different from it.
    override func isTrue(_ input: borrowing ExpressionInput, _ item: Int) -> Bool {
        if operands.areNumeric { return operands.numbers(input, item).map { compare($0, $1) } ?? false }
        return operands.values(input, item).map { compare($0, $1) } ?? false
    }

    private func compare(_ first: ExactDecimal, _ second: ExactDecimal) -> Bool {
        switch op {
        case .equal: first == second
        case .notEqual: first != second
        case .less: first < second
        case .lessOrEqual: !(second < first)
        case .greater: second < first
        case .greaterOrEqual: !(first < second)
        default: false
        }
    }

    private func compare(_ first: Value, _ second: Value) -> Bool {
        switch op {
        case .equal: first.matches(second)
        case .notEqual: !first.matches(second)
        case .less: first.precedes(second)
        case .lessOrEqual: first.precedes(second) || first.matches(second)
        case .greater: second.precedes(first)
        case .greaterOrEqual: second.precedes(first) || first.matches(second)
        default: false
        }
    }
}

final class OneOfFormula: ConditionFormula, @unchecked Sendable {
    private let operand: Formula
    private let values: [Value]

    init(_ operand: Formula, _ values: [Value]) { (self.operand, self.values) = (operand, values) }

    override func isTrue(_ input: borrowing ExpressionInput, _ item: Int) -> Bool {
        let value = operand.value(input, item)
        return !value.isAbsent && values.contains { value.matches($0) }
    }
}
