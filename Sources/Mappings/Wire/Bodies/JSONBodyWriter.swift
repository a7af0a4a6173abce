/// A mapping's JSON bodies, with their keys and constants encoded once.
final class JSONBodyWriter: BodyWriter {
    private let root: Content

    private struct Node: Sendable {
        var key: [UInt8]
        var content: Content
    }

    private indirect enum Content: Sendable {
        case field(Int)
        case constant([UInt8])
        case mark([UInt8])
        case object([Node])
        case elements([(isPlace: Bool, content: Content)])
        case batch(Content)
        case items(Content)
        case keyed(Int?, Content)
        case numbered(prefix: String, first: Int, suffix: String, Content)

        var isMark: Bool {
            if case .mark = self { true } else { false }
        }
    }

    private struct Output: ~Copyable {
        var json = JSONWriter(capacity: 512)
        var element: Range<Int>?
    }

    init(_ root: BodyMember.Content) { self.root = Self.content(root) }

    private static func content(_ content: BodyMember.Content) -> Content {
        switch content {
        case .field(let index): .field(index)
        case .constant(let text): .constant(encoded(text))
        case .mark(let text): .mark(encoded(text))
        case .object(let members):
            .object(members.map { Node(key: JSONWriter.encodedKey($0.name), content: Self.content($0.content)) })
        case .elements(let elements):
            .elements(
                elements.map { step, content in
                    if case .position = step { (true, Self.content(content)) } else { (false, Self.content(content)) }
                })
        case .batch(let inner): .batch(Self.content(inner))
        case .items(let inner): .items(Self.content(inner))
        case .keyed(let key, let inner): .keyed(key, Self.content(inner))
        case .numbered(let prefix, let first, let suffix, let inner):
            .numbered(prefix: prefix, first: first, suffix: suffix, Self.content(inner))
        }
    }

    private static func encoded(_ text: String) -> [UInt8] {
        var json = JSONWriter()
        json.string(text)
        return json.bytes
    }

    func body(_ wires: [WireValue], _ rows: [[WireValue]]) -> WrittenBody {
        var output = Output()
        write(root, wires, rows, into: &output)
        return WrittenBody(bytes: output.json.bytes, element: output.element)
    }

    private func write(_ content: Content, _ wires: [WireValue], _ rows: [[WireValue]], into output: inout Output) {
        switch content {
        case .field(let index): output.json.write(wires[index])
        case .constant(let bytes), .mark(let bytes): bytes.withUnsafeBufferPointer { output.json.encoded($0) }
        case .object(let nodes):
            output.json.beginObject()
            write(nodes, wires, rows, into: &output)
            output.json.endObject()
        case .elements(let elements): writeElements(elements, wires, rows, into: &output)
        case .batch(let inner):
            output.json.beginArray()
            let start = output.json.length
            write(inner, wires, rows, into: &output)
            output.element = start..<output.json.length
            output.json.endArray()
        case .items(let inner):
            output.json.beginArray()
            for row in rows {
                if case .field(let index) = inner, row[index].isAbsent { continue }
                write(inner, row, [], into: &output)
            }
            output.json.endArray()
        case .keyed(let key, let inner):
            output.json.beginObject()
            for (number, row) in rows.enumerated() {
                if case .field(let index) = inner, row[index].isAbsent { continue }
                output.json.key(key.flatMap { row[$0].text } ?? String(number))
                write(inner, row, [], into: &output)
            }
            output.json.endObject()
        case .numbered: return
        }
    }

    private func write(_ nodes: [Node], _ wires: [WireValue], _ rows: [[WireValue]], into output: inout Output) {
        for position in nodes.indices {
            switch nodes[position].content {
            case .field(let index):
                guard !wires[index].isAbsent else { continue }
                output.json.key(encoded: nodes[position].key)
                output.json.write(wires[index])
            case .numbered(let prefix, let first, let suffix, let inner):
                for (number, row) in rows.enumerated() where isPresent(inner, row, []) {
                    output.json.key("\(prefix)\(first + number)\(suffix)")
                    write(inner, row, [], into: &output)
                }
            case let content:
                guard isPresent(content, wires, rows) || content.isMark else { continue }
                output.json.key(encoded: nodes[position].key)
                write(content, wires, rows, into: &output)
            }
        }
    }

    /// An element of a position is written even if it is empty, so that the others keep theirs, but not behind the last.
    private func writeElements(
        _ elements: [(isPlace: Bool, content: Content)], _ wires: [WireValue], _ rows: [[WireValue]], into output: inout Output
    ) {
        output.json.beginArray()
        let last = elements.lastIndex { $0.isPlace && isPresent($0.content, wires, rows) } ?? -1
        for (place, (isPlace, content)) in elements.enumerated() where isPlace ? place <= last : isPresent(content, wires, rows) {
            write(content, wires, rows, into: &output)
        }
        output.json.endArray()
    }

    private func isPresent(_ content: Content, _ wires: [WireValue], _ rows: [[WireValue]]) -> Bool {
        switch content {
        case .field(let index): !wires[index].isAbsent
        case .constant: true
        case .mark: false
        case .object(let nodes): nodes.contains { isPresent($0.content, wires, rows) }
        case .elements(let elements): elements.contains { isPresent($0.content, wires, rows) }
        case .batch(let inner): isPresent(inner, wires, rows)
        case .items(.field(let index)), .keyed(_, .field(let index)): rows.contains { !$0[index].isAbsent }
        case .items, .keyed: !rows.isEmpty
        case .numbered(_, _, _, let inner): rows.contains { isPresent(inner, $0, []) }
        }
    }
}

extension JSONWriter {
    @inline(__always)
    fileprivate mutating func write(_ value: WireValue) {
        switch value {
        case .absent, .null, .blank: null()
        case .string(let text): string(text)
        case .number(let text): number(text)
        case .bool(let flag): bool(flag)
        case .tree(let tree): write(tree)
        }
    }
}
