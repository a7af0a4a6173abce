/// Parses and type-checks one expression.
package struct ExpressionParser {
    /// Each level of brackets, and each operator of a chain, is a level of the stack when it is parsed or evaluated.
    private static let maximumTokens = 1000

    private let tokens: [(token: ExpressionLexer.Token, offset: Int)]
    private let names: ExpressionNames
    private var position = 0
    private var isInsideSum = false

    private typealias Failure = ExpressionLexer.Failure

    /// An expression whose kind is known, and its words if they are a closed list.
    private struct Typed {
        var expression: Expression
        var kind: Expression.Kind
        var words: [String]?
        var offset: Int
    }

    /// - Parameter kind: what the place wants; nil takes anything.
    package static func parse(
        _ source: String, at location: SourceLocation, names: ExpressionNames, expecting kind: Expression.Kind? = nil,
        into diagnostics: inout Diagnostics
    ) -> Expression? {
        do throws(Failure) {
            let tokens = try ExpressionLexer.tokens(of: source)
            guard tokens.count <= maximumTokens else {
                throw Failure(offset: tokens[maximumTokens].offset, message: "an expression has at most \(maximumTokens) words and signs")
            }
            var parser = Self(tokens: tokens, names: names)
            let typed = try parser.parseExpression(0)
            guard parser.next == .end else { throw parser.unexpected("an operator or the end") }
            if let kind { try check(typed, is: kind, for: "this expression") }
            return typed.expression
        } catch {
            diagnostics.error(at: location.advanced(by: error.offset, in: source), error.message)
            return nil
        }
    }

    private init(tokens: [(token: ExpressionLexer.Token, offset: Int)], names: ExpressionNames) {
        self.tokens = tokens
        self.names = names
    }

    private var next: ExpressionLexer.Token { tokens[position].token }
    private var offset: Int { tokens[position].offset }

    private mutating func take(_ token: ExpressionLexer.Token) -> Bool {
        guard next == token else { return false }
        position += 1
        return true
    }

    private mutating func expect(_ symbol: String) throws(Failure) {
        guard take(.symbol(symbol)) else { throw unexpected("'\(symbol)'") }
    }

    private func unexpected(_ wanted: String) -> Failure {
        Failure(offset: offset, message: "expected \(wanted), found \(next.description)")
    }

    private static func check(_ typed: Typed, is kind: Expression.Kind, for subject: String) throws(Failure) {
        guard typed.kind == kind || typed.kind == .any else {
            throw Failure(offset: typed.offset, message: "\(subject) must be a \(kind.rawValue), but this is a \(typed.kind.rawValue)")
        }
    }

    /// Binding strength of what comes next, weakest first: `or`, `and`, comparisons and `in`, `+ -`, `* /`.
    private var strength: Int {
        switch next {
        case .name("or"): 1
        case .name("and"): 2
        case .symbol("=="), .symbol("!="), .symbol("<"), .symbol("<="), .symbol(">"), .symbol(">="), .name("in"): 4
        case .symbol("+"), .symbol("-"): 5
        case .symbol("*"), .symbol("/"): 6
        default: 0
        }
    }

    private mutating func parseExpression(_ minimum: Int) throws(Failure) -> Typed {
        var left = try parseUnary()
        while strength > minimum {
            let level = strength
            let token = next
            let place = offset
            position += 1
            if token == .name("in") {
                left = try parseList(after: left)
            } else if case .symbol(let text) = token, let op = Expression.Operator(rawValue: text) {
                left = try combine(op, left, parseExpression(level), at: place)
            } else if case .name(let text) = token, let op = Expression.Operator(rawValue: text) {
                left = try combine(op, left, parseExpression(level), at: place)
            }
        }
        return left
    }

    private func combine(_ op: Expression.Operator, _ left: Typed, _ right: Typed, at place: Int) throws(Failure) -> Typed {
        var kind = Expression.Kind.flag
        switch op {
        case .and, .or:
            try Self.check(left, is: .flag, for: "the left side of '\(op.rawValue)'")
            try Self.check(right, is: .flag, for: "the right side of '\(op.rawValue)'")
        case .add where left.kind == .text || right.kind == .text:
            kind = .text
        case .add, .subtract, .multiply, .divide:
            try Self.check(left, is: .number, for: "the left side of '\(op.rawValue)'")
            try Self.check(right, is: .number, for: "the right side of '\(op.rawValue)'")
            kind = .number
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard left.kind == right.kind || left.kind == .any || right.kind == .any else {
                throw Failure(offset: place, message: Self.mismatch(left, right))
            }
            try checkWord(left, right)
            try checkWord(right, left)
        }
        return Typed(expression: .binary(op, left.expression, right.expression), kind: kind, offset: left.offset)
    }

    private static func mismatch(_ left: Typed, _ right: Typed) -> String {
        let message = "a \(left.kind.rawValue) cannot be compared with a \(right.kind.rawValue)"
        guard [left.kind, right.kind].contains(.time), [left.kind, right.kind].contains(.text) else { return message }
        return "\(message); a time is written time(\"\(TimeLiteral.sample)\")"
    }

    /// A literal beside a field with a closed list of words must be one of them.
    private func checkWord(_ field: Typed, _ literal: Typed) throws(Failure) {
        guard let words = field.words, case .literal(.text(let word)) = literal.expression, !words.contains(word) else { return }
        throw Failure(offset: literal.offset, message: "unknown word '\(word)'\(word.suggestion(from: words))")
    }

    private mutating func parseList(after operand: Typed) throws(Failure) -> Typed {
        try expect("[")
        var values: [Value] = []
        repeat {
            let element = try parseExpression(0)
            guard case .literal(let value) = element.expression else {
                throw Failure(offset: element.offset, message: "a list after 'in' holds texts and numbers only")
            }
            try Self.check(element, is: operand.kind == .any ? element.kind : operand.kind, for: "an element of this list")
            try checkWord(operand, element)
            values.append(value)
        } while take(.symbol(","))
        try expect("]")
        return Typed(expression: .oneOf(operand.expression, values), kind: .flag, offset: operand.offset)
    }

    private mutating func parseUnary() throws(Failure) -> Typed {
        let place = offset
        if take(.name("not")) {
            let operand = try parseExpression(3)
            try Self.check(operand, is: .flag, for: "what follows 'not'")
            return Typed(expression: .not(operand.expression), kind: .flag, offset: place)
        }
        if take(.symbol("-")) {
            let operand = try parseUnary()
            try Self.check(operand, is: .number, for: "what follows '-'")
            if case .literal(.number(let number)) = operand.expression {
                return Typed(expression: .literal(.number(number.negated)), kind: .number, offset: place)
            }
            return Typed(expression: .negate(operand.expression), kind: .number, offset: place)
        }
        return try parsePrimary()
    }

    private mutating func parsePrimary() throws(Failure) -> Typed {
        let place = offset
        switch next {
        case .text(let text):
            position += 1
            return Typed(expression: .literal(.text(text)), kind: .text, offset: place)
        case .number(let text):
            position += 1
            guard let number = try? ExactDecimal(parsing: text) else { throw Failure(offset: place, message: "'\(text)' is not a number") }
            return Typed(expression: .literal(.number(number)), kind: .number, offset: place)
        case .symbol("("):
            position += 1
            var inner = try parseExpression(0)
            try expect(")")
            inner.offset = place
            return inner
        case .name(let name):
            position += 1
            if name == "true" || name == "false" { return Typed(expression: .literal(.flag(name == "true")), kind: .flag, offset: place) }
            if next == .symbol("(") { return try parseCall(name, at: place) }
            return try parseName(name, at: place)
        default:
            throw unexpected("a name, a text or a number")
        }
    }

    private func parseName(_ name: String, at place: Int) throws(Failure) -> Typed {
        if isInsideSum || names.hasItem, let part = Item.Part(name: name) {
            return Typed(expression: .item(part), kind: part.isNumber ? .number : .text, offset: place)
        }
        if let (expression, kind, words) = names.resolve(name) {
            return Typed(expression: expression, kind: kind, words: words, offset: place)
        }
        let known = names.all + (isInsideSum || names.hasItem ? Item.Part.allCases.map(\.wireName) : [])
        var message = "unknown name '\(name)'\(name.nearest(in: known).map { "; did you mean '\($0)'?" } ?? "")"
        if (Field.types + Field.statuses).contains(name) {
            message = "unknown name '\(name)'; a text needs quotes of its own: '\(name)'"
        }
        if name == "items" { message = "'items' is a list; use it in sum(items, …) or count()" }
        throw Failure(offset: place, message: message)
    }

    private mutating func parseCall(_ name: String, at place: Int) throws(Failure) -> Typed {
        try expect("(")
        if name == "sum" { return try parseSum(at: place) }
        if name == "time" { return try parseTime(at: place) }
        guard let function = Function(rawValue: name) else {
            let known = Function.allCases.map(\.rawValue) + ["sum", "time"]
            throw Failure(offset: place, message: "unknown function '\(name)'\(name.suggestion(from: known))")
        }
        var arguments: [Typed] = []
        if !take(.symbol(")")) {
            repeat { arguments.append(try parseExpression(0)) } while take(.symbol(","))
            try expect(")")
        }
        guard function.argumentCount.contains(arguments.count) else {
            let wanted = function.argumentCount
            let count = wanted.lowerBound == wanted.upperBound ? "\(wanted.lowerBound)" : "\(wanted.lowerBound) to \(wanted.upperBound)"
            throw Failure(offset: place, message: "\(name) takes \(count) argument\(count == "1" ? "" : "s"), found \(arguments.count)")
        }
        for (index, argument) in arguments.enumerated() {
            if let kind = function.expects(argument: index) { try Self.check(argument, is: kind, for: "what \(name) takes") }
        }
        let kind = function.kind(of: arguments.map(\.kind))
        if function == .coalesce {
            for argument in arguments {
                try Self.check(argument, is: kind == .any ? argument.kind : kind, for: "every argument of coalesce")
            }
        }
        if function == .if, arguments.count > 2 {
            try Self.check(arguments[2], is: kind == .any ? arguments[2].kind : kind, for: "what if yields otherwise")
        }
        if function == .round { try checkPlace(arguments[1]) }
        return Typed(expression: .call(function, arguments.map(\.expression)), kind: kind, offset: place)
    }

    /// What `round` rounds to: a number of decimals or a currency.
    private func checkPlace(_ place: Typed) throws(Failure) {
        if place.kind == .text || place.kind == .any { return }
        try Self.check(place, is: .number, for: "what round rounds to")
        guard case .literal(.number(let decimals)) = place.expression else { return }
        guard let count = decimals.int64, (0...30).contains(count) else {
            throw Failure(offset: place.offset, message: "round takes 0 to 30 decimals, found \(decimals)")
        }
    }

    /// `time("2026-12-25T00:00:00+01:00")`: known when the file is loaded, so that a mistake has its place.
    private mutating func parseTime(at place: Int) throws(Failure) -> Typed {
        let inside = offset
        guard case .text(let text) = next else {
            throw Failure(offset: inside, message: "time takes a text in quotes, such as time(\"\(TimeLiteral.sample)\")")
        }
        position += 1
        try expect(")")
        switch TimeLiteral.read(text) {
        case .success(let time): return Typed(expression: .literal(.time(time)), kind: .time, offset: place)
        case .failure(let failure): throw Failure(offset: inside, message: failure.sentence)
        }
    }

    private mutating func parseSum(at place: Int) throws(Failure) -> Typed {
        guard !isInsideSum else { throw Failure(offset: place, message: "sum cannot be inside sum") }
        guard take(.name("items")) else { throw unexpected("'items'") }
        try expect(",")
        isInsideSum = true
        defer { isInsideSum = false }
        let term = try parseExpression(0)
        try Self.check(term, is: .number, for: "what sum adds up")
        try expect(")")
        return Typed(expression: .sum(term.expression), kind: .number, offset: place)
    }
}
