/// Whole numbers that are not money: quantities, counters.
struct IntegerConverter: FieldConverter {
    static let description = ConverterDescription(
        name: "integer",
        summary: "a whole number, as a JSON number or a text of digits",
        parameters: [],
        reads: .number,
        examples: [
            .init(wire: 3, reads: .success("3")),
            .init(wire: "3", reads: .success("3")),
            .init(wire: .number("2.5"), reads: .failure(FieldFailure("value '2.5' must be a whole number"))),
        ],
        make: { _ in IntegerConverter() }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        let number = try DecimalConverter.number(value, &context)
        guard number.isInteger else { throw FieldFailure("\(context.field) \(value.quoted) must be a whole number") }
        return .number(number)
    }

    func plainValue(of bytes: UnsafeBufferPointer<UInt8>, isNumber: Bool, _ context: borrowing ConverterContext) -> Value? {
        guard let number = try? ExactDecimal(parsing: bytes), number.isInteger else { return nil }
        return .number(number)
    }

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        guard case .number(let number) = value, number.isInteger else {
            throw FieldFailure("\(context.field) \(value.description.quotedBriefly) must be a whole number")
        }
        return .number(number.description)
    }
}
