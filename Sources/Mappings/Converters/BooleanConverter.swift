/// `true` and `false`, and the words that forms and query strings have for them.
struct BooleanConverter: FieldConverter {
    static let description = ConverterDescription(
        name: "boolean",
        summary: "true or false; reads 1, 0, yes and no too, in any case",
        parameters: [],
        reads: .flag,
        examples: [
            .init(wire: true, reads: .success("true")),
            .init(wire: "TRUE", reads: .success("true")),
            .init(wire: 0, reads: .success("false")),
            .init(wire: "maybe", reads: .failure(FieldFailure("value 'maybe' must be true or false"))),
        ],
        make: { _ in BooleanConverter() }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        if case .bool(let flag) = value { return .flag(flag) }
        switch value.text?.trimmed.lowercased() {
        case "true", "1", "yes": return .flag(true)
        case "false", "0", "no": return .flag(false)
        default: throw FieldFailure("\(context.field) \(value.quoted) must be true or false")
        }
    }

    func write(_ value: Value, _ context: inout ConverterContext) -> WireValue { value.flag.map(WireValue.bool) ?? .absent }
}
