/// Turns signed bytes and a key into a code.
///
/// To add an algorithm, write one file with a `static let` like `hmacSHA256`, and name it in `all`.
package struct SignatureAlgorithm: Sendable {
    /// What `algorithm:` of a mapping calls it.
    package let name: String
    /// What some senders write in front of a code: `sha256=`.
    let prefix: String
    /// The bytes of a code.
    let length: Int
    /// Whether the key signs. A plain digest takes it as a part of its text.
    var isKeyed = true
    /// Makes a secret ready once.
    let key: @Sendable (_ secret: [UInt8]) -> SigningKey

    static let all: [SignatureAlgorithm] = [.hmacSHA256, .hmacSHA1, .hmacSHA512, .md5, .sha1, .sha256, .sha512]
}

/// A secret that is ready to sign.
struct SigningKey: Sendable {
    /// The code of one text.
    let code: @Sendable (_ text: [UInt8]) -> [UInt8]
    /// Whether a code is that of a text, or of the text with one line feed behind it, as `echo` and Go's encoder write it. Compares in constant
    /// time.
    let fits: @Sendable (_ code: [UInt8], _ text: [UInt8]) -> Bool
}
