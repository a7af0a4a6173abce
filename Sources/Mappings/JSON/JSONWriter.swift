/// Writes JSON value by value into memory of its own; the writer puts the commas, the caller closes what it opened.
///
/// With `asciiOnly` and `sortedKeys` a tree becomes what Python's `json.dumps(x, sort_keys=True, separators=(',', ':'))` writes, byte
/// for byte, except for numbers: Python writes `1e2` as `100.0`, here a number's text is written as it was sent.
package struct JSONWriter: ~Copyable, @unchecked Sendable {
    package struct Options: OptionSet, Sendable {
        package let rawValue: UInt8
        package init(rawValue: UInt8) { self.rawValue = rawValue }

        /// DEL and every character beyond ASCII become `\u007f`, `\u00e9` and the like, in lower case; some are a pair of these.
        package static let asciiOnly = Options(rawValue: 1)
        /// Members of a `JSONValue` go by code point of their keys. The streaming calls keep the caller's order.
        package static let sortedKeys = Options(rawValue: 2)
        /// One member or element a line, indented by two spaces: for people, not for signatures.
        package static let pretty = Options(rawValue: 4)
    }

    private enum Place { case start, afterValue, afterKey }

    private var memory: UnsafeMutablePointer<UInt8>
    private var capacity: Int
    private var count = 0
    private let options: Options
    private var place = Place.start
    private var depth = 0

    package init(options: Options = [], capacity: Int = 1024) {
        self.options = options
        self.capacity = max(capacity, 16)
        memory = .allocate(capacity: self.capacity)
    }

    deinit { memory.deallocate() }

    /// A copy of what was written so far.
    package var bytes: [UInt8] { Array(UnsafeBufferPointer(start: memory, count: count)) }

    /// Looks at a part of what was written so far.
    func withBytes<Result>(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(UnsafeRawBufferPointer(start: memory + range.lowerBound, count: range.count))
    }

    /// How many bytes were written so far.
    package var length: Int { count }

    /// Whether a comma comes before the next member or element.
    var needsComma: Bool { place == .afterValue }

    /// Forgets what was written and keeps the memory, for the next document.
    package mutating func reset() {
        (count, place, depth) = (0, .start, 0)
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }
    package mutating func endObject() { close(UInt8(ascii: "}")) }
    package mutating func beginArray() { open(UInt8(ascii: "[")) }
    package mutating func endArray() { close(UInt8(ascii: "]")) }

    package mutating func key(_ text: String) {
        separate()
        appendQuoted(text)
        endKey()
    }

    /// Writes a key that `encodedKey` made ready.
    @inline(__always) package mutating func key(encoded: [UInt8]) {
        separate()
        encoded.withUnsafeBufferPointer { append($0) }
        if options.contains(.pretty) { append(UInt8(ascii: " ")) }
        place = .afterKey
    }

    /// A key with its quotes, escapes and colon, to be made once and written often.
    package static func encodedKey(_ text: String, options: Options = []) -> [UInt8] {
        var writer = JSONWriter(options: options.subtracting(.pretty))
        writer.key(text)
        return writer.bytes
    }

    package mutating func string(_ text: String) {
        separate()
        appendQuoted(text)
        place = .afterValue
    }

    /// Writes text that is valid UTF-8; what is not would be copied as it is.
    @inline(__always) package mutating func string(_ text: UnsafeBufferPointer<UInt8>) {
        separate()
        appendQuoted(text)
        place = .afterValue
    }

    /// Writes a number's text, which the caller has checked.
    package mutating func number(_ text: String) {
        var text = text
        text.withUTF8 { encoded($0) }
    }

    package mutating func number(_ value: Int) { number(String(value)) }

    package mutating func bool(_ value: Bool) { encoded((value ? "true" : "false" as StaticString).buffer) }

    package mutating func null() { encoded(("null" as StaticString).buffer) }

    /// Writes a value that is JSON already, such as a number's bytes or a string's with its quotes.
    @inline(__always) package mutating func encoded(_ json: UnsafeBufferPointer<UInt8>) {
        separate()
        append(json)
        place = .afterValue
    }

    package mutating func write(_ value: JSONValue) {
        switch value {
        case .null: null()
        case .bool(let value): bool(value)
        case .number(let text): number(text)
        case .string(let text): string(text)
        case .array(let elements):
            beginArray()
            for element in elements { write(element) }
            endArray()
        case .object(let object):
            beginObject()
            for (key, value) in options.contains(.sortedKeys) ? object.sortedByKey : object.members {
                self.key(key)
                write(value)
            }
            endObject()
        }
    }

    @inline(__always) private mutating func open(_ bracket: UInt8) {
        separate()
        append(bracket)
        depth += 1
        place = .start
    }

    @inline(__always) private mutating func close(_ bracket: UInt8) {
        depth -= 1
        if options.contains(.pretty) && place == .afterValue { startLine() }
        append(bracket)
        place = .afterValue
    }

    @inline(__always) private mutating func separate() {
        if place == .afterValue { append(UInt8(ascii: ",")) }
        if options.contains(.pretty) && place != .afterKey && depth > 0 { startLine() }
    }

    private mutating func endKey() {
        append(UInt8(ascii: ":"))
        if options.contains(.pretty) { append(UInt8(ascii: " ")) }
        place = .afterKey
    }

    private mutating func startLine() {
        append(UInt8(ascii: "\n"))
        for _ in 0..<2 * depth { append(UInt8(ascii: " ")) }
    }

    @inline(__always) private mutating func append(_ byte: UInt8) {
        if count == capacity { grow(by: 1) }
        memory[count] = byte
        count &+= 1
    }

    @inline(__always) private mutating func append(_ text: UnsafeBufferPointer<UInt8>) {
        guard let start = text.baseAddress else { return }
        if text.count > capacity &- count { grow(by: text.count) }
        (memory + count).update(from: start, count: text.count)
        count &+= text.count
    }

    @inline(never) private mutating func grow(by room: Int) {
        capacity = max(capacity * 2, count + room)
        let larger = UnsafeMutablePointer<UInt8>.allocate(capacity: capacity)
        larger.update(from: memory, count: count)
        memory.deallocate()
        memory = larger
    }

    private mutating func appendQuoted(_ text: String) {
        var text = text
        text.withUTF8 { appendQuoted($0) }
    }

    private mutating func appendQuoted(_ text: UnsafeBufferPointer<UInt8>) {
        append(UInt8(ascii: "\""))
        var copied = 0
        while true {
            var end = text.endOfPlainText(from: copied)
            if options.contains(.asciiOnly) {
                end = text[copied..<end].firstIndex(of: 0x7F) ?? end
            } else {
                while end < text.count, text[end] >= 0x80 { end = text.endOfPlainText(from: end + 1) }
            }
            append(UnsafeBufferPointer(rebasing: text[copied..<end]))
            guard end < text.count else { break }
            copied = end + appendEscape(of: text, at: end)
        }
        append(UInt8(ascii: "\""))
    }

    /// Escapes the character at an offset and returns its length.
    private mutating func appendEscape(of text: UnsafeBufferPointer<UInt8>, at offset: Int) -> Int {
        switch text[offset] {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): appendEscape(text[offset])
        case 0x08: appendEscape(UInt8(ascii: "b"))
        case 0x09: appendEscape(UInt8(ascii: "t"))
        case 0x0A: appendEscape(UInt8(ascii: "n"))
        case 0x0C: appendEscape(UInt8(ascii: "f"))
        case 0x0D: appendEscape(UInt8(ascii: "r"))
        case let control where control < 0x80: appendUnit(UInt16(control))
        default:
            let length = max(1, text.lengthOfUTF8Sequence(at: offset))
            for unit in String(decoding: text[offset..<offset + length], as: UTF8.self).utf16 { appendUnit(unit) }
            return length
        }
        return 1
    }

    private mutating func appendEscape(_ letter: UInt8) {
        append(UInt8(ascii: "\\"))
        append(letter)
    }

    private mutating func appendUnit(_ unit: UInt16) {
        appendEscape(UInt8(ascii: "u"))
        for shift in [12, 8, 4, 0] {
            let digit = UInt8(truncatingIfNeeded: unit >> UInt16(shift)) & 15
            append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
        }
    }
}

extension StaticString {
    fileprivate var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: utf8Start, count: utf8CodeUnitCount) }
}
