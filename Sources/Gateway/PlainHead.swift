import Mappings

/// The head of a message in the plainest form that HTTP/1.1 has: a `PlainRequest` or a `PlainReply`.
struct PlainHead {
    private let bytes: UnsafeBufferPointer<UInt8>
    /// Behind what was read.
    private(set) var end = 0
    private var method = ""
    private var target = 0..<0
    private(set) var fields: [(name: Range<Int>, value: Range<Int>)] = []
    private(set) var hosts = 0
    /// Of the body, as announced; nil if nothing says so.
    private(set) var length: Int?
    private(set) var keepsAlive = true

    /// Of header fields.
    private static let most = 64

    init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

    func request(_ body: [UInt8]) -> WireRequest {
        let mark = target.first { bytes[$0] == UInt8(ascii: "?") } ?? target.upperBound
        return WireRequest(
            method: method, path: text(target.lowerBound..<mark), query: text(min(mark + 1, target.upperBound)..<target.upperBound),
            headers: fields.map { (text($0.name), text($0.value)) }, body: body)
    }

    func text(_ range: Range<Int>) -> String {
        String(decoding: UnsafeBufferPointer(rebasing: bytes[range]), as: UTF8.self)
    }

    // MARK: Lines

    /// `POST /path?query HTTP/1.1`
    mutating func readRequestLine() -> Bool {
        if skip("POST /") { method = "POST" } else if skip("GET /") { method = "GET" } else { return false }
        let start = end - 1
        // A fragment has no place here, and what follows a blank must be the version.
        while end < bytes.count, bytes[end] > 0x20, bytes[end] < 0x7F, bytes[end] != UInt8(ascii: "#") { end += 1 }
        target = start..<end
        return skip(" HTTP/1.1\r\n")
    }

    /// `HTTP/1.1 200 OK`
    ///
    /// - Returns: the status, from 200 on; nil if the line is not plain.
    mutating func readStatusLine() -> Int? {
        guard skip("HTTP/1.1 "), end + 4 <= bytes.count, bytes[end + 3] == 0x20 else { return nil }
        var status = 0
        for index in end..<end + 3 {
            guard bytes[index] &- 0x30 < 10 else { return nil }
            status = status * 10 + Int(bytes[index] &- 0x30)
        }
        end += 4
        while end < bytes.count, bytes[end] >= 0x20, bytes[end] < 0x7F { end += 1 }
        return skip("\r\n") && status >= 200 ? status : nil
    }

    /// All lines, and the empty one behind them.
    mutating func readHeaders() -> Bool {
        fields.reserveCapacity(8)
        while end < bytes.count, bytes[end] != 0x0D {
            guard fields.count < Self.most, readHeader() else { return false }
        }
        return skip("\r\n")
    }

    private mutating func readHeader() -> Bool {
        let start = end
        while end < bytes.count, Self.isToken(bytes[end]) { end += 1 }
        let name = start..<end
        guard !name.isEmpty, end < bytes.count, bytes[end] == UInt8(ascii: ":") else { return false }
        end += 1
        while end < bytes.count, bytes[end] == 0x20 || bytes[end] == 0x09 { end += 1 }
        let first = end
        while end < bytes.count, bytes[end] >= 0x20 && bytes[end] < 0x7F || bytes[end] == 0x09 { end += 1 }
        let value = first..<end
        guard !value.isEmpty, bytes[end - 1] > 0x20, skip("\r\n"), note(name, value) else { return false }
        fields.append((name, value))
        return true
    }

    /// Takes note of the headers that say how the message goes on. False if one of them is not plain.
    private mutating func note(_ name: Range<Int>, _ value: Range<Int>) -> Bool {
        switch name.count {
        case 4: if isEqual(name, "host") { hosts += 1 }
        case 6: return !isEqual(name, "expect")
        case 7: return !isEqual(name, "upgrade")
        case 10: return isEqual(name, "connection") ? noteConnection(value) : true
        case 14: return isEqual(name, "content-length") ? noteLength(value) : true
        case 16: return !isEqual(name, "proxy-connection")
        case 17: return !isEqual(name, "transfer-encoding")
        default: break
        }
        return true
    }

    private mutating func noteConnection(_ value: Range<Int>) -> Bool {
        if isEqual(value, "close") { keepsAlive = false } else { return isEqual(value, "keep-alive") }
        return true
    }

    private mutating func noteLength(_ value: Range<Int>) -> Bool {
        guard self.length == nil, value.count <= 7 else { return false }
        var length = 0
        for index in value {
            let digit = bytes[index] &- 0x30
            guard digit < 10 else { return false }
            length = length * 10 + Int(digit)
        }
        self.length = length
        return true
    }

    // MARK: Bytes

    /// Goes on if this comes next.
    mutating func skip(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard end + count <= bytes.count else { return false }
        for index in 0..<count where bytes[end + index] != text.utf8Start[index] { return false }
        end += count
        return true
    }

    func isNamed(_ field: (name: Range<Int>, value: Range<Int>), _ name: StaticString) -> Bool { isEqual(field.name, name) }

    /// - Parameter word: in lower case. Of the bytes that a line may have, only letters differ by that bit alone from one in it.
    private func isEqual(_ range: Range<Int>, _ word: StaticString) -> Bool {
        guard range.count == word.utf8CodeUnitCount else { return false }
        for index in 0..<range.count where bytes[range.lowerBound + index] | 0x20 != word.utf8Start[index] { return false }
        return true
    }

    /// RFC 9110, section 5.6.2: letters, digits and ``!#$%&'*+-.^_`|~``, as bits of two words.
    @inline(__always) private static func isToken(_ byte: UInt8) -> Bool {
        let word: UInt64 = byte < 64 ? 0x03FF_6CFA_0000_0000 : 0x57FF_FFFF_C7FF_FFFE
        return byte < 128 && word >> UInt64(byte & 63) & 1 == 1
    }
}
