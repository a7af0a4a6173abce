import Mappings

/// An expression that is written out and read again is the same one; it can be evaluated on any conversion; a mistake has its place
/// inside the text.
enum ExpressionProperty {
    static func check(_ bytes: [UInt8]) throws(Violation) {
        let source = bytes.text
        var diagnostics = Diagnostics()
        let place = SourceLocation(file: "x", line: 1, column: 1)
        guard let expression = ExpressionParser.parse(source, at: place, names: .conversion, into: &diagnostics) else {
            try Violation.require(diagnostics.hasErrors, "refused without a word: \(source)")
            return try Places.check(diagnostics, in: source)
        }
        try Violation.require(diagnostics.all.isEmpty, "taken, and complained about: \(diagnostics.sorted)")
        // The brackets may be more than an expression may have words and signs, each of which is a byte or more.
        if let written = expression.syntax.written, written.utf8.count < 1000 {
            var complaints = Diagnostics()
            let again = ExpressionParser.parse(written, at: place, names: .conversion, into: &complaints)
            try Violation.require(again == expression, "\(source) written out is \(written), which is another: \(complaints.sorted)")
        }
        for conversion in SampleConversions.all {
            let input = ExpressionInput(conversion)
            try Violation.require(expression.value(input) == expression.value(input), "\(source) changes its value")
            if let flag = expression.value(input).flag {
                try Violation.require(flag == expression.isTrue(input), "\(source) is \(flag) and not")
            }
        }
    }
}

extension Expression.Syntax {
    /// With every bracket; nil if a literal cannot be written, because a text holds both kinds of quotes or a name is not one.
    fileprivate var written: String? {
        switch self {
        case .literal(let value): Self.written(value)
        case .path(let path): path.description
        case .variable: nil
        case .now: "now"
        case .position: "position"
        case .item(let part): part.wireName
        case .not(let operand): operand.written.map { "not (\($0))" }
        case .negate(let operand): operand.written.map { "-(\($0))" }
        case .binary(let op, let left, let right): Self.joined([left, right]).map { "((\($0[0])) \(op.rawValue) (\($0[1])))" }
        case .oneOf(let operand, let values):
            operand.written.flatMap { operand in
                let words = values.compactMap(Self.written)
                return words.count == values.count ? "((\(operand)) in [\(words.joined(separator: ", "))])" : nil
            }
        case .call(let function, let arguments): Self.joined(arguments).map { "\(function.rawValue)(\($0.joined(separator: ", ")))" }
        case .sum(let term): term.written.map { "sum(items, \($0))" }
        case .joined(let term, let separator):
            term.written.flatMap { term in Self.written(.text(separator)).map { "join(items, \(term), \($0))" } }
        case .formatted(let operand, let pattern, let zone):
            Self.joined([operand, .literal(.text(pattern.source)), zone]).map { "format(\($0.joined(separator: ", ")))" }
        case .numeric(let operand): operand.written
        }
    }

    private static func joined(_ expressions: [Self]) -> [String]? {
        let texts = expressions.compactMap(\.written)
        return texts.count == expressions.count ? texts : nil
    }

    private static func written(_ value: Value) -> String? {
        switch value {
        case .text(let text) where !text.contains("\""): "\"\(text)\""
        case .text(let text) where !text.contains("'"): "'\(text)'"
        case .time(let time) where time.microseconds % 1000 == 0: "time(\"\(time)\")"
        case .text, .absent, .time: nil
        case .number(let number): number.description
        case .flag(let flag): "\(flag)"
        }
    }
}
