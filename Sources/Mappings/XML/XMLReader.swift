/// Reads XML 1.0 without a document type: elements, attributes, text, CDATA, comments, and characters by name (`&amp;`) or number.
///
/// What could fetch, grow or define anything is refused: a DOCTYPE, and so every entity of a document's own. UTF-8, or Latin-1 if the
/// document says so.
struct XMLReader {
    /// Why a document is not read, as the end of `the XML `.
    struct Mistake: Error, Equatable {
        var sentence: String
        /// In bytes, from 0.
        var offset: Int
    }

    static let mostDepth = 64
    /// Elements and attributes.
    static let mostNodes = 100_000
    /// Of one element.
    static let mostAttributes = 1000

    private let bytes: [UInt8]
    private var index = 0
    private var nodes = 0
    /// The elements that are open.
    private var open: [XMLElement] = []
    private var root: XMLElement?

    static func read(_ bytes: [UInt8]) throws(Mistake) -> XMLElement {
        var reader = XMLReader(try utf8(bytes))
        try reader.readDocument()
        guard let root = reader.root else { throw Mistake(sentence: "has no element", offset: bytes.count) }
        return root
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    // MARK: Encoding

    private static func utf8(_ bytes: [UInt8]) throws(Mistake) -> [UInt8] {
        let bytes = bytes.withoutByteOrderMark
        let head = String(decoding: bytes.prefix(200).prefix { $0 != UInt8(ascii: ">") }, as: UTF8.self).lowercased()
        let isLatin =
            head.hasPrefix("<?xml")
            && ["iso-8859-1", "windows-1252", "latin1"].contains { head.contains("\"\($0)\"") || head.contains("'\($0)'") }
        if isLatin { return Array(String(String.UnicodeScalarView(bytes.map(\.windows1252))).utf8) }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw Mistake(sentence: "is not in UTF-8", offset: 0) }
        return bytes
    }

    // MARK: The document

    private mutating func readDocument() throws(Mistake) {
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "<") {
                try readMarkup()
            } else {
                try readText()
            }
        }
        if let last = open.last { throw mistake("ends before '</\(last.name)>'") }
    }

    private mutating func readMarkup() throws(Mistake) {
        if starts(with: "<?") { return try skip(to: "?>") }
        if starts(with: "<!--") { return try skip(to: "-->") }
        if starts(with: "<![CDATA[") {
            let start = index + 9
            try skip(to: "]]>")
            return try append(String(decoding: bytes[start..<(index - 3)], as: UTF8.self))
        }
        if starts(with: "<!") { throw mistake("has a document type, which is not read") }
        if starts(with: "</") { return try readEnd() }
        try readStart()
    }

    private mutating func readStart() throws(Mistake) {
        if open.isEmpty, root != nil { throw mistake("has a second element at its top") }
        index += 1
        var element = XMLElement(name: try name())
        try count()
        while true {
            let hadSpace = skipSpace()
            guard index < bytes.count else { throw mistake("ends within '<\(element.name)'") }
            if starts(with: "/>") {
                index += 2
                return close(element)
            }
            if bytes[index] == UInt8(ascii: ">") {
                index += 1
                if open.count >= Self.mostDepth { throw mistake("has elements in more than \(Self.mostDepth) others") }
                return open.append(element)
            }
            guard hadSpace else { throw mistake("has no blank before an attribute of '<\(element.name)'") }
            let attribute = try attribute()
            if element.attributes.contains(where: { $0.name == attribute.name }) {
                throw mistake("has the attribute '\(attribute.name)' twice in '<\(element.name)'")
            }
            element.attributes.append(attribute)
            if element.attributes.count > Self.mostAttributes {
                throw mistake("has more than \(Self.mostAttributes) attributes in '<\(element.name)'")
            }
            try count()
        }
    }

    private mutating func readEnd() throws(Mistake) {
        index += 2
        let name = try name()
        _ = skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: ">") else { throw mistake("has no '>' behind '</\(name)'") }
        guard let element = open.last, element.name == name else { throw mistake("has '</\(name)>' where nothing of this name ends") }
        index += 1
        open.removeLast()
        close(element)
    }

    private mutating func close(_ element: XMLElement) {
        if open.isEmpty { root = element } else { open[open.count - 1].children.append(element) }
    }

    private mutating func count() throws(Mistake) {
        nodes += 1
        if nodes > Self.mostNodes { throw mistake("has more than \(Self.mostNodes) elements and attributes") }
    }

    // MARK: Pieces

    private mutating func attribute() throws(Mistake) -> (name: String, value: String) {
        let name = try name()
        _ = skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else { throw mistake("has no '=' behind the attribute '\(name)'") }
        index += 1
        _ = skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") else {
            throw mistake("has no quote around the attribute '\(name)'")
        }
        let quote = bytes[index]
        index += 1
        let start = index
        while index < bytes.count, bytes[index] != quote {
            if bytes[index] == UInt8(ascii: "<") { throw mistake("has '<' in the attribute '\(name)'") }
            index += 1
        }
        guard index < bytes.count else { throw mistake("ends within the attribute '\(name)'") }
        index += 1
        return (name, try unescaped(bytes[start..<(index - 1)]))
    }

    private mutating func readText() throws(Mistake) {
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "<") { index += 1 }
        try append(unescaped(bytes[start..<index]))
    }

    private mutating func append(_ text: String) throws(Mistake) {
        if open.isEmpty {
            if !text.isBlank { throw mistake("has text outside of its element") }
        } else {
            open[open.count - 1].text += text
        }
    }

    private func unescaped(_ text: ArraySlice<UInt8>) throws(Mistake) -> String {
        guard text.contains(UInt8(ascii: "&")) else { return String(decoding: text, as: UTF8.self) }
        var plain: [UInt8] = []
        var place = text.startIndex
        while place < text.endIndex {
            guard text[place] == UInt8(ascii: "&") else {
                plain.append(text[place])
                place += 1
                continue
            }
            guard let end = text[place...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
                let character = Self.character(String(decoding: text[(place + 1)..<end], as: UTF8.self))
            else { throw Mistake(sentence: "has '&' before what is no character that is known", offset: place) }
            plain += Array(String(character).utf8)
            place = end + 1
        }
        return String(decoding: plain, as: UTF8.self)
    }

    private static func character(_ name: String) -> Unicode.Scalar? {
        switch name {
        case "amp": return "&"
        case "lt": return "<"
        case "gt": return ">"
        case "quot": return "\""
        case "apos": return "'"
        default:
            guard name.hasPrefix("#") else { return nil }
            let digits = name.dropFirst()
            let number = digits.first == "x" ? UInt32(digits.dropFirst(), radix: 16) : UInt32(digits)
            guard let number, number >= 0x20 || [9, 10, 13].contains(number) else { return nil }
            return Unicode.Scalar(number)
        }
    }

    private mutating func name() throws(Mistake) -> String {
        let start = index
        while index < bytes.count, Self.isName(bytes[index], isFirst: index == start) { index += 1 }
        guard index > start else { throw mistake("has no name behind '<'") }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isName(_ byte: UInt8, isFirst: Bool) -> Bool {
        switch byte {
        case 0x41...0x5A, 0x61...0x7A, 0x80..., UInt8(ascii: "_"), UInt8(ascii: ":"): true
        case 0x30...0x39, UInt8(ascii: "-"), UInt8(ascii: "."): !isFirst
        default: false
        }
    }

    private mutating func skipSpace() -> Bool {
        let start = index
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
        return index > start
    }

    private func starts(with text: String) -> Bool { bytes[index...].starts(with: text.utf8) }

    private mutating func skip(to end: String) throws(Mistake) {
        guard let range = bytes[index...].firstRange(of: Array(end.utf8)) else { throw mistake("ends before '\(end)'") }
        index = range.upperBound
    }

    private func mistake(_ sentence: String) -> Mistake { Mistake(sentence: sentence, offset: index) }
}
