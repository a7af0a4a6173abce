import NIOCore

/// Reads an answer's status as it comes, so that it is known even if what follows cannot be read.
///
/// Interim answers (100 Continue, 103 Early Hints) are passed over.
struct StatusLine {
    /// Of the final answer; nil until its line has come, and for what is not HTTP/1.
    private(set) var status: Int?
    /// Bytes of the line so far, and the number that its digits make.
    private var place = 0
    private var number = 0
    private var isInterim = false
    private var isLineEmpty = false
    private var isOver = false

    private static let start: StaticString = "HTTP/1."
    /// As long as `HTTP/1.1 200`.
    private static let length = 12

    mutating func take(_ bytes: ByteBufferView) {
        for byte in bytes {
            // The usual answer has all of it in its first bytes.
            if isOver { return }
            if isInterim { skip(byte) } else { read(byte) }
        }
    }

    private mutating func read(_ byte: UInt8) {
        let isRight =
            switch place {
            case 0..<7: byte == Self.start.utf8Start[place]
            case 8: byte == 0x20
            default: (0x30...0x39).contains(byte)
            }
        guard isRight else {
            isOver = true
            return
        }
        if place > 8 { number = number * 10 + Int(byte - 0x30) }
        place += 1
        if place == Self.length { take(number) }
    }

    private mutating func take(_ number: Int) {
        if number < 200, number != 101 {
            isInterim = true
            isLineEmpty = false
        } else {
            status = number
            isOver = true
        }
    }

    /// Until the empty line at the end of an interim head.
    private mutating func skip(_ byte: UInt8) {
        switch byte {
        case 0x0A:
            if isLineEmpty { (isInterim, place, number) = (false, 0, 0) }
            isLineEmpty = true
        case 0x0D: break
        default: isLineEmpty = false
        }
    }
}
