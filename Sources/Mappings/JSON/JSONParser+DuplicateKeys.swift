/// Refuses an object that has one key twice, compared after its escapes are decoded.
///
/// A few plain keys are compared with each other behind a 64-bit filter; many keys, or escaped ones, go through a table whose hash is
/// seeded for each process, so a sender cannot choose keys that collide.
extension JSONParser {
    func refuseDuplicateKeys(of object: Int, on tape: UnsafeMutablePointer<JSONEntry>) throws(JSONError) {
        guard tape[object].count <= 32 else { return try refuseDuplicatesByHash(of: object, on: tape) }
        let end = tape[object].next
        var seen: UInt64 = 0
        var key = object &+ 1
        while key < end {
            // Each comparison would decode an escaped key again; the table decodes it once.
            if tape[key].isEscaped { return try refuseDuplicatesByHash(of: object, on: tape) }
            let bit: UInt64 = 1 << (fingerprint(tape[key]) >> 58)
            if seen & bit != 0 {
                var earlier = object &+ 1
                while earlier < key {
                    if isSameKey(tape[earlier], tape[key]) { throw duplicate(tape[key]) }
                    earlier = tape[earlier &+ 1].next
                }
            }
            seen |= bit
            key = tape[key &+ 1].next
        }
    }

    private func refuseDuplicatesByHash(of object: Int, on tape: UnsafeMutablePointer<JSONEntry>) throws(JSONError) {
        let mask = (tape[object].count * 2).nextPowerOfTwo - 1
        var table = [UInt32](repeating: 0, count: mask + 1)
        var key = object + 1
        while key < tape[object].next {
            var hasher = Hasher()
            input.withDecodedText(of: tape[key]) { hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
            var slot = hasher.finalize() & mask
            while table[slot] != 0 {
                if isSameKey(tape[Int(table[slot])], tape[key]) { throw duplicate(tape[key]) }
                slot = (slot + 1) & mask
            }
            table[slot] = UInt32(key)
            key = tape[key + 1].next
        }
    }

    /// Mixes a key's length with its first and last eight bytes.
    @inline(__always) private func fingerprint(_ key: JSONEntry) -> UInt64 {
        let length = key.end &- key.start
        var word: UInt64 = 0
        if length >= 8 {
            word = input.word(at: key.start) ^ (input.word(at: key.end &- 8) &* 31)
        } else if key.start &+ 8 <= input.count {
            word = input.word(at: key.start) & ~(UInt64.max << UInt64(length &* 8))
        } else {
            for position in (key.start..<key.end).reversed() { word = word << 8 | UInt64(base[position]) }
        }
        return (word ^ UInt64(length)) &* 0x9E37_79B9_7F4A_7C15
    }

    private func isSameKey(_ one: JSONEntry, _ other: JSONEntry) -> Bool {
        if !one.isEscaped && !other.isEscaped { return input.text(of: one).hasSameBytes(as: input.text(of: other)) }
        return input.withDecodedText(of: one) { one in input.withDecodedText(of: other) { one.hasSameBytes(as: $0) } }
    }

    private func duplicate(_ key: JSONEntry) -> JSONError {
        let name = input.withDecodedText(of: key) { String(decoding: $0.prefix(256), as: UTF8.self) }
        return failure(.duplicateKey, key.start - 1, "duplicate key '\(name.count > 64 ? name.prefix(64) + "…" : name[...])'")
    }
}

extension Int {
    fileprivate var nextPowerOfTwo: Int { 1 << (Int.bitWidth - (self - 1).leadingZeroBitCount) }
}
