/// The byte work that reading and writing JSON share. Offsets are the caller's to keep inside the buffer.
extension UnsafeBufferPointer<UInt8> {
    @inline(__always) func word(at offset: Int) -> UInt64 {
        UInt64(littleEndian: UnsafeRawPointer(baseAddress.unsafelyUnwrapped).loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The first offset from `start` whose byte is a quote, a backslash, a control character or not ASCII.
    ///
    /// Eight bytes at a time: a subtraction borrows into a byte's top bit if the byte is below 0x20, or equals the mark it was
    /// combined with. A borrow can reach only later bytes, so the first bit is right.
    @inline(__always) func endOfPlainText(from start: Int) -> Int {
        let ones: UInt64 = 0x0101_0101_0101_0101
        var offset = start
        while offset &+ 8 <= count {
            let word = word(at: offset)
            let quote = (word ^ (ones &* 0x22)) &- ones
            let backslash = (word ^ (ones &* 0x5C)) &- ones
            let special = ((word &- (ones &* 0x20)) | quote | backslash | word) & (ones &* 0x80)
            if special != 0 { return offset &+ special.trailingZeroBitCount &>> 3 }
            offset &+= 8
        }
        while offset < count {
            let byte = self[offset]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C || byte >= 0x80 { break }
            offset &+= 1
        }
        return offset
    }

    /// The length of the well-formed sequence of two to four bytes at an offset, or 0.
    func lengthOfUTF8Sequence(at offset: Int) -> Int {
        let first = self[offset]
        let length = first < 0xC2 ? 0 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : first < 0xF5 ? 4 : 0
        guard length > 0, offset + length <= count else { return 0 }
        for next in offset + 1..<offset + length where self[next] & 0xC0 != 0x80 { return 0 }
        switch (first, self[offset + 1]) {
        case (0xE0, ..<0xA0), (0xED, 0xA0...), (0xF0, ..<0x90), (0xF4, 0x90...): return 0
        default: return length
        }
    }

    @inline(__always) func text(of entry: JSONEntry) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: baseAddress.unsafelyUnwrapped + entry.start, count: entry.end &- entry.start)
    }

    func withDecodedText<Result>(of entry: JSONEntry, _ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        let text = text(of: entry)
        guard entry.isEscaped else { return body(text) }
        let decoded = [UInt8](unsafeUninitializedCapacity: text.count) { $1 = text.decodeEscapes(into: $0) }
        return decoded.withUnsafeBufferPointer(body)
    }

    @inline(__always) func hasSameBytes(as other: UnsafeBufferPointer<UInt8>) -> Bool {
        guard count == other.count else { return false }
        var offset = 0
        while offset &+ 8 <= count {
            if word(at: offset) != other.word(at: offset) { return false }
            offset &+= 8
        }
        while offset < count {
            if self[offset] != other[offset] { return false }
            offset &+= 1
        }
        return true
    }

    /// Decodes a string's escapes, which the parser has checked, and returns the length, which is never more than the text's.
    func decodeEscapes(into output: UnsafeMutableBufferPointer<UInt8>) -> Int {
        var (offset, length) = (0, 0)
        func put(_ byte: UInt8) {
            output[length] = byte
            length += 1
        }
        func unit(at offset: Int) -> UInt32 { self[offset..<offset + 4].reduce(0) { $0 << 4 | ($1.hexDigit ?? 0) } }
        while offset < count {
            guard self[offset] == UInt8(ascii: "\\") else {
                put(self[offset])
                offset += 1
                continue
            }
            offset += 2
            switch self[offset - 1] {
            case UInt8(ascii: "b"): put(0x08)
            case UInt8(ascii: "f"): put(0x0C)
            case UInt8(ascii: "n"): put(0x0A)
            case UInt8(ascii: "r"): put(0x0D)
            case UInt8(ascii: "t"): put(0x09)
            case UInt8(ascii: "u"):
                var value = unit(at: offset)
                offset += 4
                if value & 0xFC00 == 0xD800 {
                    value = 0x10000 + (value & 0x3FF) << 10 + unit(at: offset + 2) & 0x3FF
                    offset += 6
                }
                UTF8.encode(Unicode.Scalar(value) ?? "\u{FFFD}")?.forEach(put)
            case let other: put(other)
            }
        }
        return length
    }
}

extension UInt8 {
    var hexDigit: UInt32? {
        switch self {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(self - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(self - UInt8(ascii: "a")) + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(self - UInt8(ascii: "A")) + 10
        default: nil
        }
    }
}
