/// Says why a text is not the JSON this product accepts, and where.
///
/// `line` and `column` start at 1 and a column counts characters; `offset` counts bytes from 0. The sentence quotes at most a short
/// piece of the text, so a hostile body cannot fill a log.
package struct JSONError: Error, Equatable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        case syntax, truncated, number, text, encoding, duplicateKey, depth, size
    }

    package let kind: Kind
    package let line: Int
    package let column: Int
    package let offset: Int
    package let reason: String

    package var description: String { "line \(line), column \(column): \(reason)" }

    init(_ kind: Kind, at offset: Int, of input: UnsafeBufferPointer<UInt8>, _ reason: String) {
        var (line, column) = (1, 1)
        for byte in input.prefix(offset) {
            if byte == UInt8(ascii: "\n") {
                (line, column) = (line + 1, 1)
            } else if byte & 0xC0 != 0x80 {
                column += 1
            }
        }
        self.kind = kind
        self.line = line
        self.column = column
        self.offset = offset
        self.reason = reason
    }

    /// Names what is at an offset: `'x'`, `byte 0x01` or `the end of the input`.
    static func found(at offset: Int, of input: UnsafeBufferPointer<UInt8>) -> String {
        guard offset < input.count else { return "the end of the input" }
        var bytes = input[offset...].prefix(4).makeIterator()
        var decoder = UTF8()
        guard case .scalarValue(let scalar) = decoder.decode(&bytes), scalar.value >= 0x20, !(0x7F...0x9F).contains(scalar.value) else {
            return "byte 0x" + hex(UInt32(input[offset]), digits: 2)
        }
        return "'\(scalar)'"
    }

    static func hex(_ value: UInt32, digits: Int) -> String {
        let text = String(value, radix: 16)
        return String(repeating: "0", count: max(0, digits - text.count)) + text
    }
}
