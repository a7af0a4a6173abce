/// Reads XML 1.0 without a document type: elements, attributes, text, CDATA, comments, and characters by name (`&amp;`) or number.
///
/// What could fetch, grow or define anything is refused: a DOCTYPE, and so every entity of a document's own. What a document costs grows with
/// its bytes alone, whatever it holds.
struct XMLReader {
    /// Why a document is not read, as the end of `it `, and where.
    struct Mistake: Error, Equatable {
        let sentence: String
        /// In bytes of the document in UTF-8, from 0.
        let offset: Int
        /// From 1.
        let line: Int
        /// In characters, from 1.
        let column: Int

        init(_ sentence: String, at offset: Int, of bytes: [UInt8]) {
            self.sentence = sentence
            self.offset = offset
            (line, column) = bytes.place(of: offset)
        }

        var description: String { "line \(line), column \(column): it \(sentence)" }
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
        var reader = XMLReader(try XMLEncoding(of: bytes).utf8(bytes))
        try reader.readDocument()
        guard let root = reader.root else { throw reader.mistake("has no element") }
        return root
    }

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    // MARK: The document

    private mutating func readDocument() throws(Mistake) {
        if let place = bytes.firstForeignToXML { throw mistake("has a control character, which XML cannot hold", at: place) }
        while index < bytes.count {
            if bytes[index] == UInt8(ascii: "<") {
                try readMarkup()
            } else {
                try readText()
            }
        }
        if let last = open.last { throw mistake("ends before \("</\(last.name)>".quotedBriefly)") }
    }

    private mutating func readMarkup() throws(Mistake) {
        if starts(with: "<?") { return try readInstruction() }
        if starts(with: "<!--") { return try readComment() }
        if starts(with: "<![CDATA[") { return try readCharacterData() }
        if starts(with: "<!DOCTYPE") { throw mistake("has a document type, which is not read") }
        if starts(with: "<!") { throw mistake("has '<!' before what is neither a comment nor CDATA") }
        if starts(with: "</") { return try readEnd() }
        try readStart()
    }

    /// The XML declaration is one, and comes first.
    private mutating func readInstruction() throws(Mistake) {
        let start = index
        index += 2
        let target = try name(behind: "<?")
        if target.lowercased() == "xml", bytes[..<start].contains(where: { $0 > 0x20 }) {
            throw mistake("has an XML declaration that is not at its beginning", at: start)
        }
        if !starts(with: "?>"), !skipSpace() { throw mistake("has no blank behind \("<?\(target)".quotedBriefly)") }
        try skip(to: "?>")
    }

    private mutating func readComment() throws(Mistake) {
        index += 4
        try skip(to: "--")
        guard index < bytes.count, bytes[index] == UInt8(ascii: ">") else { throw mistake("has '--' within a comment", at: index - 2) }
        index += 1
    }

    private mutating func readCharacterData() throws(Mistake) {
        if open.isEmpty { throw mistake("has text outside of its element") }
        let start = index + 9
        try skip(to: "]]>")
        append(Self.withLineFeeds(bytes[start..<(index - 3)]))
    }

    private mutating func readStart() throws(Mistake) {
        if open.isEmpty, root != nil { throw mistake("has a second element at its top") }
        index += 1
        var element = XMLElement(name: try name(behind: "<"))
        var names: Set<String> = []
        try count()
        while true {
            let hadSpace = skipSpace()
            guard index < bytes.count else { throw mistake("ends within \("<\(element.name)".quotedBriefly)") }
            if starts(with: "/>") {
                index += 2
                return close(element)
            }
            if bytes[index] == UInt8(ascii: ">") {
                index += 1
                if open.count >= Self.mostDepth { throw mistake("has elements in more than \(Self.mostDepth) others") }
                return open.append(element)
            }
            guard hadSpace else { throw mistake("has no blank before an attribute of \("<\(element.name)".quotedBriefly)") }
            let attribute = try attribute()
            guard names.insert(attribute.name).inserted else {
                throw mistake("has the attribute \(attribute.name.quotedBriefly) twice in \("<\(element.name)".quotedBriefly)")
            }
            element.attributes.append(attribute)
            if element.attributes.count > Self.mostAttributes {
                throw mistake("has more than \(Self.mostAttributes) attributes in \("<\(element.name)".quotedBriefly)")
            }
            try count()
        }
    }

    private mutating func readEnd() throws(Mistake) {
        let start = index
        index += 2
        let name = try name(behind: "</")
        _ = skipSpace()
        let end = "</\(name)>".quotedBriefly
        guard index < bytes.count, bytes[index] == UInt8(ascii: ">") else { throw mistake("has no '>' at the end of \(end)") }
        guard let wanted = open.last?.name else { throw mistake("has \(end) where nothing is open", at: start) }
        guard name == wanted else { throw mistake("has \(end) where \("</\(wanted)>".quotedBriefly) is due", at: start) }
        index += 1
        close(open.removeLast())
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
        let name = try name(behind: "a blank")
        _ = skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "=") else {
            throw mistake("has no '=' behind the attribute \(name.quotedBriefly)")
        }
        index += 1
        _ = skipSpace()
        guard index < bytes.count, bytes[index] == UInt8(ascii: "\"") || bytes[index] == UInt8(ascii: "'") else {
            throw mistake("has no quote around the attribute \(name.quotedBriefly)")
        }
        let quote = bytes[index]
        index += 1
        let start = index
        while index < bytes.count, bytes[index] != quote {
            if bytes[index] == UInt8(ascii: "<") { throw mistake("has '<' in the attribute \(name.quotedBriefly)") }
            index += 1
        }
        guard index < bytes.count else { throw mistake("ends within the attribute \(name.quotedBriefly)") }
        index += 1
        return (name, try unescaped(bytes[start..<(index - 1)], isAttribute: true))
    }

    private mutating func readText() throws(Mistake) {
        let start = index
        while index < bytes.count, bytes[index] != UInt8(ascii: "<") {
            if bytes[index] == UInt8(ascii: ">"), bytes[start..<index].suffix(2).elementsEqual("]]".utf8) {
                throw mistake("has ']]>' outside of CDATA", at: index - 2)
            }
            index += 1
        }
        if open.isEmpty {
            let isBlank = bytes[start..<index].allSatisfy { Self.isSpace($0) }
            if !isBlank { throw mistake("has text outside of its element", at: start) }
        } else {
            append(try unescaped(bytes[start..<index], isAttribute: false))
        }
    }

    private mutating func append(_ text: String) { open[open.count - 1].text += text }

    /// A line ends with a line feed, however it was written; in an attribute it is a blank.
    private func unescaped(_ text: ArraySlice<UInt8>, isAttribute: Bool) throws(Mistake) -> String {
        guard text.contains(where: { $0 == UInt8(ascii: "&") || $0 == 0x0D || isAttribute && $0 < 0x20 }) else {
            return String(decoding: text, as: UTF8.self)
        }
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        var place = text.startIndex
        while place < text.endIndex {
            switch text[place] {
            case UInt8(ascii: "&"):
                guard let end = text[place...].prefix(12).firstIndex(of: UInt8(ascii: ";")),
                    let character = Self.character(String(decoding: text[(place + 1)..<end], as: UTF8.self))
                else { throw mistake("has '&' before what is no character that is known; write &amp; for '&' itself", at: place) }
                plain += Array(String(character).utf8)
                place = end
            case 0x0D:
                if place + 1 == text.endIndex || text[place + 1] != 0x0A { plain.append(isAttribute ? 0x20 : 0x0A) }
            case let byte: plain.append(isAttribute && byte < 0x20 ? 0x20 : byte)
            }
            place += 1
        }
        return String(decoding: plain, as: UTF8.self)
    }

    private static func withLineFeeds(_ text: ArraySlice<UInt8>) -> String {
        guard text.contains(0x0D) else { return String(decoding: text, as: UTF8.self) }
        var plain: [UInt8] = []
        for place in text.indices {
            if text[place] != 0x0D {
                plain.append(text[place])
            } else if place + 1 == text.endIndex || text[place + 1] != 0x0A {
                plain.append(0x0A)
            }
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
            let digits = name.dropFirst(name.hasPrefix("#x") ? 2 : 1)
            guard digits.first?.isHexDigit == true, let number = UInt32(digits, radix: name.hasPrefix("#x") ? 16 : 10),
                let scalar = Unicode.Scalar(number), scalar.isXML
            else { return nil }
            return scalar
        }
    }

    private mutating func name(behind sign: String) throws(Mistake) -> String {
        let start = index
        while index < bytes.count, Self.isName(bytes[index]) { index += 1 }
        let name = String(decoding: bytes[start..<index], as: UTF8.self)
        guard name.isXMLName else { throw mistake("has no name behind '\(sign)'", at: start) }
        return name
    }

    private static func isName(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x80..., UInt8(ascii: "_"), UInt8(ascii: ":"), UInt8(ascii: "-"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { [0x20, 0x09, 0x0A, 0x0D].contains(byte) }

    private mutating func skipSpace() -> Bool {
        let start = index
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
        return index > start
    }

    private func starts(with text: StaticString) -> Bool {
        guard index + text.utf8CodeUnitCount <= bytes.count else { return false }
        return text.withUTF8Buffer { text in text.indices.allSatisfy { bytes[index + $0] == text[$0] } }
    }

    /// Goes behind the next place where a text is.
    private mutating func skip(to end: StaticString) throws(Mistake) {
        while index < bytes.count {
            if starts(with: end) {
                index += end.utf8CodeUnitCount
                return
            }
            index += 1
        }
        throw mistake("ends before '\(end)'")
    }

    private func mistake(_ sentence: String, at place: Int? = nil) -> Mistake { Mistake(sentence, at: place ?? index, of: bytes) }
}

extension [UInt8] {
    /// The line and the column of an offset, both from 1.
    fileprivate func place(of offset: Int) -> (line: Int, column: Int) {
        var place = (line: 1, column: 1)
        for byte in prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                place = (place.line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                place.column += 1
            }
        }
        return place
    }

    /// The place of the first character that XML cannot hold, of a text in UTF-8.
    fileprivate var firstForeignToXML: Int? {
        indices.first { index in
            let byte = self[index]
            if byte < 0x20 { return byte != 0x09 && byte != 0x0A && byte != 0x0D }
            // U+FFFE and U+FFFF.
            return byte == 0xEF && index + 2 < count && self[index + 1] == 0xBF && self[index + 2] >= 0xBE
        }
    }
}
