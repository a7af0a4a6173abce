/// A mapping's JSON bodies, with their keys and constants encoded once.
///
/// A tree of objects, one class for each kind of part, so that writing a body copies nothing of it and counts no reference.
final class JSONBodyWriter: BodyWriter {
    private let root: Part

    init(_ root: BodyMember.Content) { self.root = Part.make(root) }

    func body(_ wires: WireList, _ rows: [WireList]) -> WrittenBody {
        var output = Output()
        root.write(wires, rows, into: &output)
        return WrittenBody(bytes: output.json.bytes, element: output.element)
    }

    struct Output: ~Copyable {
        var json = JSONWriter(capacity: 512)
        var element: Range<Int>?
    }

    class Part: @unchecked Sendable {
        func write(_ wires: WireList, _ rows: [WireList], into output: inout Output) {}

        /// Whether there is anything in it that a conversion says.
        func isPresent(_ wires: WireList, _ rows: [WireList]) -> Bool { false }

        /// Writes it as a member of an object; nothing if it has nothing to say.
        func write(as key: [UInt8], _ wires: WireList, _ rows: [WireList], into output: inout Output) {
            guard isPresent(wires, rows) else { return }
            output.json.key(encoded: key)
            write(wires, rows, into: &output)
        }
    }

    private final class FieldPart: Part, @unchecked Sendable {
        let index: Int

        init(_ index: Int) { self.index = index }

        override func write(_ wires: WireList, _ rows: [WireList], into output: inout Output) { output.json.write(wires, index) }

        override func isPresent(_ wires: WireList, _ rows: [WireList]) -> Bool { !wires.isAbsent(index) }
    }

    private final class ConstantPart: Part, @unchecked Sendable {
        private let json: [UInt8]
        /// What a filter finds its element by. Alone it is no reason to write the element.
        private let isMark: Bool

        init(_ text: String, isMark: Bool) {
            var json = JSONWriter()
            json.string(text)
            self.json = json.bytes
            self.isMark = isMark
        }

        override func write(_ wires: WireList, _ rows: [WireList], into output: inout Output) {
            json.withUnsafeBufferPointer { output.json.encoded($0) }
        }

        override func isPresent(_ wires: WireList, _ rows: [WireList]) -> Bool { !isMark }

        override func write(as key: [UInt8], _ wires: WireList, _ rows: [WireList], into output: inout Output) {
            output.json.key(encoded: key)
            write(wires, rows, into: &output)
        }
    }

    private final class Member: Sendable {
        let key: [UInt8]
        let part: Part

        init(_ member: BodyMember) { (key, part) = (JSONWriter.encodedKey(member.name), Part.make(member.content)) }
    }

    private final class ObjectPart: Part, @unchecked Sendable {
        private let members: FixedList<Member>

        init(_ members: [BodyMember]) { self.members = FixedList(members.map(Member.init)) }

        override func write(_ wires: WireList, _ rows: [WireList], into output: inout Output) {
            output.json.beginObject()
            for index in 0..<members.count { members.with(index) { $0.part.write(as: $0.key, wires, rows, into: &output) } }
            output.json.endObject()
        }

        override func isPresent(_ wires: WireList, _ rows: [WireList]) -> Bool {
            for index in 0..<members.count where members.with(index, { $0.part.isPresent(wires, rows) }) { return true }
            return false
        }
    }

    /// A list of fixed elements. One at a position is written even if it is empty, so that the others keep theirs, but not behind the last.
    private final class ElementsPart: Part, @unchecked Sendable {
        private let elements: [(isPlace: Bool, part: Part)]

        init(_ elements: [(step: WirePath.Step, content: BodyMember.Content)]) {
            self.elements = elements.map { step, content in
                if case .position = step { (true, Part.make(content)) } else { (false, Part.make(content)) }
            }
        }

        override func write(_ wires: WireList, _ rows: [WireList], into output: inout Output) {
            output.json.beginArray()
            let last = elements.lastIndex { $0.isPlace && $0.part.isPresent(wires, rows) } ?? -1
            for (place, (isPlace, part)) in elements.enumerated() where isPlace ? place <= last : part.isPresent(wires, rows) {
                part.write(wires, rows, into: &output)
            }
            output.json.endArray()
        }

        override func isPresent(_ wires: WireList, _ rows: [WireList]) -> Bool { elements.contains { $0.part.isPresent(wires, rows) } }
    }

    /// A list of one: the conversion itself.
    private final class BatchPart: Part, @unchecked Sendable {
        private let inner: Part

        init(_ inner: BodyMember.Content) { self.inner = Part.make(inner) }

        override func write(_ wires: WireList, _ rows: [WireList], into output: inout Output) {
            output.json.beginArray()
            let start = output.json.length
            inner.write(wires, rows, into: &output)
            output.element = start..<output.json.length
            output.json.endArray()
        }

        override func isPresent(_ wires: WireList, _ rows: [WireList]) -> Bool { inner.isPresent(wires, rows) }
    }

    /// A list of the conversion's items.
    private final class ItemsPart: Part, @unchecked Sendable {
        private let inner: Part

        init(_ inner: BodyMember.Content) { self.inner = Part.make(inner) }

        override func write(_ wires: WireList, _ rows: [WireList], into output: inout Output) {
            output.json.beginArray()
            for row in rows where !(inner is FieldPart) || inner.isPresent(row, []) { inner.write(row, [], into: &output) }
            output.json.endArray()
        }

        override func isPresent(_ wires: WireList, _ rows: [WireList]) -> Bool { JSONBodyWriter.areThere(rows, inner) }
    }

    /// An object of them, named by a field or else by their numbers.
    private final class KeyedPart: Part, @unchecked Sendable {
        private let key: Int?
        private let inner: Part

        init(_ key: Int?, _ inner: BodyMember.Content) { (self.key, self.inner) = (key, Part.make(inner)) }

        override func write(_ wires: WireList, _ rows: [WireList], into output: inout Output) {
            output.json.beginObject()
            for (number, row) in rows.enumerated() where !(inner is FieldPart) || inner.isPresent(row, []) {
                output.json.key(key.flatMap { row[$0].text } ?? String(number))
                inner.write(row, [], into: &output)
            }
            output.json.endObject()
        }

        override func isPresent(_ wires: WireList, _ rows: [WireList]) -> Bool { JSONBodyWriter.areThere(rows, inner) }
    }

    /// Members of the object that it stands in.
    private final class NumberedPart: Part, @unchecked Sendable {
        private let name: (prefix: String, first: Int, suffix: String)
        private let inner: Part

        init(prefix: String, first: Int, suffix: String, _ inner: BodyMember.Content) {
            name = (prefix, first, suffix)
            self.inner = Part.make(inner)
        }

        override func write(as key: [UInt8], _ wires: WireList, _ rows: [WireList], into output: inout Output) {
            for (number, row) in rows.enumerated() where inner.isPresent(row, []) {
                output.json.key("\(name.prefix)\(name.first + number)\(name.suffix)")
                inner.write(row, [], into: &output)
            }
        }

        override func isPresent(_ wires: WireList, _ rows: [WireList]) -> Bool { rows.contains { inner.isPresent($0, []) } }
    }

    /// Of plain values, whether one is there.
    private static func areThere(_ rows: [WireList], _ inner: Part) -> Bool {
        inner is FieldPart ? rows.contains { inner.isPresent($0, []) } : !rows.isEmpty
    }
}

extension JSONBodyWriter.Part {
    fileprivate static func make(_ content: BodyMember.Content) -> JSONBodyWriter.Part {
        switch content {
        case .field(let index): JSONBodyWriter.FieldPart(index)
        case .constant(let text): JSONBodyWriter.ConstantPart(text, isMark: false)
        case .mark(let text): JSONBodyWriter.ConstantPart(text, isMark: true)
        case .object(let members): JSONBodyWriter.ObjectPart(members)
        case .elements(let elements): JSONBodyWriter.ElementsPart(elements)
        case .batch(let inner): JSONBodyWriter.BatchPart(inner)
        case .items(let inner): JSONBodyWriter.ItemsPart(inner)
        case .keyed(let key, let inner): JSONBodyWriter.KeyedPart(key, inner)
        case .numbered(let prefix, let first, let suffix, let inner):
            JSONBodyWriter.NumberedPart(prefix: prefix, first: first, suffix: suffix, inner)
        }
    }
}

extension JSONWriter {
    @inline(__always)
    fileprivate mutating func write(_ wires: WireList, _ index: Int) {
        let slot = wires.slot(index)
        switch slot.kind {
        case .absent, .null, .blank: null()
        case .yes, .no: bool(slot.kind == .yes)
        case .text: string(wires.bytes(of: slot))
        case .number: encoded(wires.bytes(of: slot))
        case .other: write(wires[index].jsonValue)
        }
    }
}
