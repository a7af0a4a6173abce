/// ISO 3166-1 two-letter country codes, by their shape: the list of countries changes more often than a gateway.
struct CountryConverter: FieldConverter {
    static let description = ConverterDescription(
        name: "country",
        summary: "a two-letter ISO 3166-1 country code, upper-cased",
        parameters: [],
        examples: [
            .init(wire: "de", reads: .success("DE")),
            .init(wire: "NO", reads: .success("NO")),
            .init(wire: "Germany", reads: .failure(FieldFailure("value 'Germany' is not a two-letter ISO 3166 country code such as DE"))),
        ],
        make: { _ in CountryConverter() }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard let code = value.text?.trimmed.uppercased(), code.utf8.count == 2, code.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
            throw FieldFailure("\(context.field) \(value.quoted) is not a two-letter ISO 3166 country code such as DE")
        }
        return .text(code)
    }

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        .string(try read(.string(value.description), &context).description)
    }
}
