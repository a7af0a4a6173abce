/// Turns signed bytes and a key into a code.
///
/// To add an algorithm, write one file with a `static let` like `hmacSHA256`, and name it in `all`.
package struct SignatureAlgorithm: Sendable {
    /// What `algorithm:` of a mapping calls it.
    package let name: String
    /// Makes the key ready once; what it returns makes the code of one text.
    let code: @Sendable (_ key: [UInt8]) -> @Sendable (_ text: [UInt8]) -> [UInt8]

    static let all: [SignatureAlgorithm] = [.hmacSHA256, .hmacSHA1, .hmacSHA512]
}
