/// Functions and their arguments. Each mistake in a value that stands in the file is found here.
extension ExpressionParser {
    mutating func parseCall(_ name: String, at place: Int) throws(Failure) -> Typed {
        try expect("(")
        switch name {
        case "sum": return try parseSum(at: place)
        case "join": return try parseJoin(at: place)
        case "time": return try parseTime(at: place)
        case "format": return try parseFormat(at: place)
        default: break
        }
        guard let function = Function(rawValue: name) else {
            let known = Function.allCases.map(\.rawValue) + ["sum", "join", "time", "format"]
            throw Failure(offset: place, message: "unknown function '\(name)'\(name.suggestion(from: known))")
        }
        var arguments: [Typed] = []
        if !take(.symbol(")")) {
            repeat { arguments.append(try parseExpression(0)) } while take(.symbol(","))
            try expect(")")
        }
        try checkCount(arguments.count, function.argumentCount, of: name, at: place)
        for (index, argument) in arguments.enumerated() { try check(argument, index, of: function) }
        let kind = function.kind(of: arguments.map(\.kind))
        try checkBranches(arguments, of: function, kind)
        let expressions = arguments.enumerated().map { index, argument in
            function.parameter(at: index).kind == .number || function == .seconds ? argument.asNumber : argument.expression
        }
        return Typed(expression: .call(function, expressions), kind: kind, offset: place)
    }

    private func checkCount(_ count: Int, _ wanted: ClosedRange<Int>, of name: String, at place: Int) throws(Failure) {
        guard !wanted.contains(count) else { return }
        let text = wanted.lowerBound == wanted.upperBound ? "\(wanted.lowerBound)" : "\(wanted.lowerBound) to \(wanted.upperBound)"
        throw Failure(offset: place, message: "\(name) takes \(text) argument\(text == "1" ? "" : "s"), found \(count)")
    }

    private func check(_ argument: Typed, _ index: Int, of function: Function) throws(Failure) {
        let parameter = function.parameter(at: index)
        let subject = function.subject(ofArgument: index)
        if let kind = parameter.kind { try Self.check(argument, is: kind, for: subject) }
        switch function {
        case .number where ![.text, .number, .any].contains(argument.kind): try Self.check(argument, is: .text, for: subject)
        case .seconds where argument.kind != .duration: try Self.check(argument, is: .number, for: subject)
        case .round where index == 1 && argument.kind != .text, .decimals where index == 1 && argument.kind != .text:
            try Self.check(argument, is: .number, for: subject)
        default: break
        }
        if case .literal(let value) = argument.expression {
            if let complaint = parameter.complaint(value) { throw Failure(offset: argument.offset, message: complaint) }
        } else if parameter.isFixed {
            throw Failure(offset: argument.offset, message: "\(subject) must be a text in quotes")
        }
    }

    /// Of `coalesce` and `if`, which yield one of their arguments.
    private func checkBranches(_ arguments: [Typed], of function: Function, _ kind: Expression.Kind) throws(Failure) {
        switch function {
        case .coalesce:
            for argument in arguments {
                try Self.check(argument, is: kind == .any ? argument.kind : kind, for: "every argument of coalesce")
            }
        case .if where arguments.count > 2:
            try Self.check(arguments[2], is: kind == .any ? arguments[2].kind : kind, for: "what if yields otherwise")
        default: break
        }
    }

    // MARK: Lists

    private mutating func parseSum(at place: Int) throws(Failure) -> Typed {
        let term = try parseTerm(of: "sum", at: place)
        try Self.check(term, is: .number, for: "what sum adds up")
        try expect(")")
        return Typed(expression: .sum(term.asNumber), kind: .number, offset: place)
    }

    private mutating func parseJoin(at place: Int) throws(Failure) -> Typed {
        let term = try parseTerm(of: "join", at: place)
        try expect(",")
        let separator = try parseText("what join puts between")
        try expect(")")
        return Typed(expression: .joined(term.expression, separator: separator), kind: .text, offset: place)
    }

    private mutating func parseTerm(of name: String, at place: Int) throws(Failure) -> Typed {
        if let list { throw Failure(offset: place, message: "\(name) cannot be inside \(list)") }
        guard take(.name("items")) else { throw unexpected("'items'") }
        try expect(",")
        list = name
        defer { list = nil }
        return try parseExpression(0)
    }

    /// A text that stands in the file.
    private mutating func parseText(_ subject: String) throws(Failure) -> String {
        guard case .text(let text) = next else { throw Failure(offset: offset, message: "\(subject) must be a text in quotes") }
        position += 1
        return text
    }

    // MARK: Times

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

    /// `format(t, "yyyy-MM-dd HH:mm:ss", "+01:00")`, the last of which may be a setting; without it UTC.
    private mutating func parseFormat(at place: Int) throws(Failure) -> Typed {
        let time = try parseExpression(0)
        try Self.check(time, is: .time, for: "what format takes")
        try expect(",")
        let inside = offset
        let text = try parseText("the pattern of format")
        var zone = Expression.Syntax.literal(.text("Z"))
        if take(.symbol(",")) {
            let written = try parseExpression(0)
            try Self.check(written, is: .text, for: "argument 3 of format")
            if case .literal(let value) = written.expression {
                try found(at: written.offset) { () throws(FieldFailure) in try ZoneOffset.parse(value.description) }
            }
            zone = written.expression
        }
        try expect(")")
        let pattern = try found(at: inside) { () throws(FieldFailure) in try TimePattern.compile(text) }
        return Typed(expression: .formatted(time.expression, pattern, zone: zone), kind: .text, offset: place)
    }

    @discardableResult
    private func found<Result>(at place: Int, _ make: () throws(FieldFailure) -> Result) throws(Failure) -> Result {
        do throws(FieldFailure) {
            return try make()
        } catch {
            throw Failure(offset: place, message: error.sentence)
        }
    }
}

extension Expression.Kind {
    /// As sentences name it.
    var phrase: String { self == .duration ? "a length of time" : "a \(rawValue)" }
}
