/// Follows a body that comes in chunks as far as it takes to know its end (RFC 9112, section 7.1).
///
/// The HTTP parser judges the chunks. What this cannot follow, the parser refuses, so all of it is given to the parser.
struct ChunkedBody {
    private enum Place {
        /// The digits in front of a chunk.
        case size(Int, isEmpty: Bool)
        /// The rest of their line.
        case sizeLine(Int)
        /// So many bytes of a chunk's data are still to come.
        case data(Int)
        /// The end of the line behind the data.
        case dataEnd
        /// Behind the last chunk. The line that goes on has nothing in it yet, or has something.
        case trailer(isEmpty: Bool)
        case end
        case unclear
    }

    private var place = Place.size(0, isEmpty: true)
    /// More than any chunk that is taken in has.
    private static let most = Int.max >> 8

    var isAtEnd: Bool { if case .end = place { true } else { false } }

    /// Goes on to the body's end, or to the end of the bytes.
    ///
    /// - Returns: how many of the bytes belong to the body.
    mutating func take(_ bytes: UnsafeRawBufferPointer) -> Int {
        var index = 0
        while index < bytes.count {
            switch place {
            case .end: return index
            case .unclear: return bytes.count
            case .data(let rest):
                let taken = min(rest, bytes.count - index)
                index += taken
                place = taken == rest ? .dataEnd : .data(rest - taken)
            default:
                step(bytes[index])
                index += 1
            }
        }
        return index
    }

    private mutating func step(_ byte: UInt8) {
        let isLineEnd = byte == 0x0A
        switch place {
        case .size(let size, let isEmpty):
            if let digit = Self.value(byte) {
                place = size < Self.most ? .size(size << 4 | digit, isEmpty: false) : .unclear
            } else if isEmpty {
                place = .unclear
            } else {
                place = isLineEnd ? Self.behindSize(size) : .sizeLine(size)
            }
        case .sizeLine(let size): if isLineEnd { place = Self.behindSize(size) }
        case .dataEnd: if isLineEnd { place = .size(0, isEmpty: true) }
        case .trailer(let isEmpty):
            if isLineEnd { place = isEmpty ? .end : .trailer(isEmpty: true) } else if byte != 0x0D { place = .trailer(isEmpty: false) }
        case .data, .end, .unclear: break
        }
    }

    private static func behindSize(_ size: Int) -> Place { size == 0 ? .trailer(isEmpty: true) : .data(size) }

    private static func value(_ digit: UInt8) -> Int? {
        switch digit {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): Int(digit - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): Int(digit - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): Int(digit - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
