/// A free-form JSON object, kept as it is. Only for fields that are `metadata`, which moves whole and never as a single value.
struct ObjectConverter: FieldConverter {
    static let description = ConverterDescription(
        name: "object",
        summary: "a free-form JSON object",
        parameters: [],
        reads: nil,
        examples: [
            .init(wire: "pro", reads: .failure(FieldFailure("value must be an object, found 'pro'")))
        ],
        make: { _ in ObjectConverter() }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard case .tree(.object) = value else { throw FieldFailure("\(context.field) must be an object, found \(value.quoted)") }
        return .absent
    }

    func write(_ value: Value, _ context: inout ConverterContext) -> WireValue { .absent }
}
