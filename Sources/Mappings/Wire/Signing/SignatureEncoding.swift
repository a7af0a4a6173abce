/// Writes a signature's code as text.
///
/// To add an encoding, write one file with a `static let` like `base64`, and name it in `all`.
package struct SignatureEncoding: Sendable {
    /// What `encoding:` of a mapping calls it.
    package let name: String
    /// Whether `A` and `a` are the same digit.
    let ignoresCase: Bool
    let text: @Sendable (_ code: [UInt8]) -> String

    static let all: [SignatureEncoding] = [.hex, .base64]

    /// A received signature as it is compared with one that `text` wrote.
    package func comparable(_ signature: String) -> String { ignoresCase ? signature.lowercased() : signature }
}
