/// A number of bytes as a person writes it: `500KB` is 500,000 and `64MiB` is 67,108,864.
struct ByteSize: Sendable, Hashable {
    var bytes: Int

    /// Nil if there is no unit: a bare number has no meaning.
    init?(_ text: String) {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let count = Int(digits), let unit = Self.units[text.dropFirst(digits.count).uppercased()] else { return nil }
        let (bytes, isTooMuch) = count.multipliedReportingOverflow(by: unit)
        guard !isTooMuch else { return nil }
        self.bytes = bytes
    }

    private static let units = [
        "B": 1, "KB": 1000, "MB": 1_000_000, "GB": 1_000_000_000, "KIB": 1 << 10, "MIB": 1 << 20, "GIB": 1 << 30,
    ]
}
