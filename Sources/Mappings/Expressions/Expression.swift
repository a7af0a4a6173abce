/// A small closed language over a conversion: no loops, no side effects, exact arithmetic, absent values that stay absent.
///
/// Used by a mapping's computed fields and checks, by replies and URLs, and by a route's `when:` and `set:`. Parsed and type-checked when a
/// file is loaded; evaluation cannot fail, except that arithmetic beyond 38 digits is absent.
package indirect enum Expression: Sendable, Hashable {
    case literal(Value)
    case path(FieldPath)
    /// A name that only some places know: a setting, or a reply's `id` or `reason`.
    case variable(Int)
    /// The time at which a request or a reply is written.
    case now
    /// A part of the item that `sum` is at.
    case item(Item.Part)
    /// That item's number in the order, from 1.
    case position
    case not(Expression)
    case negate(Expression)
    case binary(Operator, Expression, Expression)
    case oneOf(Expression, [Value])
    case call(Function, [Expression])
    /// `sum(items, price * quantity)`; absent if there are no items or one of them yields nothing.
    case sum(Expression)
    /// `join(items, sku, ",")`: an item without a value leaves its place empty; absent if all do.
    case joined(Expression, separator: String)
    /// `format(t, "yyyy-MM-dd", "+01:00")`.
    case formatted(Expression, TimePattern, zone: Expression)
    /// An entry of `metadata` or `extra` in arithmetic: a text that is a number counts as one.
    case numeric(Expression)

    package enum Operator: String, Sendable {
        case add = "+"
        case subtract = "-"
        case multiply = "*"
        case divide = "/"
        case equal = "=="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case and
        case or
    }

    /// What an expression may yield.
    package enum Kind: String, Sendable {
        case text, number, flag, time
        /// A length of time, in seconds.
        case duration
        /// Known only when it runs: an entry of `metadata`.
        case any
    }
}

/// What an expression can see when it is evaluated.
package struct ExpressionInput {
    package var conversion: Conversion
    /// Values of the names that the expression's `ExpressionNames` declared, in their order.
    package var variables: [Value]
    /// What `now` is; nil if the place knows no time.
    package var now: Timestamp?

    package init(_ conversion: Conversion, variables: [Value] = [], now: Timestamp? = nil) {
        self.conversion = conversion
        self.variables = variables
        self.now = now
    }
}

extension Expression {
    /// - Parameter item: the place among the items that `sum` is at.
    package func value(_ input: borrowing ExpressionInput, item: Int? = nil) -> Value {
        switch self {
        case .literal(let value): return value
        case .path(let path): return input.conversion[path]
        case .variable(let index): return input.variables[index]
        case .now: return input.now.map(Value.time) ?? .absent
        case .item(let part):
            guard let item else { return .absent }
            return input.conversion.items[item].value(part)
        case .position: return .number(ExactDecimal(Int64((input.conversion.line?.index ?? 0) + (item ?? 0) + 1)))
        case .not, .binary(.and, _, _), .binary(.or, _, _), .call(.exists, _): return .flag(isTrue(input, item: item))
        case .negate(let operand): return operand.value(input, item: item).number.map { .number($0.negated) } ?? .absent
        case .binary(let op, let left, let right): return Self.evaluate(op, left, right, input, item)
        case .oneOf(let operand, let values):
            let value = operand.value(input, item: item)
            return .flag(!value.isAbsent && values.contains { value.matches($0) })
        case .call(let function, let arguments): return function.value(of: arguments, input, item: item)
        case .sum(let term):
            guard !input.conversion.items.isEmpty else { return .absent }
            var total = ExactDecimal.zero
            for item in input.conversion.items.indices {
                guard case .number(let number) = term.value(input, item: item), let next = total.adding(number) else { return .absent }
                total = next
            }
            return .number(total)
        case .joined(let term, let separator):
            let texts = input.conversion.items.indices.map { term.value(input, item: $0).description }
            return Value(texts.allSatisfy(\.isEmpty) ? nil : texts.joined(separator: separator))
        case .formatted(let operand, let pattern, let zone):
            guard case .time(let time) = operand.value(input, item: item),
                let offset = try? ZoneOffset.parse(zone.value(input, item: item).description)
            else { return .absent }
            return .text(pattern.text(of: time, at: offset))
        case .numeric(let operand): return Function.number.number(operand.value(input, item: item))
        }
    }

    /// The texts that count as numbers here and are none: why arithmetic yields nothing.
    package func oddNumbers(_ input: borrowing ExpressionInput) -> [(path: FieldPath, text: String)] {
        var found: [(path: FieldPath, text: String)] = []
        for operand in numericOperands {
            guard case .path(let path) = operand, let text = input.conversion[path].text else { continue }
            if Function.number.number(.text(text)).isAbsent, !found.contains(where: { $0.path == path }) { found.append((path, text)) }
        }
        return found
    }

    /// A condition's answer; absent counts as false.
    package func isTrue(_ input: borrowing ExpressionInput, item: Int? = nil) -> Bool {
        switch self {
        case .not(let operand): !operand.isTrue(input, item: item)
        case .binary(.and, let left, let right): left.isTrue(input, item: item) && right.isTrue(input, item: item)
        case .binary(.or, let left, let right): left.isTrue(input, item: item) || right.isTrue(input, item: item)
        case .call(.exists, let arguments): arguments[0].isPresent(input, item: item)
        default: value(input, item: item).flag ?? false
        }
    }

    private func isPresent(_ input: borrowing ExpressionInput, item: Int?) -> Bool {
        if case .path(.field(let field)) = self { return !input.conversion[field].isAbsent }
        return !value(input, item: item).isAbsent
    }

    private static func evaluate(
        _ op: Operator, _ left: Expression, _ right: Expression, _ input: borrowing ExpressionInput, _ item: Int?
    ) -> Value {
        let (first, second) = (left.value(input, item: item), right.value(input, item: item))
        guard !first.isAbsent, !second.isAbsent else { return op.isComparison ? .flag(false) : .absent }
        switch op {
        case .equal: return .flag(first.matches(second))
        case .notEqual: return .flag(!first.matches(second))
        case .less: return .flag(first.precedes(second))
        case .lessOrEqual: return .flag(first.precedes(second) || first.matches(second))
        case .greater: return .flag(second.precedes(first))
        case .greaterOrEqual: return .flag(second.precedes(first) || first.matches(second))
        default: return op.arithmetic(first, second)
        }
    }
}

extension Expression.Operator {
    var isComparison: Bool {
        switch self {
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }

    fileprivate func arithmetic(_ left: Value, _ right: Value) -> Value {
        switch (left, right) {
        case (.number(let first), .number(let second)): return arithmetic(first, second)
        case (.time(let time), .number(let seconds)) where self == .add || self == .subtract:
            return time.advanced(bySeconds: self == .add ? seconds : seconds.negated).map(Value.time) ?? .absent
        case (.number(let seconds), .time(let time)) where self == .add:
            return time.advanced(bySeconds: seconds).map(Value.time) ?? .absent
        case (.time(let end), .time(let start)) where self == .subtract:
            return end.seconds(since: start).map(Value.number) ?? .absent
        default: return self == .add ? .text(left.description + right.description) : .absent
        }
    }

    private func arithmetic(_ first: ExactDecimal, _ second: ExactDecimal) -> Value {
        let result: ExactDecimal? =
            switch self {
            case .add: first.adding(second)
            case .subtract: first.subtracting(second)
            case .multiply: first.multiplied(by: second)
            case .divide: second.isZero ? nil : first.divided(by: second, decimals: 20, rounding: .halfEven)
            default: nil
            }
        return result.map(Value.number) ?? .absent
    }
}

extension Value {
    /// Equality across kinds: an entry of `metadata` may be `"5"` and be compared with a number.
    fileprivate func matches(_ other: Value) -> Bool {
        switch (self, other) {
        case (.text(let one), .text(let two)): return one == two
        case (.time(let time), .text(let text)), (.text(let text), .time(let time)): return Timestamp(iso8601: text.trimmed) == time
        default: break
        }
        return self == other || description == other.description
    }

    /// A text beside a time is an entry of `metadata` or `extra`, and is read as one; one that is no time neither precedes nor follows.
    fileprivate func precedes(_ other: Value) -> Bool {
        switch (self, other) {
        case (.number(let left), .number(let right)): left < right
        case (.time(let left), .time(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        case (.text(let left), .time(let right)): Timestamp(iso8601: left.trimmed).map { $0 < right } ?? false
        case (.time(let left), .text(let right)): Timestamp(iso8601: right.trimmed).map { left < $0 } ?? false
        default: false
        }
    }
}
