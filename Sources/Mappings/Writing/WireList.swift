/// The values of one request's fields, or of one item's, by the fields' place in the mapping.
///
/// Texts and numbers lie one behind the other in one piece of memory, where a converter writes them and a body's writer finds them; a
/// `WireValue` is made of one only if somebody asks for it. The list is written once, by who made it.
package final class WireList: @unchecked Sendable {
    private let count: Int
    private var others: [WireValue] = []
    /// The slots, and behind them the texts.
    @exclusivity(unchecked) private var memory: ManagedBuffer<Void, UInt8>
    @exclusivity(unchecked) private var length: Int
    @exclusivity(unchecked) private var capacity: Int

    init(count: Int) {
        self.count = count
        length = count * MemoryLayout<Slot>.stride
        capacity = length + 256
        memory = .create(minimumCapacity: capacity) { _ in () }
        slots.initialize(repeating: .absent, count: count)
    }

    @inline(__always)
    private var text: UnsafeMutablePointer<UInt8> { memory.withUnsafeMutablePointerToElements { $0 } }

    @inline(__always)
    private var slots: UnsafeMutablePointer<Slot> { UnsafeMutableRawPointer(text).assumingMemoryBound(to: Slot.self) }

    subscript(index: Int) -> WireValue {
        get {
            let slot = slot(index)
            return switch slot.kind {
            case .absent: .absent
            case .null: .null
            case .blank: .blank
            case .yes: .bool(true)
            case .no: .bool(false)
            case .text: .string(String(valid: bytes(of: slot)))
            case .number: .number(String(valid: bytes(of: slot)))
            case .other: others[Int(slot.start)]
            }
        }
        set { set(index, slot(of: newValue)) }
    }

    func isAbsent(_ index: Int) -> Bool { slot(index).isAbsent }

    @inline(__always)
    func slot(_ index: Int) -> Slot {
        precondition(index >= 0 && index < count, "there is no such field")
        return slots[index]
    }

    @inline(__always)
    func set(_ index: Int, _ slot: Slot) {
        precondition(index >= 0 && index < count, "there is no such field")
        slots[index] = slot
    }

    @inline(__always)
    func bytes(of slot: Slot) -> UnsafeBufferPointer<UInt8> { slot.bytes(in: UnsafePointer(text)) }

    private func slot(of wire: WireValue) -> Slot {
        switch wire {
        case .absent: return .absent
        case .null: return Slot(kind: .null)
        case .blank: return Slot(kind: .blank)
        case .bool(let flag): return Slot(kind: flag ? .yes : .no)
        case .string(let text): return add(.text, text)
        case .number(let text): return add(.number, text)
        case .tree:
            others.append(wire)
            return Slot(.other, others.count - 1..<others.count)
        }
    }

    func add(_ kind: Slot.Kind, _ text: String) -> Slot {
        var text = text
        return text.withUTF8 { add(kind, $0) }
    }

    @inline(__always)
    func add(_ kind: Slot.Kind, _ bytes: UnsafeBufferPointer<UInt8>) -> Slot {
        let start = length
        append(bytes)
        return Slot(kind, start..<length)
    }

    private func grow(by room: Int) {
        capacity = max(capacity * 2, length + room)
        let larger = ManagedBuffer<Void, UInt8>.create(minimumCapacity: capacity) { _ in () }
        larger.withUnsafeMutablePointerToElements { $0.update(from: text, count: length) }
        memory = larger
    }
}

extension WireList: ByteSink {
    package func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress else { return }
        if length + bytes.count > capacity { grow(by: bytes.count) }
        (text + length).update(from: start, count: bytes.count)
        length += bytes.count
    }

    /// What `write` appends, as a number or text; nil if it returns false.
    func add(_ kind: Slot.Kind, _ write: (WireList) -> Bool) -> Slot? {
        let start = length
        guard write(self) else {
            length = start
            return nil
        }
        return Slot(kind, start..<length)
    }
}

/// Where bytes are written to.
package protocol ByteSink {
    mutating func append(_ bytes: UnsafeBufferPointer<UInt8>)
}

extension [UInt8]: ByteSink {
    package mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) { append(contentsOf: bytes) }
}
