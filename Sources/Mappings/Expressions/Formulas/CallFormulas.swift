/// Functions. Arguments are evaluated only if they count: of `coalesce` up to the first that is there, of `if` one side.
final class CoalesceFormula: Formula, @unchecked Sendable {
    private let arguments: FixedList<Formula>

    private let areNumeric: Bool

    init(_ arguments: [Formula]) {
        self.arguments = FixedList(arguments)
        areNumeric = arguments.allSatisfy(\.isNumeric)
    }

    override var isNumeric: Bool { areNumeric }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value {
        for index in 0..<arguments.count {
            let value = arguments.with(index) { $0.value(input, item) }
            if !value.isAbsent { return value }
        }
        return .absent
    }

    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        for index in 0..<arguments.count {
            let figure = arguments.with(index) { $0.figure(input, item) }
            if case .absent = figure { continue }
            return figure
        }
        return .absent
    }

    override func isPresent(_ input: borrowing ExpressionInput, _ item: Int) -> Bool {
        for index in 0..<arguments.count where arguments.with(index, { $0.isPresent(input, item) }) { return true }
        return false
    }
}

final class IfFormula: Formula, @unchecked Sendable {
    private let condition: Formula
    private let first: Formula
    private let second: Formula?
    private let areNumeric: Bool

    init(_ condition: Formula, _ first: Formula, _ second: Formula?) {
        (self.condition, self.first, self.second) = (condition, first, second)
        areNumeric = first.isNumeric && second?.isNumeric ?? true
    }

    override var isNumeric: Bool { areNumeric }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value {
        condition.isTrue(input, item) ? first.value(input, item) : second?.value(input, item) ?? .absent
    }

    override func figure(_ input: borrowing ExpressionInput, _ item: Int) -> Figure {
        condition.isTrue(input, item) ? first.figure(input, item) : second?.figure(input, item) ?? .absent
    }
}

/// A function of one to three values, which is absent if one of them is.
final class CallFormula: Formula, @unchecked Sendable {
    private let function: Function
    private let first: Formula
    private let second: Formula?
    private let third: Formula?

    init(_ function: Function, _ arguments: [Formula]) {
        self.function = function
        first = arguments[0]
        second = arguments.count > 1 ? arguments[1] : nil
        third = arguments.count > 2 ? arguments[2] : nil
    }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value {
        let one = first.value(input, item)
        guard !one.isAbsent else { return .absent }
        guard let second else { return function.value(of: one) }
        let two = second.value(input, item)
        guard !two.isAbsent else { return .absent }
        guard let third else { return function.value(of: one, two) }
        let three = third.value(input, item)
        return three.isAbsent ? .absent : function.value(of: one, two, three)
    }
}

final class PhoneFormula: Formula, @unchecked Sendable {
    private let number: Formula
    private let country: Formula

    init(_ number: Formula, _ country: Formula) { (self.number, self.country) = (number, country) }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value {
        guard let text = number.value(input, item).given else { return .absent }
        // Without a country a number may still say its own.
        return Value(PhoneNumber.e164(text, country: country.value(input, item).given))
    }
}

final class JoinedFormula: Formula, @unchecked Sendable {
    private let term: Formula
    private let separator: String

    init(_ term: Formula, _ separator: String) { (self.term, self.separator) = (term, separator) }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value {
        var texts: [String] = []
        for item in input.conversion.items.indices { texts.append(term.value(input, item).description) }
        return Value(texts.allSatisfy(\.isEmpty) ? nil : texts.joined(separator: separator))
    }
}

final class FormattedFormula: Formula, @unchecked Sendable {
    private let operand: Formula
    private let pattern: TimePattern
    private let zone: Formula

    init(_ operand: Formula, _ pattern: TimePattern, _ zone: Formula) { (self.operand, self.pattern, self.zone) = (operand, pattern, zone) }

    override func value(_ input: borrowing ExpressionInput, _ item: Int) -> Value {
        guard case .time(let time) = operand.value(input, item), let offset = try? ZoneOffset.parse(zone.value(input, item).description)
        else {
            return .absent
        }
        return .text(pattern.text(of: time, at: offset))
    }
}
