/// Writes a signature's code as text, and reads it.
///
/// To add an encoding, write one file with a `static let` like `base64`, and name it in `all`.
package struct SignatureEncoding: Sendable {
    /// What `encoding:` of a mapping calls it.
    package let name: String
    /// What a code's text is made of, as a sentence says it.
    let letters: String
    let text: @Sendable (_ code: [UInt8]) -> String
    /// Nil if the text is no code. Two texts of one code are one signature.
    let code: @Sendable (_ text: String) -> [UInt8]?

    static let all: [SignatureEncoding] = [.hex, .base64, .base64URL]
}
