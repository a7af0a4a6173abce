/// How a serialiser spells the characters of a JSON text that may be spelled in several ways.
struct JSONSpelling: Sendable {
    /// Which escapes have capital letters: `\u00E9` for `\u00e9`.
    enum Capitals: Sendable {
        case none
        /// Those of characters of ASCII.
        case ascii
        case all
    }

    /// Characters of ASCII that are escaped, as `\u0026` is, a bit for each.
    private let escaped: (low: UInt64, high: UInt64)
    /// Whether `/` becomes `\/`.
    private let escapesSlashes: Bool
    private let escapesBeyondASCII: Bool
    /// Whether U+2028 and U+2029, which end a line in JavaScript, are escaped.
    private let escapesLineEnds: Bool
    private let capitals: Capitals

    private init(
        escaping signs: String = "", escapesSlashes: Bool = false, escapesBeyondASCII: Bool = false, escapesLineEnds: Bool = false,
        capitals: Capitals = .none
    ) {
        escaped = Self.bits(signs)
        self.escapesSlashes = escapesSlashes
        self.escapesBeyondASCII = escapesBeyondASCII
        self.escapesLineEnds = escapesLineEnds
        self.capitals = capitals
    }

    /// Beyond ASCII as `\u00e9`: Python.
    static let ascii = JSONSpelling(escaping: "\u{7F}", escapesBeyondASCII: true)
    /// The same without DEL, which PHP leaves as it is: PHP with `JSON_UNESCAPED_SLASHES`.
    static let asciiLetters = JSONSpelling(escapesBeyondASCII: true)
    /// As UTF-8: JavaScript.
    static let utf8 = JSONSpelling()
    /// PHP.
    static let asciiSlashes = JSONSpelling(escapesSlashes: true, escapesBeyondASCII: true)
    /// PHP with `JSON_UNESCAPED_UNICODE`, Swift.
    static let utf8Slashes = JSONSpelling(escapesSlashes: true)
    /// Go, Rails.
    static let html = JSONSpelling(escaping: "&<>", escapesLineEnds: true)
    /// Those that make texts safe for pages in further ways: Gson, .NET, Symfony, Jinja.
    static let safe = [
        JSONSpelling(escaping: "&<>='", escapesLineEnds: true),
        JSONSpelling(escaping: "&<>'\"+`\u{7F}", escapesBeyondASCII: true, capitals: .all),
        JSONSpelling(escaping: "&<>'\"", escapesSlashes: true, escapesBeyondASCII: true, capitals: .ascii),
        jinja,
    ]
    static let jinja = JSONSpelling(escaping: "&<>'\u{7F}", escapesBeyondASCII: true)

    fileprivate static func bits(_ signs: String) -> (low: UInt64, high: UInt64) {
        signs.utf8.reduce(into: (0, 0)) { bits, byte in
            if byte < 64 { bits.low |= 1 << UInt64(byte) } else { bits.high |= 1 << UInt64(byte & 63) }
        }
    }

    private func escapes(_ byte: UInt8) -> Bool {
        byte < 64 ? escaped.low & 1 << UInt64(byte) != 0 : byte < 0x80 && escaped.high & 1 << UInt64(byte & 63) != 0
    }
}

// MARK: Writing

extension JSONSpelling {
    /// Adds a text with its quotes.
    func append(_ text: String, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { text in
            var index = 0
            while index < text.count {
                let end = plainEnd(of: text, from: index)
                bytes += text[index..<end]
                index = end
                if index < text.count { index += append(text, at: index, to: &bytes) }
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private func plainEnd(of text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var index = start
        while index < text.count {
            let byte = text[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") || escapes(byte) { break }
            if byte == UInt8(ascii: "/"), escapesSlashes { break }
            if byte >= 0x80, escapesBeyondASCII || escapesLineEnds && byte == 0xE2 { break }
            index += 1
        }
        return index
    }

    /// Adds one character and returns its length in the text.
    private func append(_ text: UnsafeBufferPointer<UInt8>, at index: Int, to bytes: inout [UInt8]) -> Int {
        let byte = text[index]
        if byte >= 0x80 { return appendLong(text, at: index, to: &bytes) }
        if escapes(byte) {
            appendUnit(UInt16(byte), isCapital: capitals != .none, to: &bytes)
            return 1
        }
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes += [UInt8(ascii: "\\"), byte]
        case 0x08: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "b")]
        case 0x09: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "t")]
        case 0x0A: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "n")]
        case 0x0C: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "f")]
        case 0x0D: bytes += [UInt8(ascii: "\\"), UInt8(ascii: "r")]
        default: appendUnit(UInt16(byte), isCapital: capitals != .none, to: &bytes)
        }
        return 1
    }

    private func appendLong(_ text: UnsafeBufferPointer<UInt8>, at index: Int, to bytes: inout [UInt8]) -> Int {
        let length = max(1, text.lengthOfUTF8Sequence(at: index))
        let character = text[index..<index + length]
        let isLineEnd = character.elementsEqual([0xE2, 0x80, 0xA8]) || character.elementsEqual([0xE2, 0x80, 0xA9])
        if escapesBeyondASCII || isLineEnd {
            for unit in String(decoding: character, as: UTF8.self).utf16 { appendUnit(unit, isCapital: capitals == .all, to: &bytes) }
        } else {
            bytes += character
        }
        return length
    }

    private func appendUnit(_ unit: UInt16, isCapital: Bool, to bytes: inout [UInt8]) {
        bytes += [UInt8(ascii: "\\"), UInt8(ascii: "u")]
        let letter = (isCapital ? UInt8(ascii: "A") : UInt8(ascii: "a")) - 10
        for shift in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: unit >> UInt16(shift)) & 15
            bytes.append(digit < 10 ? UInt8(ascii: "0") + digit : letter + digit)
        }
    }
}

// MARK: Which ones differ

/// Which characters of a JSON document serialisers could spell in another way.
struct FreeCharacters {
    private var bits: (low: UInt64, high: UInt64) = (0, 0)
    private var hasBeyondASCII = false
    /// Whether the document has escapes: then each character may be in it.
    private(set) var hasEscapes = false
    /// Whether all serialisers spell the document in the same way.
    private var isPlain: Bool { !hasEscapes && !hasBeyondASCII && bits.low & Self.free.low == 0 && bits.high & Self.free.high == 0 }

    /// All that some serialiser escapes and another does not; a quote within a text is escaped by each.
    private static let free = JSONSpelling.bits("&<>='+`/\u{7F}")

    init(of document: [UInt8]) {
        for byte in document {
            if byte < 64 {
                bits.low |= 1 << UInt64(byte)
            } else if byte < 0x80 {
                bits.high |= 1 << UInt64(byte & 63)
            } else {
                hasBeyondASCII = true
            }
        }
        hasEscapes = bits.high & 1 << UInt64(UInt8(ascii: "\\") & 63) != 0
        // Each text has its quotes.
        bits.low &= ~(1 << UInt64(UInt8(ascii: "\"")))
        if hasEscapes { (bits, hasBeyondASCII) = ((.max, .max), true) }
    }

    /// Those of the spellings whose texts of the document differ from each other, and from what was sent.
    func distinct(_ spellings: [JSONSpelling]) -> [JSONSpelling] {
        if isPlain { return [] }
        var known = hasEscapes ? [] : [key(of: .utf8)]
        return spellings.filter { spelling in
            let key = key(of: spelling)
            guard !known.contains(where: { $0 == key }) else { return false }
            known.append(key)
            return true
        }
    }

    private typealias Key = (low: UInt64, high: UInt64, rest: Int)

    private func key(of spelling: JSONSpelling) -> Key {
        spelling.key(among: bits, hasBeyondASCII: hasBeyondASCII)
    }
}

extension JSONSpelling {
    fileprivate func key(among bits: (low: UInt64, high: UInt64), hasBeyondASCII: Bool) -> (low: UInt64, high: UInt64, rest: Int) {
        let (low, high) = (escaped.low & bits.low, escaped.high & bits.high)
        var rest = 0
        if escapesSlashes, bits.low & 1 << UInt64(UInt8(ascii: "/")) != 0 { rest |= 1 }
        if hasBeyondASCII {
            if escapesBeyondASCII { rest |= 2 } else if escapesLineEnds { rest |= 4 }
            if capitals == .all { rest |= 8 }
        }
        if capitals != .none, low != 0 || high != 0 { rest |= 16 }
        return (low, high, rest)
    }
}
