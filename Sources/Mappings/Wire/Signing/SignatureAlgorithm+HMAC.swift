import Crypto

/// RFC 2104.
extension SignatureAlgorithm {
    package static let hmacSHA256 = hmac("hmac-sha256", SHA256.self)
    package static let hmacSHA1 = hmac("hmac-sha1", Insecure.SHA1.self)
    package static let hmacSHA512 = hmac("hmac-sha512", SHA512.self)

    private static func hmac<Hash: HashFunction>(_ name: String, _: Hash.Type) -> SignatureAlgorithm {
        SignatureAlgorithm(name: name) { key in
            let key = SymmetricKey(data: key)
            return { Array(HMAC<Hash>.authenticationCode(for: $0, using: key)) }
        }
    }
}
