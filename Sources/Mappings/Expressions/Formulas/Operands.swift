/// The two that an operator is between. If one is absent, there is nothing to work on.
///
/// What yields numbers only is asked for its figure, everything else for its value: each operand once, however deep it is nested.
struct Operands {
    let areNumeric: Bool
    private let left: Formula
    private let right: Formula

    init(_ left: Formula, _ right: Formula) {
        (self.left, self.right) = (left, right)
        areNumeric = left.isNumeric && right.isNumeric
    }

    /// If they are numeric.
    @inline(__always)
    func numbers(_ input: borrowing ExpressionInput, _ item: Int) -> (ExactDecimal, ExactDecimal)? {
        guard case .number(let first) = left.figure(input, item), case .number(let second) = right.figure(input, item) else { return nil }
        return (first, second)
    }

    /// If they are not.
    @inline(__always)
    func values(_ input: borrowing ExpressionInput, _ item: Int) -> (Value, Value)? {
        let first = left.value(input, item)
        if first.isAbsent { return nil }
        let second = right.value(input, item)
        return second.isAbsent ? nil : (first, second)
    }
}
