/// Exact decimal numbers with as many decimals as were sent: prices of single pieces, quantities by weight.
struct DecimalConverter: FieldConverter {
    /// Written as a JSON string.
    let isTextOnWire: Bool

    static let description = ConverterDescription(
        name: "decimal",
        summary: "an exact decimal of any precision, binary noise undone; `decimal(text)` writes it as a JSON string",
        parameters: [["number", "text"]],
        reads: .number,
        examples: [
            .init(wire: .number("5.50"), reads: .success("5.5")),
            .init(wire: .number("1e2"), reads: .success("100")),
            .init(
                wire: "NaN",
                reads: .failure(
                    FieldFailure("value 'NaN' is not a finite number; write plain digits with a point for decimals, such as 1234.56"))),
        ],
        make: { DecimalConverter(isTextOnWire: $0[0] == "text") }
    )

    static func number(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> ExactDecimal {
        guard let text = value.text else { throw FieldFailure("\(context.field) must be a number, found \(value.quoted)") }
        do {
            return try ExactDecimal(parsing: text)
        } catch {
            throw FieldFailure(error.sentence(field: context.field, value: text))
        }
    }

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard let text = value.text else { throw FieldFailure("\(context.field) must be a number, found \(value.quoted)") }
        do {
            let (number, isRepaired) = try ExactDecimal.meant(by: text)
            if isRepaired { context.warnings.append("\(context.field) \(text.quotedBriefly) was read as \(number): binary noise") }
            return .number(number)
        } catch {
            throw FieldFailure(error.sentence(field: context.field, value: text))
        }
    }

    func plainValue(of bytes: UnsafeBufferPointer<UInt8>, isNumber: Bool, _ context: borrowing ConverterContext) -> Value? {
        guard let (number, isRepaired) = try? ExactDecimal.meant(by: bytes), !isRepaired else { return nil }
        return .number(number)
    }

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        guard case .number(let number) = value else {
            throw FieldFailure("\(context.field) must be a number, found \(value.description.quotedBriefly)")
        }
        return isTextOnWire ? .string(number.description) : .number(number.description)
    }

    func plainSlot(of value: Value, _ context: borrowing ConverterContext, in wires: WireList) -> Slot? {
        guard case .number(let number) = value else { return nil }
        return wires.add(isTextOnWire ? .text : .number) { wires in
            var wires = wires
            number.append(to: &wires)
            return true
        }
    }
}
