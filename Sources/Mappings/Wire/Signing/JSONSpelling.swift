/// How a serialiser spells the characters of a JSON text that may be spelled in several ways.
enum JSONSpelling {
    /// As they were sent.
    case sent
    /// Beyond ASCII as `\uXXXX`: Python.
    case ascii
    /// As UTF-8: JavaScript.
    case utf8
    /// As `ascii`, and `/` as `\/`: PHP.
    case asciiSlashes
    /// As `utf8`, and `/` as `\/`: PHP with `JSON_UNESCAPED_UNICODE`, Swift.
    case utf8Slashes
    /// As `utf8`, and `&`, `<`, `>` and two line separators as `\uXXXX`: Go, Rails.
    case html

    /// Whether serialisers spell this ASCII character in different ways.
    static func isFree(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"): true
        default: false
        }
    }

    /// Adds a text with its quotes.
    func append(_ text: String, to bytes: inout [UInt8]) {
        var json = JSONWriter(options: self == .ascii || self == .asciiSlashes ? .asciiOnly : [], capacity: text.utf8.count + 16)
        json.string(text)
        switch self {
        case .sent, .ascii, .utf8: bytes += json.bytes
        case .asciiSlashes, .utf8Slashes:
            for byte in json.bytes {
                if byte == UInt8(ascii: "/") { bytes.append(UInt8(ascii: "\\")) }
                bytes.append(byte)
            }
        case .html:
            let written = json.bytes
            var index = 0
            while index < written.count {
                let (escape, length) = Self.htmlEscape(written[index...])
                bytes += escape.map { Array($0.utf8) } ?? [written[index]]
                index += length
            }
        }
    }

    private static func htmlEscape(_ bytes: ArraySlice<UInt8>) -> (escape: String?, length: Int) {
        switch bytes.first {
        case UInt8(ascii: "&"): return ("\\u0026", 1)
        case UInt8(ascii: "<"): return ("\\u003c", 1)
        case UInt8(ascii: ">"): return ("\\u003e", 1)
        case 0xE2:
            if bytes.starts(with: [0xE2, 0x80, 0xA8]) { return ("\\u2028", 3) }
            if bytes.starts(with: [0xE2, 0x80, 0xA9]) { return ("\\u2029", 3) }
            return (nil, 1)
        default: return (nil, 1)
        }
    }
}
