import NIOCore

/// Reads an answer's status as it comes, so that it is known even if what follows cannot be read, or if the line is not quite HTTP: `HTTP/2 200`,
/// `ICY 200 OK`.
///
/// Interim answers (100 Continue, 103 Early Hints) are passed over.
struct StatusLine {
    /// Of the final answer; nil until its line has come, and for what begins in another way.
    private(set) var status: Int?
    private var part = Part.start
    /// Bytes of the part so far.
    private var count = 0
    private var number = 0
    private var isLineEmpty = false

    private enum Part {
        /// Before the line. Some programs send a line feed or a byte order mark first.
        case start
        case http
        case icy
        /// Behind `HTTP`: `/1.1`.
        case version
        case blanks
        case digits
        /// Until the empty line at the end of an interim head.
        case interim
        case over
    }

    /// No version is longer.
    private static let longestVersion = 12

    mutating func take(_ bytes: ByteBufferView) {
        for byte in bytes {
            // The usual answer has all of it in its first bytes.
            if part == .over { return }
            take(byte)
        }
    }

    private mutating func take(_ byte: UInt8) {
        switch part {
        case .start: start(byte)
        case .http: match(byte, "HTTP", then: .version)
        case .icy: match(byte, "ICY", then: .version)
        case .version:
            if byte == 0x20 || byte == 0x09 {
                enter(.blanks)
            } else if count > 0 || byte == UInt8(ascii: "/"), byte > 0x20, byte < 0x7F, count < Self.longestVersion {
                count += 1
            } else {
                part = .over
            }
        case .blanks, .digits: digit(byte)
        case .interim: skip(byte)
        case .over: break
        }
    }

    private mutating func enter(_ next: Part) {
        part = next
        count = 0
    }

    private mutating func start(_ byte: UInt8) {
        switch byte {
        case 0x0A, 0x0D, 0xEF, 0xBB, 0xBF: break
        case UInt8(ascii: "i"), UInt8(ascii: "I"): (part, count) = (.icy, 1)
        case UInt8(ascii: "h"), UInt8(ascii: "H"): (part, count) = (.http, 1)
        default: part = .over
        }
    }

    private mutating func match(_ byte: UInt8, _ word: StaticString, then next: Part) {
        guard byte & 0xDF == word.utf8Start[count] else {
            part = .over
            return
        }
        count += 1
        if count == word.utf8CodeUnitCount { enter(next) }
    }

    private mutating func digit(_ byte: UInt8) {
        if part == .blanks, byte == 0x20 || byte == 0x09 { return }
        guard (0x30...0x39).contains(byte) else {
            part = .over
            return
        }
        part = .digits
        number = number * 10 + Int(byte - 0x30)
        count += 1
        guard count == 3 else { return }
        if number < 200, number != 101 {
            enter(.interim)
            isLineEmpty = false
        } else {
            status = number
            part = .over
        }
    }

    private mutating func skip(_ byte: UInt8) {
        switch byte {
        case 0x0A:
            if isLineEmpty { (part, count, number) = (.start, 0, 0) }
            isLineEmpty = true
        case 0x0D: break
        default: isLineEmpty = false
        }
    }
}
