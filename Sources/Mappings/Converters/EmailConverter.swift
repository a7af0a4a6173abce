/// E-mail addresses by their shape: one `@`, something before it, a domain with a dot behind it, no white space.
struct EmailConverter: FieldConverter {
    static let description = ConverterDescription(
        name: "email",
        summary: "an e-mail address, checked for its shape only",
        parameters: [],
        examples: [
            .init(wire: " Jane.Doe@Example.com ", reads: .success("Jane.Doe@Example.com")),
            .init(wire: "jane.doe", reads: .failure(FieldFailure("value 'jane.doe' is not an e-mail address"))),
            .init(wire: "a@b@example.com", reads: .failure(FieldFailure("value 'a@b@example.com' is not an e-mail address"))),
        ],
        make: { _ in EmailConverter() }
    )

    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        guard let text = value.text?.trimmed, Self.isAddress(text) else {
            throw FieldFailure("\(context.field) \(value.quoted) is not an e-mail address")
        }
        return .text(text)
    }

    func plainValue(of bytes: UnsafeBufferPointer<UInt8>, isNumber: Bool, _ context: borrowing ConverterContext) -> Value? {
        !isNumber && Self.isAddress(bytes) ? .text(String(valid: bytes)) : nil
    }

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        .string(try read(.string(value.description), &context).description)
    }

    private static func isAddress(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { isAddress($0) }
    }

    private static func isAddress(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard text.count <= 254, let at = text.firstIndex(of: UInt8(ascii: "@")), (1...64).contains(at) else { return false }
        var (dots, label) = (0, 0)
        for index in text.indices {
            let byte = text[index]
            guard byte > 0x20, byte != 0x7F else { return false }
            if index <= at { continue }
            if byte == UInt8(ascii: "@") { return false }
            if byte == UInt8(ascii: ".") {
                guard label > 0 else { return false }
                (dots, label) = (dots + 1, 0)
            } else {
                label += 1
            }
        }
        return dots > 0 && label > 0
    }
}
