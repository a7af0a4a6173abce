extension StringProtocol {
    /// Whether it may be the name of an element or attribute, with or without the prefix of a namespace.
    var isXMLName: Bool {
        guard let first = unicodeScalars.first, first.beginsXMLName else { return false }
        return unicodeScalars.allSatisfy(\.continuesXMLName)
    }

    /// Without the prefix of a namespace: `Envelope` of `soap:Envelope`.
    var localXMLName: String {
        guard let colon = utf8.firstIndex(of: UInt8(ascii: ":")) else { return String(self) }
        return String(self[utf8.index(after: colon)...])
    }
}

extension Unicode.Scalar {
    /// Whether a document may hold it.
    var isXML: Bool {
        switch value {
        case 0x09, 0x0A, 0x0D, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
        default: false
        }
    }

    /// `NameStartChar` of XML 1.0.
    fileprivate var beginsXMLName: Bool {
        switch value {
        case 0x3A, 0x41...0x5A, 0x5F, 0x61...0x7A: true
        case 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x2FF, 0x370...0x37D, 0x37F...0x1FFF, 0x200C...0x200D, 0x2070...0x218F, 0x2C00...0x2FEF,
            0x3001...0xD7FF, 0xF900...0xFDCF, 0xFDF0...0xFFFD, 0x10000...0xEFFFF:
            true
        default: false
        }
    }

    /// `NameChar`.
    fileprivate var continuesXMLName: Bool {
        switch value {
        case 0x2D, 0x2E, 0x30...0x39, 0xB7, 0x300...0x36F, 0x203F...0x2040: true
        default: beginsXMLName
        }
    }
}
