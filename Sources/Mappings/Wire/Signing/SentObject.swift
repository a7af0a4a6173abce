/// The members of a JSON object as their sender wrote them, without the signature's.
struct SentObject {
    /// How a text of these members is put together.
    struct Style {
        /// Whether members are in the order of their keys, in objects within too, or in the order sent.
        var isSorted = false
        var layout = Layout.compact
        /// Nil leaves texts as they were sent.
        var spelling: JSONSpelling?
        /// Whether objects and lists within stay as they were sent.
        var keepsInner = false
    }

    enum Layout: Equatable {
        /// `,` and `:` separate.
        case compact
        /// `, ` and `: ` separate, as Python writes them.
        case spaced
        /// One member or element in a line, with so much before it for each level.
        case indented(String)
    }

    /// As it came.
    private let bytes: [UInt8]
    private let document: JSONDocument
    private let members: [(key: JSONNode, value: JSONNode)]
    /// The signature's place among all members; nil if it is elsewhere.
    private let position: Int?
    /// How often the signature is there.
    let signatures: Int
    /// Whether a list or another object is in it.
    let isNested: Bool

    /// Nil if the body is no JSON object.
    init?(_ body: [UInt8], without names: [String]) {
        guard let document = try? JSONDocument(placesOf: body), document.kind(document.root) == .object else { return nil }
        self.init(body, document, without: names)
    }

    /// What of parameters stands in JSON as a number.
    enum Numbers: CaseIterable {
        case none
        case integers
        case all
    }

    /// Parameters as an object of texts, or of numbers too.
    init?(_ pairs: [(name: String, value: String)], numbers: Numbers = .none) {
        var json = JSONWriter()
        json.write(
            .object(JSONObject(pairs.map { ($0.name, $0.value.isJSONNumber(among: numbers) ? .number($0.value) : .string($0.value)) })))
        guard let document = try? JSONDocument(parsing: json.bytes, rejectingDuplicateKeys: false) else { return nil }
        self.init(document.bytes, document, without: [])
    }

    /// - Parameter document: its places are those of `bytes`.
    private init(_ bytes: [UInt8], _ document: JSONDocument, without names: [String]) {
        let names = names.map { Array($0.utf8) }
        var members: [(key: JSONNode, value: JSONNode)] = []
        var (position, signatures, isNested): (Int?, Int, Bool) = (nil, 0, false)
        for (key, value) in document.members(document.root) {
            if names.contains(where: { document.key(key, equals: $0) }) {
                (position, signatures) = (members.count, signatures + 1)
            } else {
                members.append((key, value))
                if document.kind(value) == .object || document.kind(value) == .array { isNested = true }
            }
        }
        self.bytes = bytes
        self.document = document
        self.members = members
        self.position = position
        self.signatures = signatures
        self.isNested = isNested
    }

    var isEmpty: Bool { members.isEmpty }

    func isSame(as other: SentObject) -> Bool { bytes == other.bytes }

    /// Whether the document's texts are the sender's own. If characters of it were put right, its texts are of other bytes than were sent, and a
    /// signature of them would prove nothing.
    var isExact: Bool { document.bytes == bytes }

    /// What serialisers could write in several ways.
    var freeCharacters: FreeCharacters { FreeCharacters(of: document.bytes) }

    /// The members' texts as a parameter string has them, in the order sent.
    var pairs: [(name: String, value: String)] {
        members.map { (document.string($0.key), document.value($0.value).parameterText) }
    }
}

// MARK: The body as sent

extension SentObject {
    /// The body without the signature, cut out as senders put it in: with the comma before it, or the comma behind it.
    var cuts: [[UInt8]] {
        guard let position, signatures == 1, !members.isEmpty else { return [] }
        var cuts: [[UInt8]] = []
        let own = signatureRange(at: position)
        if position < members.count {
            cuts.append(cut(own.lowerBound..<(document.range(of: members[position].key).lowerBound - 1)))
        }
        if position > 0 {
            let end = quoted(members[position - 1].value).upperBound
            cuts.append(cut(end..<own.upperBound))
            if let comma = bytes[end..<own.lowerBound].firstIndex(of: UInt8(ascii: ",")), comma > end {
                cuts.append(cut(comma..<own.upperBound))
            }
        }
        return cuts
    }

    private func cut(_ range: Range<Int>) -> [UInt8] { Array(bytes[..<range.lowerBound] + bytes[range.upperBound...]) }

    /// From the key's first quote to the value's end.
    private func signatureRange(at position: Int) -> Range<Int> {
        var index = 0
        for (key, value) in document.members(document.root) {
            if index == position { return (document.range(of: key).lowerBound - 1)..<quoted(value).upperBound }
            index += 1
        }
        return 0..<0
    }

    private func quoted(_ node: JSONNode) -> Range<Int> {
        let range = document.range(of: node)
        return document.kind(node) == .string ? range.lowerBound - 1..<range.upperBound + 1 : range
    }
}

// MARK: Put together

extension SentObject {
    func text(_ style: Style) -> [UInt8] {
        document.withUnsafeView { view in
            var writer = SentWriter(view: view, style: style)
            writer.object(members)
            return writer.bytes
        }
    }
}

/// Puts a text together from a document's own bytes.
private struct SentWriter {
    let view: JSONView
    let style: SentObject.Style
    var bytes: [UInt8] = []
    private var depth = 0

    init(view: JSONView, style: SentObject.Style) {
        self.view = view
        self.style = style
        var capacity = view.input.count + 16
        if case .indented(let indent) = style.layout { capacity += view.input.count / 4 + 16 * indent.utf8.count }
        bytes.reserveCapacity(capacity)
    }

    mutating func object(_ members: [(key: JSONNode, value: JSONNode)]) {
        bytes.append(UInt8(ascii: "{"))
        depth += 1
        var isFirst = true
        for (key, value) in style.isSorted ? sorted(members) : members {
            begin(isFirst: isFirst)
            isFirst = false
            write(key)
            bytes.append(UInt8(ascii: ":"))
            if style.layout != .compact { bytes.append(UInt8(ascii: " ")) }
            write(value)
        }
        end(UInt8(ascii: "}"), isEmpty: isFirst)
    }

    private mutating func begin(isFirst: Bool) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        switch style.layout {
        case .compact: break
        case .spaced: if !isFirst { bytes.append(UInt8(ascii: " ")) }
        case .indented: startLine()
        }
    }

    private mutating func end(_ bracket: UInt8, isEmpty: Bool) {
        depth -= 1
        if !isEmpty, case .indented = style.layout { startLine() }
        bytes.append(bracket)
    }

    private mutating func startLine() {
        guard case .indented(let indent) = style.layout else { return }
        bytes.append(UInt8(ascii: "\n"))
        for _ in 0..<depth { bytes += indent.utf8 }
    }

    private mutating func write(_ node: JSONNode) {
        switch view.kind(node) {
        case .string:
            guard let spelling = style.spelling else { return bytes.append(contentsOf: view.encodedBytes(of: node)) }
            spelling.append(view.string(node), to: &bytes)
        case .object where !style.keepsInner: object(Array(view.members(node)))
        case .array where !style.keepsInner:
            bytes.append(UInt8(ascii: "["))
            depth += 1
            var isFirst = true
            for element in view.elements(node) {
                begin(isFirst: isFirst)
                isFirst = false
                write(element)
            }
            end(UInt8(ascii: "]"), isEmpty: isFirst)
        default: bytes.append(contentsOf: view.encodedBytes(of: node))
        }
    }

    /// By code point of the keys, as `JSONObject.sortedByKey`.
    private func sorted(_ members: [(key: JSONNode, value: JSONNode)]) -> [(key: JSONNode, value: JSONNode)] {
        if members.contains(where: { view.hasEscapes($0.key) }) {
            return members.map { (Array(view.string($0.key).utf8), $0) }.sorted { $0.0.lexicographicallyPrecedes($1.0) }.map(\.1)
        }
        return members.sorted { view.bytes(of: $0.key).precedes(view.bytes(of: $1.key)) }
    }
}

extension UnsafeBufferPointer<UInt8> {
    fileprivate func precedes(_ other: UnsafeBufferPointer<UInt8>) -> Bool {
        let shared = Swift.min(count, other.count)
        var index = 0
        while index < shared, self[index] == other[index] { index += 1 }
        return index < shared ? self[index] < other[index] : count < other.count
    }
}

extension String {
    /// Whether it is a number as JSON writes them.
    fileprivate func isJSONNumber(among numbers: SentObject.Numbers) -> Bool {
        guard numbers != .none, numbers == .all || utf8.allSatisfy({ (0x30...0x39).contains($0) }), let first = utf8.first,
            first == UInt8(ascii: "-") || (0x30...0x39).contains(first), utf8.count <= 40
        else { return false }
        guard let document = try? JSONDocument(parsing: Array(utf8)), document.kind(document.root) == .number else { return false }
        return document.string(document.root) == self
    }
}
