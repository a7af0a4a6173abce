import NIOCore

/// Repairs request heads that the HTTP parser would misunderstand, before it sees them.
///
/// - A byte beyond ASCII in the request line, such as `¤` after `&curren` went through an HTML page, is percent-encoded. The parser would answer
///   it with a 400.
/// - An `Upgrade` header is taken out: the gateway speaks HTTP/1.1 and ignores the offer (RFC 9110, section 7.8). The parser would take everything
///   behind the head for another protocol, and the sender's next requests would get no answer. A line that HTTP does not allow stays wrong: what
///   it hides, such as a `Content-Length` behind a bare line feed, a proxy may read in another way than the gateway.
struct RequestHeadRepair {
    private enum Place {
        /// The request line, or an empty line in front of it (RFC 9112, section 2.2).
        case requestLine
        case restOfRequestLine
        case lineStart
        /// Inside a header line that stays.
        case line
        /// Inside a header line that goes.
        case upgrade
        /// Behind the empty line that ends the head.
        case end
    }

    private var place = Place.requestLine
    /// The sender began with HTTP/2's preface (RFC 9113, section 3.4), which the parser only finds wrong.
    private(set) var isHTTP2 = false
    /// The beginning of a line that a read cut off: it may yet turn out to be an upgrade, or the end of the head.
    private var held: [UInt8] = []
    /// The line that goes out ended with a carriage return so far.
    private var isReturned = false
    private static let name = Array("upgrade:".utf8)
    private static let preface = Array("PRI * HTTP/2".utf8)

    var isAtEnd: Bool { place == .end }

    /// Takes what belongs to the head out of the input.
    ///
    /// - Returns: what the parser gets of it.
    mutating func take(from input: inout ByteBuffer) -> ByteBuffer {
        if !held.isEmpty {
            var begun = ByteBuffer(bytes: held)
            begun.writeBuffer(&input)
            input = begun
            held = []
        }
        let (length, repaired) = input.withUnsafeReadableBytes { repair($0) }
        guard let repaired else { return input.readSlice(length: length) ?? ByteBuffer() }
        input.moveReaderIndex(forwardBy: length)
        return repaired
    }

    /// Goes on line by line to the head's end.
    ///
    /// - Returns: the number of bytes up to there, and what they become; nil if nothing is to be changed.
    private mutating func repair(_ bytes: UnsafeRawBufferPointer) -> (length: Int, repaired: ByteBuffer?) {
        var repaired: ByteBuffer?
        // Up to here the bytes are in `repaired`, or left out.
        var taken = 0
        func take(to end: Int, leavingOutTo next: Int) {
            if repaired == nil { repaired = ByteBuffer() }
            // In its place: a second holder would cost a copy of all for each piece.
            repaired?.writeBytes(UnsafeRawBufferPointer(rebasing: bytes[taken..<end]))
            taken = next
        }
        var start = 0
        while start < bytes.count, place != .end {
            let end = Self.endOfLine(bytes, from: start)
            let isWhole = bytes[end - 1] == 0x0A
            if place == .lineStart {
                let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                if Self.isPrefix(line, isWhole) {
                    held = Array(line)
                    take(to: start, leavingOutTo: end)
                    start = end
                    break
                }
                place = Self.isEmpty(line) ? .end : Self.isUpgrade(line) ? .upgrade : .line
            }
            switch place {
            case .requestLine, .restOfRequestLine:
                if bytes[start..<end].starts(with: Self.preface) { isHTTP2 = true }
                for index in start..<end where bytes[index] >= 0x80 {
                    take(to: index, leavingOutTo: index + 1)
                    repaired?.writeString(Self.encoded(bytes[index]))
                }
                let isEmpty = place == .requestLine && bytes[start..<end].allSatisfy { $0 == 0x0D || $0 == 0x0A }
                if !isEmpty { place = isWhole ? .lineStart : .restOfRequestLine }
            case .upgrade:
                take(to: start, leavingOutTo: end)
                if isBroken(bytes[start..<end]) {
                    // No header begins with it, so the parser refuses the head.
                    repaired?.writeInteger(UInt8(0))
                }
                if isWhole { place = .lineStart }
            case .line: if isWhole { place = .lineStart }
            case .end, .lineStart: break
            }
            start = end
        }
        if repaired != nil { take(to: start, leavingOutTo: start) }
        return (start, repaired)
    }

    /// Whether a line that goes out, or a piece of it, has a control character or does not end with a carriage return and a line feed.
    private mutating func isBroken(_ piece: Slice<UnsafeRawBufferPointer>) -> Bool {
        for byte in piece {
            if isReturned != (byte == 0x0A) || byte < 0x20 && ![0x09, 0x0A, 0x0D].contains(byte) || byte == 0x7F { return true }
            isReturned = byte == 0x0D
        }
        return false
    }

    private static func endOfLine(_ bytes: UnsafeRawBufferPointer, from start: Int) -> Int {
        var index = start
        while index < bytes.count, bytes[index] != 0x0A { index += 1 }
        return min(index + 1, bytes.count)
    }

    private static func isEmpty(_ line: UnsafeRawBufferPointer) -> Bool {
        line.count == 1 && line[0] == 0x0A || line.count == 2 && line[0] == 0x0D && line[1] == 0x0A
    }

    /// Whether the line, cut off by the end of a read, may yet become an upgrade, or the empty line behind the head.
    private static func isPrefix(_ line: UnsafeRawBufferPointer, _ isWhole: Bool) -> Bool {
        if isWhole { return false }
        if line.count == 1, line[0] == 0x0D { return true }
        return line.count < name.count && line.indices.allSatisfy { line[$0] | 0x20 == name[$0] }
    }

    /// A colon is not changed by the bit that makes a letter small.
    private static func isUpgrade(_ line: UnsafeRawBufferPointer) -> Bool {
        line.count >= name.count && name.indices.allSatisfy { line[$0] | 0x20 == name[$0] }
    }

    private static func encoded(_ byte: UInt8) -> String { "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true) }
}
