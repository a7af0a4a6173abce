/// Texts as they are, without white space at either end. A JSON number is taken by its digits, since senders write ids either way.
struct TextConverter: FieldConverter {
    /// Written as a JSON number if the text is one.
    let isNumberOnWire: Bool
    /// Read and written in one case.
    var letterCase: LetterCase?

    /// Whether a text without white space at its ends is read as it is.
    var keepsTexts: Bool { letterCase == nil }

    enum LetterCase: String {
        case lower, upper

        func text(_ text: String) -> String { self == .lower ? text.lowercased() : text.uppercased() }
    }

    static let description = ConverterDescription(
        name: "text",
        summary: "a text; `text(number)` writes it as a JSON number if it is one, `text(lower)` and `text(upper)` change its case",
        parameters: [["text", "number"], ["as_sent", "lower", "upper"]],
        examples: [
            .init(wire: "  ord_42 ", reads: .success("ord_42")),
            .init(wire: .number("20150401102883"), reads: .success("20150401102883")),
            .init(wire: .number("12.0"), reads: .success("12")),
            .init(wire: .number("1.2e1"), reads: .success("12")),
            .init(
                wire: .number("1e20"),
                reads: .failure(
                    FieldFailure(
                        "value '1e20' is a floating-point number that gives no exact id; send the id as a text or as plain digits"))),
            .init(parameters: ["text", "lower"], wire: " Summer-SALE ", reads: .success("summer-sale")),
            .init(parameters: ["text", "upper"], wire: "straße", reads: .success("STRASSE")),
            .init(wire: true, reads: .failure(FieldFailure("value must be a text, found true"))),
        ],
        make: { TextConverter(isNumberOnWire: $0[0] == "number", letterCase: LetterCase(rawValue: $0[1])) }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        if case .number(let number) = value { return .text(try context.identifier(number)) }
        guard let text = value.text else { throw FieldFailure("\(context.field) must be a text, found \(value.quoted)") }
        if text.isEmpty { return .absent }
        return .text(letterCase?.text(text.trimmed) ?? text.trimmed)
    }

    func plainValue(of bytes: UnsafeBufferPointer<UInt8>, isNumber: Bool, _ context: borrowing ConverterContext) -> Value? {
        if isNumber { return bytes.allSatisfy { $0 &- 0x30 < 10 } ? .text(String(valid: bytes)) : nil }
        return letterCase == nil ? .text(String(valid: bytes)) : nil
    }

    func write(_ value: Value, _ context: inout ConverterContext) -> WireValue {
        let text = letterCase?.text(value.description) ?? value.description
        guard isNumberOnWire, JSONDocument.isNumber(text) else { return .string(text) }
        // What would come back as another id stays a text: `12.0`.
        var unchanged = ConverterContext()
        return (try? unchanged.identifier(text)) == text ? .number(text) : .string(text)
    }

    func plainSlot(of value: Value, _ context: borrowing ConverterContext, in wires: WireList) -> Slot? {
        guard !isNumberOnWire, letterCase == nil, case .text(let text) = value else { return nil }
        return wires.add(.text, text)
    }
}
