/// A small closed language over a conversion: no loops, no side effects, exact arithmetic, absent values that stay absent.
///
/// Used by a mapping's computed fields and checks, by replies and URLs, and by a route's `when:` and `set:`. Parsed and type-checked when a
/// file is loaded; evaluation cannot fail, except that arithmetic beyond 38 digits is absent.
package struct Expression: Sendable {
    /// As it was written, for sentences and for questions about it.
    package let syntax: Syntax
    /// The same, ready to be evaluated.
    let formula: Formula

    init(_ syntax: Syntax) {
        self.syntax = syntax
        formula = Formula.make(syntax)
    }

    package static func literal(_ value: Value) -> Expression { Expression(.literal(value)) }

    /// The value, if that is all it is.
    package var literal: Value? {
        if case .literal(let value) = syntax { value } else { nil }
    }

    /// The parts that `and` joins, each of which must be true.
    package var conjuncts: [Expression] {
        guard case .binary(.and, let left, let right) = syntax else { return [self] }
        return Expression(left).conjuncts + Expression(right).conjuncts
    }

    package indirect enum Syntax: Sendable, Hashable {
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
        case not(Syntax)
        case negate(Syntax)
        case binary(Operator, Syntax, Syntax)
        case oneOf(Syntax, [Value])
        case call(Function, [Syntax])
        /// `sum(items, price * quantity)`; absent if there are no items or one of them yields nothing.
        case sum(Syntax)
        /// `join(items, sku, ",")`: an item without a value leaves its place empty; absent if all do.
        case joined(Syntax, separator: String)
        /// `format(t, "yyyy-MM-dd", "+01:00")`.
        case formatted(Syntax, TimePattern, zone: Syntax)
        /// An entry of `metadata` or `extra` in arithmetic: a text that is a number counts as one.
        case numeric(Syntax)
    }

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

extension Expression: Hashable {
    package static func == (one: Self, other: Self) -> Bool { one.syntax == other.syntax }

    package func hash(into hasher: inout Hasher) { hasher.combine(syntax) }
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
    package func value(_ input: borrowing ExpressionInput, item: Int? = nil) -> Value { formula.value(input, item ?? Formula.noItem) }

    /// A condition's answer; absent counts as false.
    package func isTrue(_ input: borrowing ExpressionInput) -> Bool { formula.isTrue(input, Formula.noItem) }

    /// The texts that count as numbers here and are none: why arithmetic yields nothing.
    package func oddNumbers(_ input: borrowing ExpressionInput) -> [(path: FieldPath, text: String)] {
        var found: [(path: FieldPath, text: String)] = []
        for operand in numericOperands {
            guard case .path(let path) = operand, let text = input.conversion[path].text else { continue }
            if Function.number.number(.text(text)).isAbsent, !found.contains(where: { $0.path == path }) { found.append((path, text)) }
        }
        return found
    }
}
