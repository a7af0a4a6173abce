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
        if case .text(let text) = value, Self.isDigest(text) { return .string(text) }
        return .string(try read(.string(value.description), &context).description)
    }

    func plainSlot(of value: Value, _ context: borrowing ConverterContext, in wires: WireList) -> Slot? {
        guard case .text(let text) = value, Self.isDigest(text) else { return nil }
        return wires.add(.text, text)
    }

    private static func isDigest(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.withContiguousStorageIfAvailable { $0.isLowerHex } ?? false
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// Whether eight bytes at a time are digits or `a` to `f`: a sum carries into a byte's top bit if the byte is above a limit.
    fileprivate var isLowerHex: Bool {
        let ones: UInt64 = 0x0101_0101_0101_0101
        for offset in stride(from: 0, to: count & ~7, by: 8) {
            let word = word(at: offset)
            guard word & (ones &* 0x80) == 0 else { return false }
            let isDigit = (word &+ (ones &* 0x50)) & ~(word &+ (ones &* 0x46))
            let isLetter = (word &+ (ones &* 0x1F)) & ~(word &+ (ones &* 0x19))
            if (isDigit | isLetter) & (ones &* 0x80) != ones &* 0x80 { return false }
        }
        return count & 7 == 0
    }
}
