extension SignatureEncoding {
    /// Written in lower case, read in either case.
    package static let hex = SignatureEncoding(name: "hex", letters: "hex digits", text: { $0.hex }, code: read)

    private static func read(_ text: String) -> [UInt8]? {
        let digits = Array(text.utf8)
        guard digits.count.isMultiple(of: 2) else { return nil }
        var code: [UInt8] = []
        code.reserveCapacity(digits.count / 2)
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = digits[index].hexDigit, let low = digits[index + 1].hexDigit else { return nil }
            code.append(UInt8(high << 4 | low))
        }
        return code
    }
}
