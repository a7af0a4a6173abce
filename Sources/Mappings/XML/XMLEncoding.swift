/// How the characters of an XML document are written as bytes. Read is UTF-8, UTF-16, and Latin-1, which counts as Windows-1252.
///
/// No other one: what a library would convert, it would first load from the disk.
enum XMLEncoding: Sendable, Equatable {
    case utf8
    case windows1252
    case utf16(isBigEndian: Bool)

    /// By the first bytes, and else by what the document says of itself. A document in bytes that says UTF-16 is read as UTF-8: many programs
    /// write what was once in their memory.
    init(of bytes: [UInt8]) throws(XMLReader.Mistake) {
        if let wide = Self.wide(bytes) {
            self = wide
            return
        }
        let declared = Self.declared(in: bytes)
        switch declared?.lowercased() {
        case nil, "utf-8", "utf8", "us-ascii", "ascii", "utf-16", "utf16", "utf-16le", "utf-16be": self = .utf8
        case "iso-8859-1", "latin1", "latin-1", "windows-1252", "cp1252": self = .windows1252
        default:
            throw XMLReader.Mistake(
                "is in the encoding \((declared ?? "").quotedBriefly); UTF-8, UTF-16 and ISO-8859-1 are read", at: 0, of: bytes)
        }
    }

    /// UTF-16 by its byte order mark, or by the zero beside the first sign.
    static func wide(_ bytes: [UInt8]) -> XMLEncoding? {
        guard bytes.count >= 2 else { return nil }
        return switch (bytes[0], bytes[1]) {
        case (0xFE, 0xFF), (0, UInt8(ascii: "<")): .utf16(isBigEndian: true)
        case (0xFF, 0xFE), (UInt8(ascii: "<"), 0): .utf16(isBigEndian: false)
        default: nil
        }
    }

    /// The `encoding` of the XML declaration.
    private static func declared(in bytes: [UInt8]) -> String? {
        let head = String(decoding: bytes.prefix(200).prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self)
        guard let start = head.firstRange(of: "<?xml"), let name = head[start.upperBound...].firstRange(of: "encoding") else { return nil }
        let rest = head[name.upperBound...].drop { $0 == "=" || $0.isWhitespace }
        guard let quote = rest.first, quote == "\"" || quote == "'" else { return nil }
        return String(rest.dropFirst().prefix { $0 != quote })
    }

    /// The document in UTF-8, without a byte order mark.
    func utf8(_ bytes: [UInt8]) throws(XMLReader.Mistake) -> [UInt8] {
        switch self {
        case .utf8:
            let bytes = bytes.withoutByteOrderMark
            if let place = Self.firstBroken(in: bytes) {
                throw XMLReader.Mistake("is not in UTF-8; a document in another encoding begins with its name", at: place, of: bytes)
            }
            return bytes
        case .windows1252: return Array(String(String.UnicodeScalarView(bytes.map(\.windows1252))).utf8)
        case .utf16(let isBigEndian):
            guard bytes.count.isMultiple(of: 2), let text = String(validating: Self.units(of: bytes, isBigEndian), as: UTF16.self) else {
                throw XMLReader.Mistake("is not in UTF-16, as its first bytes say", at: 0, of: [])
            }
            return Array(text.utf8).withoutByteOrderMark
        }
    }

    /// The place of the first byte that is no part of UTF-8; nil if there is none.
    private static func firstBroken(in bytes: [UInt8]) -> Int? {
        guard String(validating: bytes, as: UTF8.self) == nil else { return nil }
        var (decoder, rest, place) = (UTF8(), bytes.makeIterator(), 0)
        while case .scalarValue(let scalar) = decoder.decode(&rest) { place += UTF8.width(scalar) }
        return place
    }

    private static func units(of bytes: [UInt8], _ isBigEndian: Bool) -> [UInt16] {
        stride(from: 0, to: bytes.count - 1, by: 2).map { index in
            let (high, low) = isBigEndian ? (bytes[index], bytes[index + 1]) : (bytes[index + 1], bytes[index])
            return UInt16(high) << 8 | UInt16(low)
        }
    }

    /// A text in UTF-16 changed as one in UTF-8, whether it is broken or not; nil if the bytes are in another encoding.
    static func changingWide(_ bytes: [UInt8], _ change: ([UInt8]) -> [UInt8]) -> [UInt8]? {
        guard case .utf16(let isBigEndian)? = wide(bytes) else { return nil }
        let text = Array(String(decoding: units(of: bytes, isBigEndian), as: UTF16.self).utf8)
        let changed = change(text)
        if changed == text { return bytes }
        return String(decoding: changed, as: UTF8.self).utf16.flatMap { unit -> [UInt8] in
            let (high, low) = (UInt8(unit >> 8), UInt8(truncatingIfNeeded: unit))
            return isBigEndian ? [high, low] : [low, high]
        }
    }
}
