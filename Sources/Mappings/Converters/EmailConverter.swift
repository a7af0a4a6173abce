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

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        .string(try read(.string(value.description), &context).description)
    }

    private static func isAddress(_ text: String) -> Bool {
        let parts = text.utf8.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[0].count <= 64, text.utf8.count <= 254 else { return false }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else { return false }
        let labels = parts[1].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.count >= 2 && labels.allSatisfy { !$0.isEmpty }
    }
}
