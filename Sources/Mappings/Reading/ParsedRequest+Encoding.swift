extension ParsedRequest {
    /// Says what was put right in a body before it could be read.
    mutating func note(_ repair: EncodingRepair, in document: JSONDocument) {
        isLossy = repair.isLossy
        if repair.hasByteOrderMark { warnings.append(Self.byteOrderMark) }
        for mark in repair.marks { warnings.append("\(document.path(to: mark.offset)) \(mark.found.sentence)") }
        noteMore(repair.count - repair.marks.count)
    }

    /// Says which parameters' bytes were no UTF-8.
    mutating func note(foreign names: [String]) {
        for name in names.prefix(EncodingRepair.mostMarks) {
            warnings.append("\(name.quotedBriefly) is not UTF-8; it was read as Windows-1252")
        }
        noteMore(names.count - EncodingRepair.mostMarks)
    }

    private mutating func noteMore(_ count: Int) {
        if count > 0 { warnings.append("\(count) more text\(count == 1 ? " is" : "s are") encoded wrongly as well") }
    }

    /// Why an identifier is refused that was not encoded as UTF-8.
    package static func lost(_ name: String, _ text: String) -> String {
        "\(name) \(text.quotedBriefly) has lost a character in a wrong encoding, and two ids could look the same now; send it as UTF-8"
    }

    static let byteOrderMark = "a byte order mark is in front of the body; it was left out"
}

extension EncodingRepair.Found {
    fileprivate var sentence: String {
        switch self {
        case .windows1252(let byte):
            "is not UTF-8; it was read as Windows-1252, in which its byte \(Self.hex(byte)) is \(String(byte.windows1252).quotedBriefly)"
        case .byte(let byte): "has the byte \(Self.hex(byte)), which is not UTF-8; it was read as U+FFFD"
        case .half(let unit): "has \(JSONError.escape(unit)), half of a surrogate pair; it was read as U+FFFD"
        case .pair(let scalar): "has \(String(scalar).quotedBriefly) as two halves, which is not UTF-8; it was read as that character"
        }
    }

    private static func hex(_ byte: UInt8) -> String { "0x" + JSONError.hex(UInt32(byte), digits: 2).uppercased() }
}

extension JSONError {
    fileprivate static func escape(_ unit: UInt32) -> String { "'\\u\(hex(unit, digits: 4))'" }
}
