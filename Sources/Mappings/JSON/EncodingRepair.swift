/// A JSON text that is JSON but for how its characters are encoded, made valid: byte order marks before it, bytes that are not UTF-8 within its
/// strings, and escapes of half a surrogate pair.
///
/// This is a second step for a text that the strict reader has refused. It changes nothing but the insides of strings and what comes before the
/// first value, so every other mistake is still there for the strict reader to find.
///
/// - A string whose only bytes beyond ASCII are not UTF-8 is read as Windows-1252, in which each byte is another character: `Jos\xE9` is `José`.
/// - In a string that has other UTF-8 characters too, or that was cut within one, such bytes become U+FFFD.
/// - Two halves of a pair that were encoded one by one, as old Java does, become the one character they mean. A half alone becomes U+FFFD.
package struct EncodingRepair {
    /// What was put right in one string.
    struct Mark: Equatable {
        /// A place within the string, in the repaired text.
        var offset: Int
        var found: Found
    }

    enum Found: Equatable {
        case windows1252(UInt8)
        case byte(UInt8)
        case half(UInt32)
        case pair(Unicode.Scalar)
    }

    /// As many strings are named in a warning.
    static let mostMarks = 5
    static let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]

    private(set) var bytes: [UInt8] = []
    private(set) var hasByteOrderMark = false
    private(set) var marks: [Mark] = []
    /// How many strings were put right.
    private(set) var count = 0
    /// Whether a character was replaced that nobody can know any more, so that different texts may have become the same.
    private(set) var isLossy = false

    /// Nil if the text has nothing that could be put right.
    init?(_ text: [UInt8]) {
        let start = Self.start(of: text)
        hasByteOrderMark = text[..<start].contains(0xEF)
        text.withUnsafeBufferPointer { repair($0, from: start) }
        guard hasByteOrderMark || count > 0 else { return nil }
    }

    /// The offset behind byte order marks and white space.
    static func start(of text: [UInt8]) -> Int {
        var start = 0
        while start < text.count {
            if [0x20, 0x09, 0x0A, 0x0D].contains(text[start]) {
                start += 1
            } else if text[start] == 0xEF, text[start...].starts(with: byteOrderMark) {
                start += 3
            } else {
                break
            }
        }
        return start
    }

    private mutating func repair(_ text: UnsafeBufferPointer<UInt8>, from start: Int) {
        bytes.reserveCapacity(text.count + text.count / 8)
        var copied = start
        Self.forEachBrokenString(of: text, from: start) { string in
            bytes.append(contentsOf: text[copied..<string.start])
            append(string, of: text)
            copied = string.end
        }
        if copied < text.count { bytes.append(contentsOf: text[copied...]) }
    }

    private static func forEachBrokenString(
        of text: UnsafeBufferPointer<UInt8>, from start: Int, _ body: (EncodedString) -> Void
    ) {
        var position = start
        while position < text.count {
            guard text[position] == UInt8(ascii: "\"") else {
                position += 1
                continue
            }
            let string = EncodedString(text, from: position + 1)
            if string.isBroken { body(string) }
            position = string.end + 1
        }
    }

    private mutating func append(_ string: EncodedString, of text: UnsafeBufferPointer<UInt8>) {
        var first: Mark?
        string.forEachPiece(of: text) { piece in
            let offset = bytes.count
            var found: Found?
            switch piece {
            case .plain(let range): bytes.append(contentsOf: text[range])
            case .pair(let scalar):
                bytes.append(contentsOf: String(scalar).utf8)
                found = .pair(scalar)
            case .half(let unit, let isEscape):
                bytes.append(contentsOf: isEscape ? Array(#"\ufffd"#.utf8) : Self.replacement)
                found = .half(unit)
                isLossy = true
            case .foreign(let byte) where string.isWindows1252:
                bytes.append(contentsOf: String(byte.windows1252).utf8)
                found = .windows1252(byte)
            case .foreign(let byte):
                bytes.append(contentsOf: Self.replacement)
                found = .byte(byte)
                isLossy = true
            }
            if first == nil, let found { first = Mark(offset: offset, found: found) }
        }
        count += 1
        if let first, marks.count < Self.mostMarks { marks.append(first) }
    }

    /// The text with ASCII of the same length in place of what is encoded wrongly.
    static func sameLength(_ text: [UInt8]) -> [UInt8] {
        var copy = text
        let start = start(of: text)
        for index in 0..<start { copy[index] = UInt8(ascii: " ") }
        text.withUnsafeBufferPointer { text in
            forEachBrokenString(of: text, from: start) { string in
                var position = string.start
                string.forEachPiece(of: text) { piece in
                    let end = position + piece.length
                    switch piece {
                    case .plain: break
                    case .half(_, isEscape: true): copy.replaceSubrange(position..<end, with: #"\ufffd"#.utf8)
                    case .pair, .half, .foreign: for index in position..<end { copy[index] = UInt8(ascii: "?") }
                    }
                    position = end
                }
            }
        }
        return copy
    }

    private static let replacement = Array("\u{FFFD}".utf8)
}
