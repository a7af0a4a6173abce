extension SignatureEncoding {
    package static let base64 = SignatureEncoding(
        name: "base64", letters: "letters of Base64", text: { $0.base64 }, code: { [UInt8](base64: $0) })
}

extension [UInt8] {
    /// Nil if the text is not what `base64` writes.
    fileprivate init?(base64 text: String) {
        var (bits, count): (UInt32, Int) = (0, 0)
        var bytes: [UInt8] = []
        for letter in text.utf8 where letter != UInt8(ascii: "=") {
            guard let digit = letter.base64Digit else { return nil }
            bits = bits << 6 | digit
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        guard bytes.base64 == text else { return nil }
        self = bytes
    }

    /// RFC 4648 Base64 with padding.
    var base64: String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
        var text: [UInt8] = []
        for start in stride(from: 0, to: count, by: 3) {
            let chunk = self[start..<Swift.min(start + 3, count)]
            let bits = chunk.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - chunk.count))
            for place in 0..<4 {
                text.append(place <= chunk.count ? alphabet[Int(bits >> (18 - 6 * UInt32(place))) & 63] : UInt8(ascii: "="))
            }
        }
        return String(decoding: text, as: UTF8.self)
    }
}

extension UInt8 {
    fileprivate var base64Digit: UInt32? {
        switch self {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(self) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(self) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
