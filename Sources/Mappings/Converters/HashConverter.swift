/// SHA-256 digests as 64 hexadecimal digits, lower-cased.
struct HashConverter: FieldConverter {
    static let description = ConverterDescription(
        name: "sha256",
        summary: "a SHA-256 digest as 64 hexadecimal digits in either case",
        parameters: [],
        examples: [
            .init(
                wire: "62A14E44F765419D10FEA99367361A727C12365E2520F32218D505ED9AA0F62F",
                reads: .success("62a14e44f765419d10fea99367361a727c12365e2520f32218d505ed9aa0f62f")),
            .init(
                wire: "jane@example.com",
                reads: .failure(FieldFailure("value must be a SHA-256 digest of 64 hexadecimal digits, found 16 characters"))),
        ],
        make: { _ in HashConverter() }
    )

    /// The value is not quoted in the sentence: people send the plain address instead of the hash.
    func read(_ value: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        let text = value.text?.trimmed.lowercased() ?? ""
        guard text.utf8.count == 64, text.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }) else {
            let found = "\(text.count) character\(text.count == 1 ? "" : "s")"
            throw FieldFailure("\(context.field) must be a SHA-256 digest of 64 hexadecimal digits, found \(found)")
        }
        return .text(text)
    }

    func write(_ value: Value, _ context: inout ConverterContext) throws(FieldFailure) -> WireValue {
        // What was read, or made here, is right already.
        if case .text(let text) = value, text.utf8.count == 64, text.bytesSatisfy({ $0 &- 0x30 < 10 || $0 &- 0x61 < 6 }) {
            return .string(text)
        }
        return .string(try read(.string(value.description), &context).description)
    }
}
