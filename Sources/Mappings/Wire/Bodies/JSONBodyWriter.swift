/// A mapping's JSON bodies, with their keys and constants encoded once.
final class JSONBodyWriter: BodyWriter {
    private let root: [Node]

    private struct Node: Sendable {
        var key: [UInt8]
        var content: Content
    }

    private enum Content: Sendable {
        case field(Int)
        case constant([UInt8])
        case object([Node])
        case items([Node])
    }

    init(_ members: [BodyMember]) { root = Self.nodes(members) }

    private static func nodes(_ members: [BodyMember]) -> [Node] {
        members.map { member in
            let content: Content =
                switch member.content {
                case .field(let index): .field(index)
                case .object(let children): .object(nodes(children))
                case .items(let children): .items(nodes(children))
                case .constant(let text): .constant(encoded(text))
                }
            return Node(key: JSONWriter.encodedKey(member.name), content: content)
        }
    }

    private static func encoded(_ text: String) -> [UInt8] {
        var json = JSONWriter()
        json.string(text)
        return json.bytes
    }

    func body(_ wires: [WireValue], _ rows: [[WireValue]]) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        write(root, wires, rows, into: &json)
        json.endObject()
        return json.bytes
    }

    private func write(_ nodes: [Node], _ wires: [WireValue], _ rows: [[WireValue]], into json: inout JSONWriter) {
        for position in nodes.indices {
            switch nodes[position].content {
            case .field(let index):
                guard !wires[index].isAbsent else { continue }
                json.key(encoded: nodes[position].key)
                json.write(wires[index])
            case .constant(let bytes):
                json.key(encoded: nodes[position].key)
                bytes.withUnsafeBufferPointer { json.encoded($0) }
            case .object(let children):
                guard isAnyPresent(children, wires) else { continue }
                json.key(encoded: nodes[position].key)
                json.beginObject()
                write(children, wires, rows, into: &json)
                json.endObject()
            case .items(let children):
                guard !rows.isEmpty else { continue }
                json.key(encoded: nodes[position].key)
                json.beginArray()
                for row in rows {
                    json.beginObject()
                    write(children, row, [], into: &json)
                    json.endObject()
                }
                json.endArray()
            }
        }
    }

    private func isAnyPresent(_ nodes: [Node], _ wires: [WireValue]) -> Bool {
        nodes.contains { node in
            switch node.content {
            case .field(let index): !wires[index].isAbsent
            case .constant: true
            case .object(let children), .items(let children): isAnyPresent(children, wires)
            }
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
