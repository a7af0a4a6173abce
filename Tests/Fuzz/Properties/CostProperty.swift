import Mappings
import Rules

/// Whatever a sender repeats, eight times the bytes cost about eight times the processor time: what costs the square of its bytes would cost
/// sixty-four times as much.
///
/// The first byte of an input chooses the shape, the rest is repeated.
enum CostProperty {
    /// A build without optimisation is some ten times as slow, so that less is enough.
    #if DEBUG
        static let sizes = (small: 1 << 10, large: 8 << 10)
    #else
        static let sizes = (small: 4 << 10, large: 32 << 10)
    #endif
    /// Three times what is proportional: a sort and a fuller cache are not complained about.
    private static let mostTimes = 24
    /// What the large one may take in any case: 60 ns for each byte.
    private static let harmless = Duration.milliseconds(2)
    /// Each with more tries: what is wrong only once was the machine's fault.
    private static let looks = 3

    static func check(_ bytes: [UInt8]) throws(Violation) {
        guard bytes.count > 1 else { return }
        let part = Array(bytes[1...].prefix(256))
        let choice = Int(bytes[0]) % (RequestShape.allCases.count + TextShape.allCases.count)
        if choice < RequestShape.allCases.count {
            try check(RequestShape.allCases[choice], part)
        } else {
            try check(TextShape.allCases[choice - RequestShape.allCases.count], part)
        }
    }

    private static func check(_ shape: RequestShape, _ part: [UInt8]) throws(Violation) {
        let judge = SampleJudge.all
        for (index, mapping) in MappingCatalog.builtIn.mappings.enumerated() {
            let (small, large) = (
                shape.request(of: part, size: sizes.small, to: mapping), shape.request(of: part, size: sizes.large, to: mapping)
            )
            var readers: [(String, (WireRequest) -> Void)] = [
                ("judging", { judge.judge($0, of: mapping) }), ("turning away", judge.turnAway),
            ]
            // Both ask no mapping.
            if index == 0 { readers += [("keeping", judge.keep), ("forgetting", judge.forget)] }
            for (name, read) in readers {
                try compare("\(name) a request to \(mapping.name) of shape '\(shape)'", part, { read(small) }, { read(large) })
            }
        }
    }

    private static func check(_ shape: TextShape, _ part: [UInt8]) throws(Violation) {
        let (small, large) = (shape.text(of: part, size: sizes.small), shape.text(of: part, size: sizes.large))
        for reader in TextReader.allCases {
            try compare("\(reader) of shape '\(shape)'", part, { reader.read(small) }, { reader.read(large) })
        }
    }

    static func compare(_ what: String, _ part: [UInt8], _ small: () -> Void, _ large: () -> Void) throws(Violation) {
        var found = ""
        for look in 0..<looks {
            let much = ProcessorTime.least(of: 1 + 2 * look, enough: harmless, large)
            if much <= harmless { return }
            let little = ProcessorTime.least(of: 2 + 2 * look, small)
            if much <= little * mostTimes { return }
            found = "\(what) takes \(little) for \(sizes.small) bytes and \(much) for \(sizes.large)"
        }
        throw Violation(description: "\(found); repeated is '\(part.text)'")
    }
}

/// A way to make a long text of a short one.
private enum TextShape: String, CaseIterable {
    case run, lines, words, list, indented, quoted

    func text(of part: [UInt8], size: Int) -> [UInt8] {
        let count = max(1, size / (part.count + 1))
        func repeated(_ separator: String) -> [UInt8] { Array(repeatElement(part, count: count).joined(separator: Array(separator.utf8))) }
        switch self {
        case .run: return repeated("")
        case .lines: return repeated("\n")
        case .words: return repeated(" + ")
        case .list: return Array("[".utf8) + repeated(",") + Array("]".utf8)
        case .indented:
            // As many levels as make the size, each a space deeper.
            let levels = Int(Double(2 * size).squareRoot())
            return Array((0..<levels).map { String(repeating: " ", count: $0) + "\(part.text):" }.joined(separator: "\n").utf8)
        case .quoted: return Array("\"".utf8) + repeated("") + Array("\"".utf8)
        }
    }
}

/// What reads texts that an operator or a tracker wrote.
private enum TextReader: CaseIterable, CustomStringConvertible {
    case mapping, expression, template, postback, json, reply

    var description: String {
        switch self {
        case .mapping: "compiling a mapping"
        case .expression: "parsing an expression"
        case .template: "parsing a template"
        case .postback: "parsing a postback URL"
        case .json: "reading and writing JSON"
        case .reply: "understanding a tracker's reply"
        }
    }

    func read(_ bytes: [UInt8]) {
        var diagnostics = Diagnostics()
        let place = SourceLocation(file: "x", line: 1, column: 1)
        switch self {
        case .mapping: _ = MappingCompiler.compile(bytes.text, name: "acme", file: "acme.yaml")
        case .expression:
            guard let expression = ExpressionParser.parse(bytes.text, at: place, names: .conversion, into: &diagnostics) else { return }
            for conversion in SampleConversions.all { _ = expression.value(ExpressionInput(conversion)) }
        case .template:
            guard let template = Template.parse(bytes.text, at: place, names: .conversion, into: &diagnostics) else { return }
            for conversion in SampleConversions.all { _ = template.text(ExpressionInput(conversion)) { $0.percentEncoded } }
        case .postback:
            guard let postback = PostbackURL.parse(bytes.text, at: place, into: &diagnostics) else { return }
            for conversion in SampleConversions.all { _ = try? postback.write(conversion) }
        case .json:
            guard let value = try? JSONValue(parsing: bytes) else { return }
            var writer = JSONWriter(options: .sortedKeys)
            writer.write(value)
        case .reply:
            for mapping in MappingCatalog.builtIn.mappings { _ = mapping.interpret(status: 200, body: bytes) }
            let reply = Reply(status: 200, body: bytes)
            let rule = AnswerRule(patterns: [AnswerPattern(.delivered, texts: ["no such text"])])
            _ = rule.verdict(on: reply, reading: rule.reading(of: reply))
            _ = AnswerRule().verdict(on: reply, reading: nil)
            _ = AnswerWords.text(of: reply)
        }
    }
}
