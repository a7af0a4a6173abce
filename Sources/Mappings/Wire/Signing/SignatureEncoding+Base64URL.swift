extension SignatureEncoding {
    /// RFC 4648 with `-` and `_`; written without padding, read with or without it.
    package static let base64URL = SignatureEncoding(
        name: "base64url", letters: "letters of Base64 for URLs",
        text: { code in code.base64.replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "") }, code: read)

    private static func read(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(where: { $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/") }) else { return nil }
        let bare = text.reversed().drop { $0 == "=" }.reversed()
        let padding = (4 - bare.count % 4) % 4
        guard padding < 3, bare.count == text.count || bare.count + padding == text.count else { return nil }
        let usual = String(bare).replacing("-", with: "+").replacing("_", with: "/") + String(repeating: "=", count: padding)
        return SignatureEncoding.base64.code(usual)
    }
}
