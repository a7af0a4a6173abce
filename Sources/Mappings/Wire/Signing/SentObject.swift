/// The members of a JSON object as their sender wrote them, without the signature's.
struct SentObject {
    /// How a text of these members is put together.
    struct Style {
        /// Whether members are in the order of their keys, in objects within too, or in the order sent.
        var isSorted = false
        /// Whether `, ` and `: ` separate, as Python writes them, or `,` and `:`.
        var isSpaced = false
        var spelling = JSONSpelling.sent
        /// Whether objects and lists within stay as they were sent.
        var keepsInner = false
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

    /// Parameters as an object of texts.
    init?(_ pairs: [(name: String, value: String)]) {
        var json = JSONWriter()
        json.write(.object(JSONObject(pairs.map { ($0.name, .string($0.value)) })))
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

    /// Whether the document's texts are the sender's own. If characters of it were put right, its texts are of other bytes than were sent, and a
    /// signature of them would prove nothing.
    var isExact: Bool { document.bytes == bytes }

    /// Whether serialisers could write its texts in several ways.
    var isSpelledFreely: Bool {
        document.bytes.contains { $0 >= 0x80 || JSONSpelling.isFree($0) }
    }

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

    init(view: JSONView, style: SentObject.Style) {
        self.view = view
        self.style = style
        bytes.reserveCapacity(view.input.count + 16)
    }

    mutating func object(_ members: [(key: JSONNode, value: JSONNode)]) {
        bytes.append(UInt8(ascii: "{"))
        var isFirst = true
        for (key, value) in style.isSorted ? sorted(members) : members {
            if !isFirst { separate(UInt8(ascii: ",")) }
            isFirst = false
            write(key)
            separate(UInt8(ascii: ":"))
            write(value)
        }
        bytes.append(UInt8(ascii: "}"))
    }

    private mutating func separate(_ sign: UInt8) {
        bytes.append(sign)
        if style.isSpaced { bytes.append(UInt8(ascii: " ")) }
    }

    private mutating func write(_ node: JSONNode) {
        switch view.kind(node) {
        case .string where style.spelling != .sent: style.spelling.append(view.string(node), to: &bytes)
        case .object where !style.keepsInner: object(Array(view.members(node)))
        case .array where !style.keepsInner:
            bytes.append(UInt8(ascii: "["))
            var isFirst = true
            for element in view.elements(node) {
                if !isFirst { separate(UInt8(ascii: ",")) }
                isFirst = false
                write(element)
            }
            bytes.append(UInt8(ascii: "]"))
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
