import Mappings
import Rules

/// The parameters of one statement in PostgreSQL's binary form, one after the other.
struct PostgresParameters {
    private(set) var bytes: [UInt8] = []
    /// Where each parameter begins, and its length; -1 is NULL.
    private(set) var places: [(start: Int, length: Int)] = []

    init() {}

    /// In this order.
    init<each Value: PostgresParameter>(_ values: repeat each Value) {
        for value in repeat each values { value.add(to: &self) }
    }

    mutating func add(_ value: some PostgresParameter) { value.add(to: &self) }

    fileprivate mutating func add(_ array: PostgresArray) {
        var array = array
        array.finish()
        place { $0.append(contentsOf: array.bytes) }
    }

    /// One value of each row, written in place.
    mutating func addColumn<Rows: Collection, Value: PostgresElement>(_ rows: Rows, _ value: (Rows.Element) -> Value) {
        let start = bytes.count
        var array = PostgresArray(Value.element, from: start)
        // The array has the bytes for itself meanwhile, so that nothing is copied.
        swap(&array.bytes, &bytes)
        array.begin()
        for row in rows { array.append(value(row)) }
        array.finish()
        swap(&array.bytes, &bytes)
        places.append((start, bytes.count - start))
    }

    /// Makes room for so many bytes, so that they are not moved while they grow.
    mutating func reserve(_ count: Int) { bytes.reserveCapacity(count) }

    fileprivate mutating func add(_ value: SQLValue) {
        switch value {
        case .null: places.append((bytes.count, -1))
        case .int(let number): place { $0.append(bigEndian: UInt64(bitPattern: number)) }
        case .text(let text): place { $0.append(column: text) }
        case .bytes(let value): place { $0.append(contentsOf: value) }
        case .id(let id):
            place {
                $0.append(bigEndian: id.high)
                $0.append(bigEndian: id.low)
            }
        case .digest(let digest): place { bytes in withUnsafeBytes(of: digest.words) { bytes.append(contentsOf: $0) } }
        }
    }

    private mutating func place(_ write: (inout [UInt8]) -> Void) {
        let start = bytes.count
        write(&bytes)
        places.append((start, bytes.count - start))
    }
}

/// What a statement takes: a value, or a column of them.
protocol PostgresParameter {
    func add(to parameters: inout PostgresParameters)
}

extension PostgresParameter where Self: SQLParameter {
    func add(to parameters: inout PostgresParameters) { parameters.add(sql) }
}

extension Int64: PostgresParameter {}
extension Int: PostgresParameter {}
extension Bool: PostgresParameter {}
extension Timestamp: PostgresParameter {}
extension String: PostgresParameter {}
extension [UInt8]: PostgresParameter {}
extension ConversionID: PostgresParameter {}
extension KeptDigest: PostgresParameter {}
extension DeliveryState: PostgresParameter {}
extension SQLValue: PostgresParameter {}
extension Optional: PostgresParameter where Wrapped: SQLParameter {}

extension PostgresArray: PostgresParameter {
    func add(to parameters: inout PostgresParameters) { parameters.add(self) }
}

/// What a `PostgresArray` can hold.
protocol PostgresElement: SQLParameter {
    static var element: PostgresArray.Element { get }
}

extension Int64: PostgresElement { static var element: PostgresArray.Element { .bigint } }
extension Int: PostgresElement { static var element: PostgresArray.Element { .bigint } }
extension Bool: PostgresElement { static var element: PostgresArray.Element { .bigint } }
extension Timestamp: PostgresElement { static var element: PostgresArray.Element { .bigint } }
extension DeliveryState: PostgresElement { static var element: PostgresArray.Element { .bigint } }
extension String: PostgresElement { static var element: PostgresArray.Element { .text } }
extension [UInt8]: PostgresElement { static var element: PostgresArray.Element { .bytea } }
extension ConversionID: PostgresElement { static var element: PostgresArray.Element { .uuid } }
extension KeptDigest: PostgresElement { static var element: PostgresArray.Element { .uuid } }
extension Optional: PostgresElement where Wrapped: PostgresElement {
    static var element: PostgresArray.Element { Wrapped.element }
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

    fileprivate var bytes: [UInt8] = []
    private let element: Element
    /// Where it begins among the bytes.
    private let start: Int
    private var count: UInt32 = 0
    private var hasNull = false

    init(_ element: Element, capacity: Int = 0) {
        self.init(element, from: 0)
        bytes.reserveCapacity(20 + capacity * (element == .uuid ? 20 : element == .bigint ? 12 : 24))
        begin()
    }

    fileprivate init(_ element: Element, from start: Int) {
        self.element = element
        self.start = start
    }

    /// Dimensions, whether there is a NULL, the type; then the dimension's length, and the number of its first element.
    fileprivate mutating func begin() {
        for word in [1, 0, element.rawValue, 0, 1] { bytes.append(bigEndian: word) }
    }

    /// One value of each row.
    init<Rows: Collection, Value: PostgresElement>(_ rows: Rows, _ value: (Rows.Element) -> Value) {
        self.init(Value.element, capacity: rows.count)
        for row in rows { append(value(row)) }
    }

    init<Value: PostgresElement>(_ values: some Collection<Value>) { self.init(values) { $0 } }

    mutating func append(_ value: some PostgresElement) {
        count += 1
        switch value.sql {
        case .null:
            hasNull = true
            bytes.append(bigEndian: UInt32.max)
        case .int(let number): bytes.append(number)
        case .text(let text):
            let start = bytes.count
            bytes.append(bigEndian: UInt32(0))
            bytes.append(column: text)
            bytes.set(bigEndian: UInt32(bytes.count - start - 4), at: start)
        case .bytes(let value):
            bytes.append(bigEndian: UInt32(value.count))
            bytes.append(contentsOf: value)
        case .id(let id): bytes.append(id.high.bigEndian, id.low.bigEndian)
        case .digest(let digest): bytes.append(digest.words.0, digest.words.1)
        }
    }

    /// An array without elements has no dimension.
    fileprivate mutating func finish() {
        if count == 0 { bytes.removeLast(8) } else { bytes.set(bigEndian: count, at: start + 12) }
        bytes.set(bigEndian: count == 0 ? 0 : 1, at: start)
        if hasNull { bytes.set(bigEndian: 1, at: start + 4) }
    }
}

extension [UInt8] {
    fileprivate mutating func append(bigEndian value: some FixedWidthInteger) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }

    /// An element of eight bytes behind its length.
    fileprivate mutating func append(_ number: Int64) {
        let value = UInt64(bitPattern: number).bigEndian
        let element = (UInt32(8).bigEndian, UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32))
        Swift.withUnsafeBytes(of: element) { append(contentsOf: $0) }
    }

    /// An element of sixteen bytes behind its length, in the order in which they lie in memory.
    fileprivate mutating func append(_ first: UInt64, _ second: UInt64) {
        let element = (
            UInt32(16).bigEndian, UInt32(truncatingIfNeeded: first), UInt32(truncatingIfNeeded: first >> 32),
            UInt32(truncatingIfNeeded: second), UInt32(truncatingIfNeeded: second >> 32)
        )
        Swift.withUnsafeBytes(of: element) { append(contentsOf: $0) }
    }

    fileprivate mutating func set(bigEndian value: UInt32, at index: Int) {
        for offset in 0..<4 { self[index + offset] = UInt8(truncatingIfNeeded: value >> UInt32(24 - 8 * offset)) }
    }

    /// PostgreSQL's text cannot hold U+0000, which JSON can: it becomes U+FFFD here. The document keeps what was sent.
    fileprivate mutating func append(column text: String) {
        var text = text
        let isClean = text.withUTF8 { utf8 in
            guard !utf8.contains(0) else { return false }
            append(contentsOf: utf8)
            return true
        }
        if !isClean { append(contentsOf: text.replacing("\u{0}", with: "\u{FFFD}").utf8) }
    }
}
