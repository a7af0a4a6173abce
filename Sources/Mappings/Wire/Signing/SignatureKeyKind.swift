/// What a configured secret is of the key that signs.
package enum SignatureKeyKind: String, Sendable, CaseIterable {
    /// The key's own bytes, as UTF-8.
    case text
    /// The key's bytes in Base64. A prefix that ends with `_`, such as `whsec_`, is no part of them.
    case base64
    case hex

    /// Nil if the secret is not written so, or has nothing in it.
    package func key(of secret: String) -> [UInt8]? {
        switch self {
        case .text: return Array(secret.utf8)
        case .base64:
            let start = secret.lastIndex(of: "_").map { secret.index(after: $0) } ?? secret.startIndex
            let text = String(secret[start...])
            let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
            return SignatureEncoding.base64.code(padded).flatMap { $0.isEmpty ? nil : $0 }
        case .hex: return SignatureEncoding.hex.code(secret).flatMap { $0.isEmpty ? nil : $0 }
        }
    }

    /// As a sentence says it.
    package var words: String {
        switch self {
        case .text: "a text"
        case .base64: "Base64, with or without a prefix such as 'whsec_'"
        case .hex: "pairs of hexadecimal digits"
        }
    }
}
