/// The shape of a tracker's body, with its keys encoded once.
struct OutputPlan: Sendable {
    private var root: [Node] = []
    /// Fields beside the JSON body, in the file's order or sorted.
    private var query: [Parameter] = []
    private var form: [Parameter] = []
    private var headers: [Parameter] = []
    private(set) var hasItems = false

    private enum Content: Sendable {
        case field(Int)
        case constant([UInt8])
        case object([Node])
        case items([Node])
    }

    private typealias Parameter = (name: String, index: Int)

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
        query = Self.parameters(mapping, in: .query)
        form = Self.parameters(mapping, in: .body)
        headers = Self.parameters(mapping, in: .header)
        if mapping.request.isSorted { Self.sort(&root) }
    }

    private static func parameters(_ mapping: Mapping, in place: FieldPlan.Place) -> [Parameter] {
        let found = mapping.fields.indices.filter { mapping.fields[$0].place == place && mapping.fields[$0].writing != nil }
            .map { (name: mapping.fields[$0].name, index: $0) }
        return mapping.request.isSorted ? found.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } : found
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

    func query(_ wires: [WireValue]) -> [(name: String, value: String)] { Self.texts(of: query, wires) }
    func form(_ wires: [WireValue]) -> [(name: String, value: String)] { Self.texts(of: form, wires) }
    func headers(_ wires: [WireValue]) -> [(name: String, value: String)] { Self.texts(of: headers, wires) }

    private static func texts(of parameters: [Parameter], _ wires: [WireValue]) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for parameter in parameters {
            switch wires[parameter.index] {
            case .absent, .tree: continue
            case .bool(let flag): pairs.append((parameter.name, flag ? "true" : "false"))
            case .string(let text), .number(let text): pairs.append((parameter.name, text))
            }
        }
        return pairs
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
