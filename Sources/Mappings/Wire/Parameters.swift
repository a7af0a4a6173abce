/// Names and values of a query string or a form body, decoded, in the order sent.
package struct Parameters: Sendable {
    package var pairs: [(name: String, value: String)] = []
    /// What was repaired while reading.
    package var warnings: [String] = []
    /// The names of those that are not UTF-8.
    private(set) var foreign: [String] = []
    /// All that were sent, whether they were decoded or not.
    private(set) var count = 0
    private(set) var isComplete = true

    package init() {}

    package subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// Reads `a=1&b=x+y%21`. Stray percent signs stay what they are; bytes that are no UTF-8 are read as Windows-1252.
    ///
    /// `&currency=` that went through an HTML page arrives as `¤cy=`, since `&curren` is an entity there: raw or percent-encoded, UTF-8 or
    /// Latin-1. It is put right before anything is decoded, with a warning.
    package init(decoding text: String) {
        self.init(decoding: Array(text.utf8))
    }

    /// - Parameters:
    ///   - limit: if more were sent, only those of the names in `wanted` are decoded, and repairs are not reported.
    package init(decoding bytes: [UInt8], upTo limit: Int = .max, elseOnly wanted: [String] = []) {
        var bytes = bytes
        if Self.repairCurrency(&bytes) { warnings.append("'¤cy' was read as '&currency': the sender's URL went through an HTML page") }
        count = Self.count(bytes)
        guard count <= limit else {
            isComplete = false
            let wanted = ParameterNames(wanted)
            Self.forEachPart(bytes) { part in
                if wanted.contain(part.prefix { $0 != UInt8(ascii: "=") }) { append(part) }
            }
            (warnings, foreign) = ([], [])
            return
        }
        pairs.reserveCapacity(count)
        Self.forEachPart(bytes) { append($0) }
    }

    private mutating func append(_ part: ArraySlice<UInt8>) {
        let equals = part.firstIndex(of: UInt8(ascii: "="))
        var name = Self.decode(part[..<(equals ?? part.endIndex)])
        if name.hasPrefix("amp;"), name.utf8.count > 4 {
            name.removeFirst(4)
            warnings.append("'&amp;\(name)' was read as '&\(name)': the sender's URL went through an HTML page")
        }
        let value = equals.map { Self.decoded(part[part.index(after: $0)...]) } ?? (text: "", isForeign: false)
        if value.isForeign { foreign.append(name) }
        pairs.append((name, value.text))
    }

    /// The parts between the `&`, without empty ones.
    static func forEachPart(_ bytes: [UInt8], _ body: (ArraySlice<UInt8>) -> Void) {
        var start = 0
        while start < bytes.count {
            let end = bytes[start...].firstIndex(of: UInt8(ascii: "&")) ?? bytes.count
            if end > start { body(bytes[start..<end]) }
            start = end + 1
        }
    }

    private static func count(_ bytes: [UInt8]) -> Int {
        var count = 0
        var isBetween = true
        for byte in bytes {
            if isBetween, byte != UInt8(ascii: "&") { count += 1 }
            isBetween = byte == UInt8(ascii: "&")
        }
        return count
    }

    static func decode(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = true) -> String { decoded(bytes, plusIsSpace: plusIsSpace).text }

    private static func decoded(_ bytes: ArraySlice<UInt8>, plusIsSpace: Bool = true) -> (text: String, isForeign: Bool) {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let byte = bytes[index]
            if byte == UInt8(ascii: "%"), index + 2 < bytes.endIndex, let high = bytes[index + 1].hexDigit,
                let low = bytes[index + 2].hexDigit
            {
                decoded.append(UInt8(high << 4 | low))
                index += 3
            } else {
                decoded.append(byte == UInt8(ascii: "+") && plusIsSpace ? UInt8(ascii: " ") : byte)
                index += 1
            }
        }
        if let text = String(validating: decoded, as: UTF8.self) { return (text, false) }
        return (String(String.UnicodeScalarView(decoded.map(\.windows1252))), true)
    }

    /// The length of a `¤cy=` that begins at an index: the sign as UTF-8 or Latin-1, raw or percent-encoded; as U+FFFD if an HTTP parser
    /// has decoded Latin-1 as UTF-8 before.
    private static func mangledLength(_ bytes: [UInt8], at index: Int) -> Int? {
        func ends(_ count: Int) -> Int? { bytes[(index + count)...].starts(with: Array("cy=".utf8)) ? count + 3 : nil }
        switch bytes[index] {
        case 0xC2: return index + 1 < bytes.count && bytes[index + 1] == 0xA4 ? ends(2) : nil
        case 0xEF: return bytes[index...].starts(with: [0xEF, 0xBF, 0xBD]) ? ends(3) : nil
        // The same byte ends letters such as ä, which are no sign.
        case 0xA4: return index > 0 && bytes[index - 1] >= 0x80 ? nil : ends(1)
        case UInt8(ascii: "%"):
            guard let first = percentDecoded(bytes, at: index) else { return nil }
            if first == 0xC2 { return percentDecoded(bytes, at: index + 3) == 0xA4 ? ends(6) : nil }
            let follows = index >= 3 && percentDecoded(bytes, at: index - 3) ?? 0 >= 0x80
            return first == 0xA4 && !follows ? ends(3) : nil
        default: return nil
        }
    }

    private static func percentDecoded(_ bytes: [UInt8], at index: Int) -> UInt8? {
        guard index + 2 < bytes.count, bytes[index] == UInt8(ascii: "%"),
            let high = bytes[index + 1].hexDigit, let low = bytes[index + 2].hexDigit
        else { return nil }
        return UInt8(high << 4 | low)
    }

    /// In one pass: a hostile body may hold nothing but signs.
    static func repairCurrency(_ bytes: inout [UInt8]) -> Bool {
        guard bytes.contains(where: { $0 == 0xA4 || $0 == 0xEF || $0 == UInt8(ascii: "%") }) else { return false }
        var repaired: [UInt8] = []
        var index = 0
        var copied = 0
        while index < bytes.count {
            guard let length = mangledLength(bytes, at: index) else {
                index += 1
                continue
            }
            repaired += bytes[copied..<index]
            repaired += Array((index == 0 ? "currency=" : "&currency=").utf8)
            index += length
            copied = index
        }
        guard copied > 0 else { return false }
        bytes = repaired + bytes[copied...]
        return true
    }
}

extension String {
    /// A parameter of the query of the URL that this is, decoded; nil if there is none of the name.
    func queryParameter(_ name: String) -> String? {
        guard let question = utf8.firstIndex(of: UInt8(ascii: "?")) else { return nil }
        let query = utf8[utf8.index(after: question)...].prefix { $0 != UInt8(ascii: "#") }
        return Parameters(decoding: Array(query), upTo: RequestLimits.parameters, elseOnly: [name])[name]
    }
}
