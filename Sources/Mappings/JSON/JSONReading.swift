/// How a document and its unsafe view are read: both are walked by node, and neither allocates until a text is asked for.
package protocol JSONReading {
    func entry(_ node: JSONNode) -> JSONEntry
    func withInput<Result>(_ body: (UnsafeBufferPointer<UInt8>) -> Result) -> Result
}

extension JSONReading {
    @inline(__always) package var root: JSONNode { JSONNode(index: 0) }

    @inline(__always) package func kind(_ node: JSONNode) -> JSONKind { entry(node).kind }

    /// The number of members or elements; 0 for any other value.
    @inline(__always) package func count(_ node: JSONNode) -> Int { entry(node).count }

    /// Whether a string's bytes differ from its text.
    @inline(__always) package func hasEscapes(_ node: JSONNode) -> Bool { entry(node).isEscaped }

    /// The place of a value in the input; of a string without its quotes.
    @inline(__always) package func range(of node: JSONNode) -> Range<Int> { entry(node).start..<entry(node).end }

    /// The members of an object in the order sent; none of any other value.
    @inline(__always) package func members(_ object: JSONNode) -> JSONMembers<Self> { JSONMembers(self, of: object) }

    /// The elements of an array in order; none of any other value.
    @inline(__always) package func elements(_ array: JSONNode) -> JSONElements<Self> { JSONElements(self, of: array) }

    /// Compares a string with UTF-8 text, byte by byte: no Unicode normalisation. Escapes are decoded first.
    @inline(__always) package func key(_ node: JSONNode, equals text: UnsafeBufferPointer<UInt8>) -> Bool {
        let entry = entry(node)
        return withInput { input in
            if entry.isEscaped { return input.withDecodedText(of: entry) { $0.hasSameBytes(as: text) } }
            return input.text(of: entry).hasSameBytes(as: text)
        }
    }

    @inline(__always) package func key(_ node: JSONNode, equals text: [UInt8]) -> Bool {
        text.withUnsafeBufferPointer { key(node, equals: $0) }
    }

    /// Finds a member by walking the object; the last if a key may be there twice. Nil if the node is no object.
    @inline(__always) package func member(_ text: UnsafeBufferPointer<UInt8>, of object: JSONNode) -> JSONNode? {
        var found: JSONNode?
        for (key, value) in members(object) where self.key(key, equals: text) { found = value }
        return found
    }

    package func member(_ text: String, of object: JSONNode) -> JSONNode? {
        var text = text
        return text.withUTF8 { member($0, of: object) }
    }

    /// A string's or a key's text with its escapes decoded; of any other value the text as sent.
    package func string(_ node: JSONNode) -> String {
        let entry = entry(node)
        return withInput { input in
            let text = input.text(of: entry)
            if entry.isEscaped { return String(unsafeUninitializedCapacity: text.count) { text.decodeEscapes(into: $0) } }
            return String(valid: text)
        }
    }

    /// A number as sent, or nil if the node is none.
    package func numberText(_ node: JSONNode) -> String? { kind(node) == .number ? string(node) : nil }

    /// Builds the tree below a node; for a document that is only mapped this is never needed.
    package func value(_ node: JSONNode) -> JSONValue {
        switch kind(node) {
        case .null: .null
        case .true: .bool(true)
        case .false: .bool(false)
        case .number: .number(string(node))
        case .string: .string(string(node))
        case .array: .array(elements(node).map(value))
        case .object: .object(JSONObject(members(node).map { (string($0), value($1)) }))
        }
    }
}

package struct JSONMembers<Source: JSONReading>: Sequence, IteratorProtocol {
    private let source: Source
    private var index: Int
    private let end: Int

    @inline(__always) init(_ source: Source, of object: JSONNode) {
        let entry = source.entry(object)
        self.source = source
        index = object.index &+ 1
        end = entry.kind == .object ? entry.next : index
    }

    @inline(__always) package mutating func next() -> (key: JSONNode, value: JSONNode)? {
        guard index < end else { return nil }
        let value = JSONNode(index: index &+ 1)
        defer { index = source.entry(value).next }
        return (JSONNode(index: index), value)
    }
}

package struct JSONElements<Source: JSONReading>: Sequence, IteratorProtocol {
    private let source: Source
    private var index: Int
    private let end: Int

    @inline(__always) init(_ source: Source, of array: JSONNode) {
        let entry = source.entry(array)
        self.source = source
        index = array.index &+ 1
        end = entry.kind == .array ? entry.next : index
    }

    @inline(__always) package mutating func next() -> JSONNode? {
        guard index < end else { return nil }
        defer { index = source.entry(JSONNode(index: index)).next }
        return JSONNode(index: index)
    }
}
