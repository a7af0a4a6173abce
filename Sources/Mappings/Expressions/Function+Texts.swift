/// A character is one of Unicode's, as `length` counts them.
extension Function {
    func substring(_ text: String, _ from: Value, count: Value?) -> Value {
        guard let from = from.number?.int64, from >= 1 else { return .absent }
        let rest = text.unicodeScalars.dropFirst(Int(clamping: from - 1))
        guard let count else { return Value(String(rest)) }
        guard let count = count.number?.int64, count >= 1 else { return .absent }
        return Value(String(rest.prefix(Int(clamping: count))))
    }

    func split(_ text: String, _ separator: String, _ place: Value) -> Value {
        guard let place = place.number?.int64, place != 0, !separator.isEmpty else { return .absent }
        let parts = text.parts(between: separator)
        let index = place > 0 ? Int(clamping: place - 1) : parts.count + Int(clamping: place)
        return parts.indices.contains(index) ? Value(parts[index].trimmed) : .absent
    }

}

extension String {
    /// Compared byte by byte; nothing is replaced if there is nothing to look for.
    func replacingAll(_ wanted: String, with other: String) -> String { parts(between: wanted).joined(separator: other) }

    /// The parts between separators, empty ones too; the whole text if the separator is empty. Compared byte by byte: `|` parts texts even if
    /// the one behind it begins with an accent.
    func parts(between separator: String) -> [String] {
        guard !separator.isEmpty else { return [self] }
        let (bytes, wanted) = (Array(utf8), Array(separator.utf8))
        var parts: [String] = []
        var (start, index) = (0, 0)
        while index + wanted.count <= bytes.count {
            if bytes[index] == wanted[0], bytes[index..<index + wanted.count].elementsEqual(wanted) {
                parts.append(String(decoding: bytes[start..<index], as: UTF8.self))
                index += wanted.count
                start = index
            } else {
                index += 1
            }
        }
        return parts + [String(decoding: bytes[start...], as: UTF8.self)]
    }
}

extension Value {
    /// A text; absent if there is none, or nothing in it.
    init(_ text: String?) {
        self = text.map { $0.isEmpty ? .absent : .text($0) } ?? .absent
    }

    /// Nil if absent.
    var given: String? { isAbsent ? nil : description }
}

extension StringProtocol where UTF8View: BidirectionalCollection {
    /// Without white space at either end.
    package var trimmed: String {
        if let first = utf8.first, let last = utf8.last, first.isVisibleASCII, last.isVisibleASCII { return String(self) }
        guard let start = unicodeScalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let end = unicodeScalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(self[start...end])
    }
}

extension String {
    /// The same. Most texts are what they are.
    package var trimmed: String { hasVisibleEnds ? self : self[...].trimmed }

    /// Whether the first and the last character are ASCII's, and no white space.
    @inline(__always)
    var hasVisibleEnds: Bool {
        utf8.withContiguousStorageIfAvailable { $0.first?.isVisibleASCII == true && $0[$0.count - 1].isVisibleASCII } ?? false
    }

    /// Whether it stays what it is in lower case, as far as a look at its bytes can say it.
    var isLowerASCII: Bool { bytesSatisfy { $0 < 0x80 && $0 &- 0x41 > 25 } }

    /// Whether all bytes are such. Much faster than a walk through `utf8`.
    @inline(__always)
    package func bytesSatisfy(_ test: (UInt8) -> Bool) -> Bool {
        utf8.withContiguousStorageIfAvailable { $0.allSatisfy(test) } ?? utf8.allSatisfy(test)
    }
}

extension UInt8 {
    /// Neither white space, nor a control character, nor part of a longer one: most texts begin and end with such a byte.
    var isVisibleASCII: Bool { self > 0x20 && self < 0x7F }
}
