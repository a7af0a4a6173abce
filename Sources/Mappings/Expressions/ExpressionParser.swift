/// Parses and type-checks one expression.
package struct ExpressionParser {
    /// Each level of brackets, and each operator of a chain, is a level of the stack when it is parsed or evaluated.
    private static let maximumTokens = 1000

    private let tokens: [(token: ExpressionLexer.Token, offset: Int)]
    let names: ExpressionNames
    var position = 0
    /// Which of `sum` and `join` is around what is parsed, and evaluates it for each item.
    var list: String?
    private var knowsItem: Bool { list != nil || names.hasItem }
    private var knowsPosition: Bool { knowsItem || names.hasPosition }

    typealias Failure = ExpressionLexer.Failure

    /// An expression whose kind is known, and its words if they are a closed list.
    struct Typed {
        var expression: Expression.Syntax
        var kind: Expression.Kind
        var words: [String]?
        var offset: Int

        /// In the place of a number, a text that is one counts as one.
        var asNumber: Expression.Syntax { kind == .any ? .numeric(expression) : expression }
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
            return Expression(typed.expression)
        } catch {
            diagnostics.error(at: location.advanced(by: error.offset, in: source), error.message)
            return nil
        }
    }

    private init(tokens: [(token: ExpressionLexer.Token, offset: Int)], names: ExpressionNames) {
        self.tokens = tokens
        self.names = names
    }

    var next: ExpressionLexer.Token { tokens[position].token }
    var offset: Int { tokens[position].offset }

    mutating func take(_ token: ExpressionLexer.Token) -> Bool {
        guard next == token else { return false }
        position += 1
        return true
    }

    mutating func expect(_ symbol: String) throws(Failure) {
        guard take(.symbol(symbol)) else { throw unexpected("'\(symbol)'") }
    }

    func unexpected(_ wanted: String) -> Failure {
        Failure(offset: offset, message: "expected \(wanted), found \(next.description)")
    }

    static func check(_ typed: Typed, is kind: Expression.Kind, for subject: String) throws(Failure) {
        guard typed.kind == kind || typed.kind == .any else {
            throw Failure(offset: typed.offset, message: "\(subject) must be \(kind.phrase), but this is \(typed.kind.phrase)")
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

    mutating func parseExpression(_ minimum: Int) throws(Failure) -> Typed {
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
        case .add, .subtract:
            if let found = Self.kind(ofTimes: left.kind, op, right.kind) {
                kind = found
            } else {
                return try calculate(op, left, right)
            }
        case .multiply, .divide: return try calculate(op, left, right)
        case .equal, .notEqual, .less, .lessOrEqual, .greater, .greaterOrEqual:
            guard left.kind == right.kind || left.kind == .any || right.kind == .any else {
                throw Failure(offset: place, message: Self.mismatch(left, right))
            }
            try checkWord(left, right)
            try checkWord(right, left)
        }
        return Typed(expression: .binary(op, left.expression, right.expression), kind: kind, offset: left.offset)
    }

    private func calculate(_ op: Expression.Operator, _ left: Typed, _ right: Typed) throws(Failure) -> Typed {
        try Self.check(left, is: .number, for: "the left side of '\(op.rawValue)'")
        try Self.check(right, is: .number, for: "the right side of '\(op.rawValue)'")
        // Two of unknown kind are added or joined as they are.
        let isKnown = op != .add || left.kind == .number || right.kind == .number
        func operand(_ side: Typed) -> Expression.Syntax { isKnown ? side.asNumber : side.expression }
        return Typed(expression: .binary(op, operand(left), operand(right)), kind: .number, offset: left.offset)
    }

    /// What becomes of times and lengths of time; nil if neither side is one.
    private static func kind(ofTimes left: Expression.Kind, _ op: Expression.Operator, _ right: Expression.Kind) -> Expression.Kind? {
        switch (left, op, right) {
        case (.time, .subtract, .time), (.duration, _, .duration): .duration
        case (.time, _, .duration), (.duration, .add, .time): .time
        default: nil
        }
    }

    private static func mismatch(_ left: Typed, _ right: Typed) -> String {
        let message = "\(left.kind.phrase) cannot be compared with \(right.kind.phrase)"
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
            return Typed(expression: .negate(operand.asNumber), kind: .number, offset: place)
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
        if knowsItem, let part = Item.Part(name: name.hasPrefix("items[].") ? String(name.dropFirst(8)) : name) {
            return Typed(expression: .item(part), kind: part.isNumber ? .number : .text, offset: place)
        }
        if knowsPosition, name == "position" { return Typed(expression: .position, kind: .number, offset: place) }
        if let (expression, kind, words) = names.resolve(name) {
            return Typed(expression: expression, kind: kind, words: words, offset: place)
        }
        let known = names.all + (knowsItem ? Item.Part.allCases.map(\.wireName) : []) + (knowsPosition ? ["position"] : [])
        var message = "unknown name '\(name)'\(name.nearest(in: known).map { "; did you mean '\($0)'?" } ?? "")"
        if (Field.types + Field.statuses).contains(name) {
            message = "unknown name '\(name)'; a text needs quotes of its own: '\(name)'"
        }
        if name == "items" { message = "'items' is a list; use it in sum(items, …), join(items, …) or count()" }
        if name == "position" {
            message = "'position' is the number of an item: an item's field knows it, and every field of a request with per: item"
        }
        if name.hasPrefix("items[]."), !knowsItem {
            message = "'\(name)' is of each item; use it in sum(items, …) or join(items, …)"
        }
        throw Failure(offset: place, message: message)
    }
}
