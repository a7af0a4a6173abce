/// The inside of a JSON string whose characters may be encoded wrongly, taken apart.
struct EncodedString {
    let start: Int
    /// The place of the closing quote, or the end of the text.
    let end: Int
    /// Whether anything in it is not UTF-8, or half of a pair.
    let isBroken: Bool
    /// Whether its bytes beyond ASCII are Windows-1252: none of them makes UTF-8, and they are not what is left of a character that was cut.
    let isWindows1252: Bool

    enum Piece {
        case plain(Range<Int>)
        /// Two halves of a pair, encoded one by one: CESU-8.
        case pair(Unicode.Scalar)
        case half(UInt32, isEscape: Bool)
        /// A byte that is part of no UTF-8 character.
        case foreign(UInt8)

        /// In bytes.
        var length: Int {
            switch self {
            case .plain(let range): range.count
            case .pair: 6
            case .half(_, let isEscape): isEscape ? 6 : 3
            case .foreign: 1
            }
        }
    }

    init(_ text: UnsafeBufferPointer<UInt8>, from start: Int) {
        var position = start
        var hasUTF8 = false
        var hasHalf = false
        var foreign: Range<Int>?
        var isInOneRun = true
        while position < text.count, text[position] != UInt8(ascii: "\"") {
            let (piece, next) = Self.piece(of: text, at: position)
            switch piece {
            case .plain(let range): if text[range.lowerBound] >= 0x80 { hasUTF8 = true }
            case .pair: (hasUTF8, hasHalf) = (true, true)
            case .half(_, let isEscape):
                hasHalf = true
                if !isEscape { hasUTF8 = true }
            case .foreign:
                if let before = foreign, before.upperBound < position { isInOneRun = false }
                foreign = (foreign?.lowerBound ?? position)..<next
            }
            position = next
        }
        self.start = start
        end = min(position, text.count)
        isBroken = hasHalf || foreign != nil
        let isCut = isInOneRun && foreign?.upperBound == end && foreign.map { Self.isBeginning(text, $0) } == true
        isWindows1252 = foreign != nil && !hasUTF8 && !isCut
    }

    func forEachPiece(of text: UnsafeBufferPointer<UInt8>, _ body: (Piece) -> Void) {
        var position = start
        while position < end {
            let (piece, next) = Self.piece(of: text, at: position)
            body(piece)
            position = next
        }
    }

    private static func piece(of text: UnsafeBufferPointer<UInt8>, at start: Int) -> (Piece, next: Int) {
        switch text[start] {
        case UInt8(ascii: "\\"): return escape(of: text, at: start)
        case 0x80...:
            let length = text.lengthOfUTF8Sequence(at: start)
            if length > 0 { return (.plain(start..<start + length), start + length) }
            guard let unit = half(of: text, at: start) else { return (.foreign(text[start]), start + 1) }
            if let scalar = self.pair(unit, half(of: text, at: start + 3)) { return (.pair(scalar), start + 6) }
            return (.half(unit, isEscape: false), start + 3)
        default:
            let end = max(text.endOfPlainText(from: start), start + 1)
            return (.plain(start..<end), end)
        }
    }

    private static func escape(of text: UnsafeBufferPointer<UInt8>, at start: Int) -> (Piece, next: Int) {
        guard let unit = escapedUnit(of: text, at: start), unit & 0xF800 == 0xD800 else {
            let end = min(start + 2, text.count)
            return (.plain(start..<end), end)
        }
        if pair(unit, escapedUnit(of: text, at: start + 6)) != nil { return (.plain(start..<start + 12), start + 12) }
        return (.half(unit, isEscape: true), start + 6)
    }

    /// The unit of `\uD83D` at an offset.
    private static func escapedUnit(of text: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt32? {
        guard start + 6 <= text.count, text[start] == UInt8(ascii: "\\"), text[start + 1] == UInt8(ascii: "u") else { return nil }
        var unit: UInt32 = 0
        for digit in text[start + 2..<start + 6] {
            guard let value = digit.hexDigit else { return nil }
            unit = unit << 4 | value
        }
        return unit
    }

    /// Half of a pair in three bytes, which UTF-8 does not have.
    private static func half(of text: UnsafeBufferPointer<UInt8>, at start: Int) -> UInt32? {
        guard start + 3 <= text.count, text[start] == 0xED, (0xA0...0xBF).contains(text[start + 1]), text[start + 2] & 0xC0 == 0x80 else {
            return nil
        }
        return 0xD000 | UInt32(text[start + 1] & 0x3F) << 6 | UInt32(text[start + 2] & 0x3F)
    }

    private static func pair(_ high: UInt32, _ low: UInt32?) -> Unicode.Scalar? {
        guard let low, high & 0xFC00 == 0xD800, low & 0xFC00 == 0xDC00 else { return nil }
        return Unicode.Scalar(0x10000 + (high & 0x3FF) << 10 + low & 0x3FF)
    }

    /// Whether two bytes or more are the beginning of one UTF-8 character, as a cut after so many bytes leaves it.
    private static func isBeginning(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        let wanted = (0xE0..<0xF0).contains(text[range.lowerBound]) ? 3 : (0xF0..<0xF5).contains(text[range.lowerBound]) ? 4 : 0
        guard (2..<max(2, wanted)).contains(range.count) else { return false }
        return text[range].dropFirst().allSatisfy { $0 & 0xC0 == 0x80 }
    }
}

extension UInt8 {
    /// The character that this byte is in Windows-1252, as browsers read it: each of the 256 is another one.
    package var windows1252: Unicode.Scalar {
        guard (0x80...0x9F).contains(self) else { return Unicode.Scalar(self) }
        return Self.windows1252[Int(self) - 0x80]
    }

    private static let windows1252 = Array("€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8D}Ž\u{8F}\u{90}‘’“”•–—˜™š›œ\u{9D}žŸ".unicodeScalars)
}
