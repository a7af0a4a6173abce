extension FieldPath {
    /// Reads a value as people write it in files: `sale`, `12.50`, `true`, `EUR`, an ISO 8601 time.
    package func value(of text: String) throws(FieldFailure) -> Value {
        var context = ConverterContext(field: description)
        switch self {
        case .field(.currency):
            return try CurrencyConverter(rule: .any).read(.string(text), &context)
        case .field(let field):
            switch field.kind {
            case .text: return .text(text)
            case .money: return try DecimalConverter(isTextOnWire: false).read(.string(text), &context)
            case .flag: return try BooleanConverter().read(.string(text), &context)
            case .time: return try TimeConverter(form: .iso8601).read(.string(text), &context)
            case .word(let words):
                guard words.contains(text) else { throw FieldFailure("unknown word '\(text)'\(text.suggestion(from: words))") }
                return .text(text)
            }
        default: return .text(text)
        }
    }
}
