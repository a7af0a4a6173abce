import Crypto

extension Function {
    /// The words for what `hmac` computes with.
    static let algorithms = ["md5", "sha1", "sha256", "sha512"]

    static func hmac(_ algorithm: String, key: String, _ text: String) -> String? {
        switch algorithm {
        case "md5": hmac(Insecure.MD5.self, key, text)
        case "sha1": hmac(Insecure.SHA1.self, key, text)
        case "sha256": hmac(SHA256.self, key, text)
        case "sha512": hmac(SHA512.self, key, text)
        default: nil
        }
    }

    private static func hmac<Hash: HashFunction>(_: Hash.Type, _ key: String, _ text: String) -> String {
        Array(HMAC<Hash>.authenticationCode(for: Array(text.utf8), using: SymmetricKey(data: Array(key.utf8)))).hex
    }
}

extension HashFunction {
    /// Lower-case hex of the digest of the text's UTF-8 bytes.
    package static func hex(of text: String) -> String {
        var hasher = Self()
        var text = text
        text.withUTF8 { hasher.update(bufferPointer: UnsafeRawBufferPointer($0)) }
        return hasher.finalize().withUnsafeBytes { $0.bindMemory(to: UInt8.self).hexText }
    }
}

extension Collection<UInt8> {
    /// Lower-case hexadecimal.
    package var hex: String { withContiguousStorageIfAvailable(\.hexText) ?? Array(self).withUnsafeBufferPointer(\.hexText) }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate var hexText: String {
        String(unsafeUninitializedCapacity: 2 * count) { text in
            for index in indices {
                text[2 * index] = Self.hexDigit(self[index] >> 4)
                text[2 * index + 1] = Self.hexDigit(self[index] & 15)
            }
            return 2 * count
        }
    }

    @inline(__always)
    private static func hexDigit(_ value: UInt8) -> UInt8 { value &+ (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10) }
}
