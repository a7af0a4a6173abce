import NIOCore

/// Reads an answer's status as it comes, so that it is known even if what follows cannot be read.
///
/// Interim answers (100 Continue, 103 Early Hints) are passed over.
struct StatusLine {
    /// Of the final answer; nil until its line has come, and for what is not HTTP/1.
    private(set) var status: Int?
    private var line: [UInt8] = []
    private var isInterim = false
    private var isLineEmpty = false
    private var isOver = false

    /// As long as `HTTP/1.1 200`.
    private static let length = 12

    mutating func take(_ bytes: ByteBufferView) {
        // The usual answer: all of it is in the first bytes.
        for byte in bytes {
            if isOver { return }
            if isInterim { skip(byte) } else { read(byte) }
        }
    }

    private mutating func read(_ byte: UInt8) {
        line.append(byte)
        guard line.count == Self.length else { return }
        guard line.starts(with: "HTTP/1.".utf8), line[8] == UInt8(ascii: " "),
            let status = Int(String(decoding: line[9...], as: UTF8.self)), status >= 100
        else {
            isOver = true
            return
        }
        line.removeAll(keepingCapacity: true)
        if status < 200, status != 101 {
            isInterim = true
            isLineEmpty = false
        } else {
            self.status = status
            isOver = true
        }
    }

    /// Until the empty line at the end of an interim head.
    private mutating func skip(_ byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\n"):
            if isLineEmpty { isInterim = false }
            isLineEmpty = true
        case UInt8(ascii: "\r"): break
        default: isLineEmpty = false
        }
    }
}
