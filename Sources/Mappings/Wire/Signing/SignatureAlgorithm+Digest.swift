import Crypto

/// Digests of a text that holds the key. They sign nothing by themselves.
extension SignatureAlgorithm {
    package static let md5 = digest("md5", Insecure.MD5.self)
    package static let sha1 = digest("sha1", Insecure.SHA1.self)
    package static let sha256 = digest("sha256", SHA256.self)
    package static let sha512 = digest("sha512", SHA512.self)

    private static func digest<Hash: HashFunction>(_ name: String, _: Hash.Type) -> SignatureAlgorithm {
        SignatureAlgorithm(name: name, prefix: "\(name)=", length: Hash.Digest.byteCount, isKeyed: false) { _ in
            SigningKey { text in
                Hash.hash(data: text).withUnsafeBytes(Array.init)
            } fits: { code, text in
                Hash.hash(data: text).withUnsafeBytes(Array.init).isEqualInConstantTime(to: code)
            }
        }
    }
}

extension [UInt8] {
    /// Without saying by its time where the two differ.
    func isEqualInConstantTime(to other: [UInt8]) -> Bool {
        guard count == other.count else { return false }
        var difference: UInt8 = 0
        for index in indices { difference |= self[index] ^ other[index] }
        return difference == 0
    }
}
