/// Reads a text once, front to back, and writes its values onto a tape.
///
/// Nesting is kept on the tape itself (an open container's `next` is its parent), so no input can exhaust the stack.
struct JSONParser {
    let input: UnsafeBufferPointer<UInt8>
    let base: UnsafePointer<UInt8>
    let maximumDepth: Int
    let rejectsDuplicateKeys: Bool

    /// Returns how many entries were written, or nil if the tape is too short: then try again with a longer one.
    func parse(into tape: UnsafeMutablePointer<JSONEntry>, capacity: Int) throws(JSONError) -> Int? {
        var used = 0
        var position = 0
        var depth = 0
        var open = -1
        var inObject = false
        values: while true {
            if used &+ 2 > capacity { return nil }
            position = skipSpace(position)
            if inObject {
                guard byte(position) == UInt8(ascii: "\"") else { throw unexpected(position, "expected a key in double quotes") }
                let (end, escaped) = try string(position &+ 1)
                tape[used] = JSONEntry(.string, position &+ 1, end, next: used &+ 1, escaped: escaped)
                used &+= 1
                position = end &+ 1
                if byte(position) != UInt8(ascii: ":") {
                    position = skipSpace(position)
                    guard byte(position) == UInt8(ascii: ":") else { throw unexpected(position, "expected ':' after a key") }
                }
                position &+= 1
                // Most programs write one space here, or none.
                if byte(position) == UInt8(ascii: " ") { position &+= 1 }
                position = skipSpace(position)
            }
            let start = position
            switch byte(start) {
            case UInt8(ascii: "\""):
                let (end, escaped) = try string(start &+ 1)
                tape[used] = JSONEntry(.string, start &+ 1, end, next: used &+ 1, escaped: escaped)
                position = end &+ 1
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"):
                position = try number(start)
                tape[used] = JSONEntry(.number, start, position, next: used &+ 1)
            case let opening where opening | 0x20 == UInt8(ascii: "{"):
                guard depth < maximumDepth else { throw failure(.depth, start, "nesting deeper than \(maximumDepth) levels") }
                let kind = opening == UInt8(ascii: "{") ? JSONKind.object : .array
                position = skipSpace(start &+ 1)
                guard byte(position) == opening &+ 2 else {
                    tape[used] = JSONEntry(kind, start, start, next: open)
                    (open, inObject) = (used, kind == .object)
                    used &+= 1
                    depth &+= 1
                    continue values
                }
                position &+= 1
                tape[used] = JSONEntry(kind, start, position, next: used &+ 1)
            default:
                let kind = try word(start)
                position = start &+ (kind == .false ? 5 : 4)
                tape[used] = JSONEntry(kind, start, position, next: used &+ 1)
            }
            used &+= 1
            while open >= 0 {
                tape[open].addChild()
                position = skipSpace(position)
                let mark = byte(position)
                if mark == UInt8(ascii: ",") {
                    position &+= 1
                    continue values
                }
                guard mark == (inObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                    let (bracket, place) = inObject ? ("}", "a member of the object") : ("]", "an element of the array")
                    throw unexpected(position, "expected ',' or '\(bracket)' after \(place)")
                }
                position &+= 1
                let parent = tape[open].close(end: position, next: used)
                if inObject && rejectsDuplicateKeys { try refuseDuplicateKeys(of: open, on: tape) }
                depth &-= 1
                open = parent
                inObject = open >= 0 && tape[open].kind == .object
            }
            position = skipSpace(position)
            guard position == input.count else { throw unexpected(position, "expected the end of the input after the value") }
            return used
        }
    }

    /// The byte at a position, or 0, which no rule outside a string accepts, behind the end.
    @inline(__always) private func byte(_ position: Int) -> UInt8 { position < input.count ? base[position] : 0 }

    @inline(__always) private func skipSpace(_ start: Int) -> Int {
        var position = start
        while position < input.count {
            let byte = base[position]
            // A bit for each of the blank, the two line ends and the tab.
            guard byte <= 0x20, (0x1_0000_2600 as UInt64) >> UInt64(byte) & 1 != 0 else { break }
            position &+= 1
        }
        return position
    }

    /// Finds the closing quote of the string whose first character is at `start`.
    @inline(__always) private func string(_ start: Int) throws(JSONError) -> (end: Int, escaped: Bool) {
        let end = input.endOfPlainText(from: start)
        return byte(end) == UInt8(ascii: "\"") ? (end, false) : try irregularString(start, from: end)
    }

    @inline(never) private func irregularString(_ start: Int, from plainEnd: Int) throws(JSONError) -> (end: Int, escaped: Bool) {
        var position = plainEnd
        var escaped = false
        while position < input.count {
            switch base[position] {
            case UInt8(ascii: "\""):
                return (position, escaped)
            case UInt8(ascii: "\\"):
                escaped = true
                position = try escape(position)
            case 0x80...:
                let length = input.lengthOfUTF8Sequence(at: position)
                guard length > 0 else {
                    throw failure(.encoding, position, "invalid UTF-8 byte 0x\(JSONError.hex(UInt32(base[position]), digits: 2))")
                }
                position += length
            case let control:
                let name = JSONError.hex(UInt32(control), digits: 4)
                throw failure(.text, position, "control character U+\(name.uppercased()) in a string; write it as '\\u\(name)'")
            }
            position = input.endOfPlainText(from: position)
        }
        throw failure(.truncated, start - 1, "the string has no closing quote")
    }

    private func escape(_ start: Int) throws(JSONError) -> Int {
        switch byte(start + 1) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return start + 2
        case UInt8(ascii: "u"):
            let unit = try hexUnit(start)
            guard unit & 0xF800 == 0xD800 else { return start + 6 }
            if unit < 0xDC00, byte(start + 6) == UInt8(ascii: "\\"), byte(start + 7) == UInt8(ascii: "u") {
                if try hexUnit(start + 6) & 0xFC00 == 0xDC00 { return start + 12 }
            }
            throw failure(.text, start, "surrogate escape '\\u\(JSONError.hex(unit, digits: 4))' is not half of a pair")
        default:
            throw unexpected(start + 1, "expected one of \"\\/bfnrtu after a backslash")
        }
    }

    private func hexUnit(_ start: Int) throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for position in start + 2..<start + 6 {
            guard let digit = byte(position).hexDigit else { throw unexpected(position, "expected four hex digits after '\\u'") }
            unit = unit << 4 | digit
        }
        return unit
    }

    @inline(__always) private func number(_ start: Int) throws(JSONError) -> Int {
        let first = byte(start) == UInt8(ascii: "-") ? start &+ 1 : start
        var position = try digits(first)
        if byte(first) == UInt8(ascii: "0") && position > first &+ 1 {
            throw failure(.number, first, "a number starts with 0; leave the leading zero out")
        }
        if byte(position) == UInt8(ascii: ".") { position = try digits(position &+ 1) }
        if byte(position) | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            if byte(position) == UInt8(ascii: "+") || byte(position) == UInt8(ascii: "-") { position &+= 1 }
            position = try digits(position)
        }
        return position
    }

    @inline(__always) private func digits(_ start: Int) throws(JSONError) -> Int {
        var position = start
        while byte(position) &- UInt8(ascii: "0") < 10 { position &+= 1 }
        guard position > start else { throw unexpected(start, "expected a digit of a number") }
        return position
    }

    private func word(_ start: Int) throws(JSONError) -> JSONKind {
        let letters = UnsafeBufferPointer(rebasing: input[start...].prefix(24)).prefix { ($0 | 0x20) &- UInt8(ascii: "a") < 26 }
        if letters.elementsEqual("null".utf8) { return .null }
        if letters.elementsEqual("true".utf8) { return .true }
        if letters.elementsEqual("false".utf8) { return .false }
        if start == 0 && input.starts(with: [0xEF, 0xBB, 0xBF]) {
            throw failure(.encoding, 0, "a byte order mark comes before the value; send UTF-8 without it")
        }
        guard letters.isEmpty else {
            throw failure(.syntax, start, "unknown word '\(String(decoding: letters, as: UTF8.self))'; a bare word is true, false or null")
        }
        throw unexpected(start, "expected a value")
    }

    @inline(never) private func unexpected(_ position: Int, _ rule: String) -> JSONError {
        failure(position < input.count ? .syntax : .truncated, position, "\(rule), found \(JSONError.found(at: position, of: input))")
    }

    @inline(never) func failure(_ kind: JSONError.Kind, _ position: Int, _ reason: String) -> JSONError {
        JSONError(kind, at: position, of: input, reason)
    }
}
