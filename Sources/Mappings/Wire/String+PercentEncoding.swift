extension String {
    /// Percent-encodes all but the unreserved characters of RFC 3986 §2.3, so that a value can be anywhere in a URL.
    package var percentEncoded: String {
        guard utf8.contains(where: { !$0.isUnreserved }) else { return self }
        var encoded: [UInt8] = []
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in utf8 {
            if byte.isUnreserved {
                encoded.append(byte)
            } else {
                encoded.append(contentsOf: [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]])
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// A path segment decoded; `+` stays a plus.
    package var percentDecoded: String {
        utf8.contains(UInt8(ascii: "%")) ? Parameters.decode(Array(utf8)[...], plusIsSpace: false) : self
    }
}

extension UInt8 {
    fileprivate var isUnreserved: Bool {
        switch self {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        case UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"): true
        default: false
        }
    }
}
