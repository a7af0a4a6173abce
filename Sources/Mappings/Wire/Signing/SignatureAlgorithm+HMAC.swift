import Crypto

/// RFC 2104.
extension SignatureAlgorithm {
    package static let hmacSHA256 = hmac("sha256", SHA256.self)
    package static let hmacSHA1 = hmac("sha1", Insecure.SHA1.self)
    package static let hmacSHA512 = hmac("sha512", SHA512.self)

    private static func hmac<Hash: HashFunction>(_ name: String, _: Hash.Type) -> SignatureAlgorithm {
        SignatureAlgorithm(name: "hmac-\(name)", prefix: "\(name)=", length: Hash.Digest.byteCount) { secret in
            let begun = HMAC<Hash>(key: SymmetricKey(data: secret))
            return SigningKey { text in
                var code = begun
                code.update(data: text)
                return Array(code.finalize())
            } fits: { code, text in
                var own = begun
                own.update(data: text)
                // Crypto compares in constant time.
                if own.finalize() == code { return true }
                own.update(data: [UInt8(ascii: "\n")])
                return own.finalize() == code
            }
        }
    }
}
