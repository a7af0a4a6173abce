/// A value of a request in the slot of its field: most are a place in the body's bytes, and nothing is made of it before its field is read.
package struct Slot: Sendable {
    enum Kind: UInt8, Sendable {
        /// As of `WireValue`.
        case absent, null, blank
        /// A text that is not blank and whose bytes are what it says.
        case text
        case number
        case yes, no
        /// One of `ParsedRequest.others`: a text with escapes, a parameter, an object or a list.
        case other
    }

    private(set) var kind = Kind.absent
    /// The place in the bytes, or the index.
    private(set) var start: UInt32 = 0
    private(set) var count: UInt32 = 0

    static let absent = Slot(kind: .absent)

    init(kind: Kind) { self.kind = kind }

    init(_ kind: Kind, _ range: Range<Int>) {
        self.kind = kind
        start = UInt32(truncatingIfNeeded: range.lowerBound)
        count = UInt32(truncatingIfNeeded: range.count)
    }

    var isAbsent: Bool { kind.rawValue <= Kind.blank.rawValue }

    @inline(__always)
    func bytes(in text: UnsafePointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
        UnsafeBufferPointer(start: text + Int(start), count: Int(count))
    }
}

/// Slots in a row. The copies of a request share them: they are written while the request is taken apart, when it has no copy, and never again.
struct SlotList: @unchecked Sendable {
    private var memory: ManagedBuffer<Size, Slot>

    private struct Size {
        var count: Int
        var capacity: Int
    }

    /// Of a request without items; nothing is added to it.
    static let none = SlotList(count: 0)

    init(count: Int, capacity: Int = 0) {
        let capacity = max(capacity, count, 1)
        memory = .create(minimumCapacity: capacity) { _ in Size(count: count, capacity: capacity) }
        base.initialize(repeating: .absent, count: count)
    }

    @inline(__always)
    private var base: UnsafeMutablePointer<Slot> { memory.withUnsafeMutablePointerToElements { $0 } }

    @inline(__always)
    var count: Int { memory.withUnsafeMutablePointerToHeader { $0.pointee.count } }
    var isEmpty: Bool { count == 0 }
    var indices: Range<Int> { 0..<count }

    @inline(__always)
    subscript(index: Int) -> Slot {
        get {
            precondition(index >= 0 && index < count, "there is no such slot")
            return base[index]
        }
        nonmutating set {
            precondition(index >= 0 && index < count, "there is no such slot")
            base[index] = newValue
        }
    }

    /// Adds so many that hold nothing, and returns the place of the first.
    mutating func append(_ width: Int) -> Int {
        let row = count
        let capacity = memory.withUnsafeMutablePointerToHeader { $0.pointee.capacity }
        if row + width > capacity {
            let larger = SlotList(count: row, capacity: max(row + width, capacity * 2))
            larger.base.update(from: base, count: row)
            self = larger
        }
        (base + row).initialize(repeating: .absent, count: width)
        memory.withUnsafeMutablePointerToHeader { $0.pointee.count = row + width }
        return row
    }
}

extension ParsedRequest {
    func wire(_ slot: Slot) -> WireValue {
        switch slot.kind {
        case .absent: .absent
        case .null: .null
        case .blank: .blank
        case .yes: .bool(true)
        case .no: .bool(false)
        case .text: .string(text(in: slot))
        case .number: .number(text(in: slot))
        case .other: others[Int(slot.start)]
        }
    }

    private func text(in slot: Slot) -> String {
        text.withUnsafeBufferPointer { text in text.baseAddress.map { String(valid: slot.bytes(in: $0)) } ?? "" }
    }

    mutating func slot(of wire: WireValue) -> Slot {
        switch wire {
        case .absent: return .absent
        case .null: return Slot(kind: .null)
        case .blank: return Slot(kind: .blank)
        case .bool(let flag): return Slot(kind: flag ? .yes : .no)
        case .string, .number, .tree:
            others.append(wire)
            return Slot(.other, others.count - 1..<others.count)
        }
    }

    /// Adds a value to the list that a slot holds.
    mutating func add(_ wire: WireValue, to slot: Slot) -> Slot {
        guard slot.kind == .other, case .tree(.array(var values)) = others[Int(slot.start)] else {
            return self.slot(of: .tree(.array([wire.jsonValue])))
        }
        // The place lets go of the list first, so that it grows in place.
        others[Int(slot.start)] = .absent
        values.append(wire.jsonValue)
        others[Int(slot.start)] = .tree(.array(values))
        return slot
    }
}
