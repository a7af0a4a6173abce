import Mappings

/// The pairs of a query or of a form that a browser sent.
struct FormFields: Sendable {
    private(set) var pairs: [(name: String, value: String)] = []

    init() {}

    init(decoding text: String) {
        for part in text.split(separator: "&") {
            let halves = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let decoded = halves.map { String($0).replacing("+", with: " ").percentDecoded }
            pairs.append((decoded[0], decoded.count > 1 ? decoded[1] : ""))
        }
    }

    /// The first of the name.
    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// The same, if it is not empty.
    func filled(_ name: String) -> String? {
        guard let value = self[name]?.trimmed, !value.isEmpty else { return nil }
        return value
    }

    func all(_ name: String) -> [String] { pairs.filter { $0.name == name }.map(\.value) }

    /// A browser ends the lines of a text with CRLF, whatever they ended with before.
    func lines(_ name: String) -> String? { self[name]?.replacing("\r\n", with: "\n") }
}
