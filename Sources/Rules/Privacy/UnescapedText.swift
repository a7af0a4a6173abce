/// A text in lower case, with what was escaped in it as it is meant, and where each byte came from.
///
/// What travels is escaped in many ways, and often more than once: a percent-encoded address in a URL in a JSON text. Each `unescape` takes
/// one layer off. Knows percent-encoding, JSON's escapes, `\x40`, and numbered HTML characters.
struct UnescapedText {
    private(set) var bytes: [UInt8]
    /// For each byte its place in the text as it was given, and one more for the end. Nil as long as nothing was taken off.
    private var origins: [Int]?

    init(_ text: [UInt8]) { bytes = text.map(\.lowercased) }

    /// Shows a text layer by layer, from the text as it is, until `isEnough`. No more layers than anybody writes: a text of nothing but
    /// escapes would have as many as it has bytes.
    static func layers(of text: [UInt8], until isEnough: (UnescapedText) -> Bool) {
        var layer = UnescapedText(text)
        for _ in 0..<8 { if isEnough(layer) || !layer.unescape() { return } }
    }

    /// The place of some bytes in the text as it was given.
    func origin(of place: Range<Int>) -> Range<Int> {
        guard let origins else { return place }
        return origins[place.lowerBound]..<origins[place.upperBound]
    }

    /// Takes one layer off. False if there was none.
    private mutating func unescape() -> Bool {
        guard bytes.contains(where: { $0 == Self.percent || $0 == Self.backslash || $0 == Self.ampersand }) else { return false }
        var (plain, places, hasChanged): ([UInt8], [Int], Bool) = ([], [], false)
        plain.reserveCapacity(bytes.count)
        places.reserveCapacity(bytes.count + 1)
        var index = 0
        while index < bytes.count {
            let origin = origins?[index] ?? index
            if let (meant, length) = escape(at: index) {
                for byte in meant {
                    plain.append(byte.lowercased)
                    places.append(origin)
                }
                index += length
                hasChanged = true
            } else {
                plain.append(bytes[index])
                places.append(origin)
                index += 1
            }
        }
        guard hasChanged else { return false }
        places.append(origins?.last ?? bytes.count)
        (bytes, origins) = (plain, places)
        return true
    }

    // MARK: One escape

    private static let percent = UInt8(ascii: "%")
    private static let backslash = UInt8(ascii: "\\")
    private static let ampersand = UInt8(ascii: "&")
    private static let short: [UInt8: UInt8] = [
        UInt8(ascii: "n"): 0x0A, UInt8(ascii: "r"): 0x0D, UInt8(ascii: "t"): 0x09, UInt8(ascii: "b"): 0x08, UInt8(ascii: "f"): 0x0C,
        UInt8(ascii: "/"): 0x2F, UInt8(ascii: "\""): 0x22, UInt8(ascii: "'"): 0x27, backslash: backslash,
    ]

    private func escape(at index: Int) -> (meant: [UInt8], length: Int)? {
        switch bytes[index] {
        case Self.percent: return number(at: index + 1, digits: 2).map { ([UInt8($0)], 3) }
        case Self.ampersand: return entity(at: index)
        case Self.backslash: return backslashed(at: index)
        default: return nil
        }
    }

    private func backslashed(at index: Int) -> (meant: [UInt8], length: Int)? {
        guard index + 1 < bytes.count else { return nil }
        switch bytes[index + 1] {
        case UInt8(ascii: "x"): return number(at: index + 2, digits: 2).map { (Self.utf8($0), 4) }
        case UInt8(ascii: "u"):
            guard let unit = number(at: index + 2, digits: 4) else { return nil }
            guard (0xD800..<0xDC00).contains(unit), index + 7 < bytes.count, bytes[index + 6] == Self.backslash,
                bytes[index + 7] == UInt8(ascii: "u"), let low = number(at: index + 8, digits: 4), (0xDC00..<0xE000).contains(low)
            else { return (Self.utf8(unit), 6) }
            return (Self.utf8(0x10000 + (unit - 0xD800) << 10 + low - 0xDC00), 12)
        default: return Self.short[bytes[index + 1]].map { ([$0], 2) }
        }
    }

    /// `&#64;` or `&#x40;`.
    private func entity(at index: Int) -> (meant: [UInt8], length: Int)? {
        guard index + 2 < bytes.count, bytes[index + 1] == UInt8(ascii: "#") else { return nil }
        let isHex = bytes[index + 2] == UInt8(ascii: "x")
        let start = index + (isHex ? 3 : 2)
        var (end, value) = (start, UInt32(0))
        while end < bytes.count, end - start < 7, let digit = bytes[end].hexDigit, isHex || digit < 10 {
            value = value * (isHex ? 16 : 10) + UInt32(digit)
            end += 1
        }
        guard end > start, end < bytes.count, bytes[end] == UInt8(ascii: ";") else { return nil }
        return (Self.utf8(value), end + 1 - index)
    }

    private func number(at index: Int, digits: Int) -> UInt32? {
        guard index + digits <= bytes.count else { return nil }
        var value: UInt32 = 0
        for place in index..<index + digits {
            guard let digit = bytes[place].hexDigit else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return value
    }

    private static func utf8(_ number: UInt32) -> [UInt8] { Array(String(Unicode.Scalar(number) ?? "\u{FFFD}").utf8) }
}

extension UInt8 {
    /// Of ASCII letters; every other byte is itself.
    var lowercased: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }

    /// Of a digit in lower case.
    fileprivate var hexDigit: UInt8? {
        switch self {
        case 0x30...0x39: self - 0x30
        case 0x61...0x66: self - 0x57
        default: nil
        }
    }
}
