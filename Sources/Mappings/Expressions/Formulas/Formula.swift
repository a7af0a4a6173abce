/// An expression ready to be evaluated: a tree of objects, made when a file is loaded and never changed.
///
/// Each kind of expression is a class of its own, so that evaluating one copies nothing of the tree and counts no reference. A number has a
/// short way of its own through `figure`, and a condition through `isTrue`: both say the same as `value`.
class Formula: @unchecked Sendable {
    /// Where no item is looked at.
    static let noItem = -1

    /// Whether its figure is all that it yields, so that whoever asks for that need not ask for its value as well: what asks for both of
    /// each operand would double its work with each level.
    var isNumeric: Bool { false }

    /// - Parameter item: the place among the items that `sum` is at, or `noItem`.
    func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value { .absent }

    /// The value as far as arithmetic looks at it.
    func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure { Figure(value(input, item)) }

    /// A condition's answer; absent counts as false.
    func isTrue(_ input: borrowing ExpressionInput, _ item: Int) -> Bool { value(input, item).flag ?? false }

    func isPresent(_ input: borrowing ExpressionInput, _ item: Int) -> Bool { !value(input, item).isAbsent }

    /// A value without anything to keep alive.
    enum Figure {
        case absent
        case number(ExactDecimal)
        /// A text, a time or a truth value.
        case other

        @inline(__always)
        init(_ value: borrowing Value) {
            switch value {
            case .absent: self = .absent
            case .number(let number): self = .number(number)
            case .text, .flag, .time: self = .other
            }
        }

        @inline(__always)
        init(_ number: ExactDecimal?) { self = number.map(Self.number) ?? .absent }

        var number: ExactDecimal? {
            if case .number(let number) = self { number } else { nil }
        }
    }
}

/// What yields numbers: its value follows from its figure.
class NumberFormula: Formula, @unchecked Sendable {
    override final var isNumeric: Bool { true }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value {
        figure(input, item).number.map(Value.number) ?? .absent
    }
}

/// What is true or false: its value follows from its answer.
class ConditionFormula: Formula, @unchecked Sendable {
    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value { .flag(isTrue(input, item)) }

    override func isPresent(_ input: borrowing ExpressionInput, _ item: Int) -> Bool { true }
}

extension Formula {
    static func make(_ syntax: Expression.Syntax) -> Formula {
        switch syntax {
        case .literal(let value): LiteralFormula(value)
        case .path(.field(let field)): FieldFormula(field)
        case .path(let path): PathFormula(path)
        case .variable(let index): VariableFormula(index)
        case .now: NowFormula()
        case .item(let part): ItemFormula(part)
        case .position: PositionFormula()
        case .not(let operand): NotFormula(make(operand))
        case .negate(let operand): NegateFormula(make(operand))
        case .binary(.and, let left, let right): AndFormula(make(left), make(right))
        case .binary(.or, let left, let right): OrFormula(make(left), make(right))
        case .binary(let op, let left, let right):
            op.isComparison ? ComparisonFormula(op, make(left), make(right)) : ArithmeticFormula(op, make(left), make(right))
        case .oneOf(let operand, let values): OneOfFormula(make(operand), values)
        case .sum(let term): SumFormula(make(term))
        case .joined(let term, let separator): JoinedFormula(make(term), separator)
        case .formatted(let operand, let pattern, let zone): FormattedFormula(make(operand), pattern, make(zone))
        case .numeric(let operand): NumericFormula(make(operand))
        case .call(let function, let arguments): make(function, arguments.map(make))
        }
    }

    private static func make(_ function: Function, _ arguments: [Formula]) -> Formula {
        switch function {
        case .coalesce: CoalesceFormula(arguments)
        case .if: IfFormula(arguments[0], arguments[1], arguments.count > 2 ? arguments[2] : nil)
        case .exists: ExistsFormula(arguments[0])
        case .count: CountFormula()
        case .minor: MinorFormula(arguments[0])
        case .round: RoundFormula(arguments[0], arguments[1])
        case .e164: PhoneFormula(arguments[0], arguments[1])
        default: CallFormula(function, arguments)
        }
    }
}
