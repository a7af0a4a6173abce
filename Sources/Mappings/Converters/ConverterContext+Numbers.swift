extension ConverterContext {
    /// The one text of a JSON number that stands for an id: `12`, `12.0` and `1.2e1` are `12`, and `12.50` is `12.5`. Plain digits stay as they
    /// are, however many.
    mutating func identifier(_ number: String) throws(FieldFailure) -> String {
        if number.bytesSatisfy({ (0x30...0x39).contains($0) }) { return number }
        let isInteger = number.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
        guard let exact = try? ExactDecimal(parsing: number), isInteger || !exact.isInteger || exact.isExactInDouble else {
            throw FieldFailure(
                "\(field) \(number.quotedBriefly) is a floating-point number that gives no exact id; send the id as a text or as plain digits"
            )
        }
        let text = exact.description
        if text != number { warnings.append("\(field) \(number.quotedBriefly) is a number; as an id it was read as \(text.quotedBriefly)") }
        return text
    }
}

extension ExactDecimal {
    /// Whether a program that counts in binary floating point, which is where a point or an exponent in an id comes from, had this integer and
    /// not one beside it.
    fileprivate var isExactInDouble: Bool { int64.map { $0.magnitude <= 1 << 53 } ?? false }
}
