import Mappings

/// A template's parts put together are its text, and a value is in the result unchanged.
enum TemplateProperty {
    static func check(_ bytes: [UInt8]) throws(Violation) {
        let source = bytes.text
        var diagnostics = Diagnostics()
        let place = SourceLocation(file: "x", line: 1, column: 1)
        guard let template = Template.parse(source, at: place, names: .conversion, into: &diagnostics) else {
            try Violation.require(diagnostics.hasErrors, "refused without a word: \(source)")
            return try Places.check(diagnostics, in: source)
        }
        let together = zip(template.parts, template.sources).map { part, inner in
            if case .literal(let text) = part { text } else { "{\(inner)}" }
        }
        try Violation.require(together.joined() == source, "\(source) is made of \(together)")
        for conversion in SampleConversions.all {
            let input = ExpressionInput(conversion)
            let expected = template.parts.map { part in
                switch part {
                case .literal(let text): text
                case .value(let expression): "<\(expression.value(input).description)>"
                }
            }
            let text = template.text(input) { "<\($0)>" }
            try Violation.require(text == expected.joined(), "\(source) gives \(text)")
        }
    }
}
