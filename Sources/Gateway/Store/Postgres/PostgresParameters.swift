import Mappings
import Rules

/// The parameters of one statement in PostgreSQL's binary form, one after the other.
struct PostgresParameters {
    private(set) var bytes: [UInt8] = []
    /// Where each parameter begins, and its length; -1 is NULL.
    private(set) var places: [(start: Int, length: Int)] = []

    mutating func add(_ value: Int64) { place { $0.append(bigEndian: UInt64(bitPattern: value)) } }
    mutating func add(_ value: Int) { add(Int64(value)) }
    mutating func add(_ value: Timestamp) { add(value.microseconds) }
    mutating func add(_ text: String) { place { $0.append(column: text) } }
    mutating func add(_ value: [UInt8]) { place { $0.append(contentsOf: value) } }

    mutating func add(_ text: String?) {
        if let text { add(text) } else { addNull() }
    }

    mutating func add(_ time: Timestamp?) {
        if let time { add(time) } else { addNull() }
    }

    /// As much of it as the store keeps.
    mutating func add(_ digest: Digest32) {
        place { bytes in withUnsafeBytes(of: (digest.words.0, digest.words.1)) { bytes.append(contentsOf: $0) } }
    }

    private mutating func addNull() { places.append((bytes.count, -1)) }
    mutating func add(_ array: PostgresArray) { place { array.write(into: &$0) } }

    mutating func add(_ id: ConversionID) {
        place {
            $0.append(bigEndian: id.high)
            $0.append(bigEndian: id.low)
        }
    }

    private mutating func place(_ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        write(&bytes)
        places.append((start, bytes.count - start))
    }
}

/// A column of many rows as one parameter: a one-dimensional array in PostgreSQL's binary form.
struct PostgresArray {
    enum Element: UInt32 {
        // PostgreSQL's numbers for these types are part of its protocol.
        case bytea = 17
        case bigint = 20
        case text = 25
        case uuid = 2950
    }

    private let element: Element
    private var bytes: [UInt8] = []
    private var count: UInt32 = 0
    private var hasNull = false

    init(_ element: Element, capacity: Int = 0) {
        self.element = element
        bytes.reserveCapacity(capacity * (element == .uuid ? 20 : element == .bigint ? 12 : 24))
    }

    mutating func append(_ value: Int64) { append(value as Int64?) }
    mutating func append(_ value: Timestamp) { append(value.microseconds as Int64?) }
    mutating func append(_ value: Timestamp?) { append(value?.microseconds) }

    mutating func append(_ value: Int64?) {
        guard let value else { return appendNull() }
        bytes.append(bigEndian: UInt32(8))
        bytes.append(bigEndian: UInt64(bitPattern: value))
        count += 1
    }

    mutating func append(_ text: String?) {
        guard let text else { return appendNull() }
        let start = bytes.count
        bytes.append(bigEndian: UInt32(0))
        bytes.append(column: text)
        bytes.set(bigEndian: UInt32(bytes.count - start - 4), at: start)
        count += 1
    }

    mutating func append(_ value: [UInt8]?) {
        guard let value else { return appendNull() }
        bytes.append(bigEndian: UInt32(value.count))
        bytes.append(contentsOf: value)
        count += 1
    }

    mutating func append(_ id: ConversionID) {
        bytes.append(bigEndian: UInt32(16))
        bytes.append(bigEndian: id.high)
        bytes.append(bigEndian: id.low)
        count += 1
    }

    /// The digest's first 16 bytes: enough to tell contents apart, and half the pages.
    mutating func append(_ digest: Digest32) {
        bytes.append(bigEndian: UInt32(16))
        withUnsafeBytes(of: (digest.words.0, digest.words.1)) { bytes.append(contentsOf: $0) }
        count += 1
    }

    private mutating func appendNull() {
        hasNull = true
        bytes.append(bigEndian: UInt32.max)
        count += 1
    }

    func write(into target: inout [UInt8]) {
        target.append(bigEndian: UInt32(count == 0 ? 0 : 1))
        target.append(bigEndian: UInt32(hasNull ? 1 : 0))
        target.append(bigEndian: element.rawValue)
        guard count > 0 else { return }
        target.append(bigEndian: count)
        target.append(bigEndian: UInt32(1))
        target.append(contentsOf: bytes)
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    fileprivate mutating func set(bigEndian value: UInt32, at index: Int) {
        Swift.withUnsafeBytes(of: value.bigEndian) { source in
            for offset in 0..<4 { self[index + offset] = source[offset] }
        }
    }

    /// PostgreSQL's text cannot hold U+0000, which JSON can: it becomes U+FFFD here. The document keeps what was sent.
    fileprivate mutating func append(column text: String) {
        var text = text
        let isClean = text.withUTF8 { $0.allSatisfy { $0 != 0 } }
        append(contentsOf: isClean ? text.utf8 : text.replacing("\u{0}", with: "\u{FFFD}").utf8)
    }
}
