extension JSONDocument {
    /// Whether a text would be a number in JSON: `5.50`, not `007` and not `.5`.
    package static func isNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else { return false }
        guard let document = try? JSONDocument(parsing: Array(text.utf8)), document.kind(document.root) == .number else { return false }
        return document.range(of: document.root).count == text.utf8.count
    }
}
