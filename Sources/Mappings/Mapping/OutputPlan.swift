/// The shape of a tracker's body, with its keys encoded once.
struct OutputPlan: Sendable {
    private var root: [Node] = []
    /// Names and indices of the fields that are written, in the file's order or sorted.
    private var parameters: [(place: FieldPlan.Place, name: String, index: Int)] = []
    private(set) var hasItems = false

    private indirect enum Content: Sendable {
        case field(Int)
        case constant([UInt8])
        case object([Node])
        case items([Node])
    }

    private struct Node: Sendable {
        var name: String
        var key: [UInt8]
        var content: Content
    }

    init(_ mapping: Mapping, constants: [(name: String, value: String)]) {
        for (name, value) in constants {
            var json = JSONWriter()
            json.string(value)
            root.append(Node(name: name, key: JSONWriter.encodedKey(name), content: .constant(json.bytes)))
        }
        for (index, field) in mapping.fields.enumerated() where field.writing != nil && field.place == .body {
            if field.isItem { hasItems = true }
            Self.insert(index, field.path[...], into: &root)
        }
        for (index, field) in mapping.fields.enumerated() where field.writing != nil { parameters.append((field.place, field.name, index)) }
        if mapping.request.isSorted {
            Self.sort(&root)
            parameters.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        }
    }

    private static func insert(_ index: Int, _ path: ArraySlice<String>, into nodes: inout [Node]) {
        guard let first = path.first else { return }
        let isList = first.hasSuffix("[]")
        let name = isList ? String(first.dropLast(2)) : first
        if path.count == 1 {
            nodes.append(Node(name: name, key: JSONWriter.encodedKey(name), content: .field(index)))
            return
        }
        let position = nodes.firstIndex { $0.name == name }
        var children: [Node] = []
        if let position {
            switch nodes[position].content {
            case .object(let existing), .items(let existing): children = existing
            case .field, .constant: break
            }
        }
        insert(index, path.dropFirst(), into: &children)
        let content = isList ? Content.items(children) : .object(children)
        if let position {
            nodes[position].content = content
        } else {
            nodes.append(Node(name: name, key: JSONWriter.encodedKey(name), content: content))
        }
    }

    private static func sort(_ nodes: inout [Node]) {
        nodes.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        for index in nodes.indices {
            switch nodes[index].content {
            case .object(var children):
                sort(&children)
                nodes[index].content = .object(children)
            case .items(var children):
                sort(&children)
                nodes[index].content = .items(children)
            case .field, .constant: break
            }
        }
    }

    func json(_ wires: [WireValue], _ rows: [[WireValue]]) -> [UInt8] {
        var json = JSONWriter(capacity: 512)
        json.beginObject()
        write(root, wires, rows, into: &json)
        json.endObject()
        return json.bytes
    }

    private func write(_ nodes: [Node], _ wires: [WireValue], _ rows: [[WireValue]], into json: inout JSONWriter) {
        for node in nodes {
            switch node.content {
            case .field(let index):
                guard !wires[index].isAbsent else { continue }
                json.key(encoded: node.key)
                json.write(wires[index])
            case .constant(let bytes):
                json.key(encoded: node.key)
                bytes.withUnsafeBufferPointer { json.encoded($0) }
            case .object(let children):
                guard isAnyPresent(children, wires) else { continue }
                json.key(encoded: node.key)
                json.beginObject()
                write(children, wires, rows, into: &json)
                json.endObject()
            case .items(let children):
                guard !rows.isEmpty else { continue }
                json.key(encoded: node.key)
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

    /// The fields of one place as parameters.
    func parameters(_ wires: [WireValue], in place: FieldPlan.Place) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for parameter in parameters where parameter.place == place {
            switch wires[parameter.index] {
            case .absent, .tree: continue
            case .bool(let flag): pairs.append((parameter.name, flag ? "true" : "false"))
            case .string(let text), .number(let text): pairs.append((parameter.name, text))
            }
        }
        return pairs
    }

    func headers(_ wires: [WireValue]) -> [(name: String, value: String)] {
        parameters.compactMap { parameter in
            guard parameter.place == .header, let text = wires[parameter.index].text else { return nil }
            return (parameter.name, text)
        }
    }
}

extension JSONWriter {
    @inline(__always)
    fileprivate mutating func write(_ value: WireValue) {
        switch value {
        case .absent: null()
        case .string(let text): string(text)
        case .number(let text): number(text)
        case .bool(let flag): bool(flag)
        case .tree(let tree): write(tree)
        }
    }
}
