/// Where a document is being read: in which item, and at which places of the lists that lead there. Costs no memory of its own.
struct RequestPlace {
    /// The first slot of the item.
    var row = -1
    private(set) var depth = 0
    private var places = (0, 0, 0)

    mutating func enter(_ position: Int) {
        switch depth {
        case 0: places.0 = position
        case 1: places.1 = position
        default: places.2 = position
        }
        depth += 1
    }

    /// `items[].sku` as `items[2].sku`, `ITEM{1..}` as `ITEM3`.
    func filling(_ pattern: Substring) -> String {
        guard depth > 0 else { return String(pattern) }
        var text = ""
        var rest = pattern
        var next = 0
        while next < depth, let list = ListName(in: rest) {
            text += rest[..<list.range.lowerBound] + list.text(at: next == 0 ? places.0 : next == 1 ? places.1 : places.2)
            rest = rest[list.range.upperBound...]
            next += 1
        }
        return text + rest
    }
}

/// The part of a name that stands for several: `[]`, `{}`, `{sku}`, `{1..}`.
struct ListName {
    var range: Range<Substring.Index>
    /// Of a name that is numbered.
    private var first: Int?

    init?(in text: Substring) {
        guard let open = text.indices.first(where: { Self.length(at: $0, in: text) != nil }), let length = Self.length(at: open, in: text)
        else { return nil }
        range = open..<text.index(open, offsetBy: length)
        let inner = text[range].dropFirst().dropLast()
        first = inner.hasSuffix("..") ? Int(inner.dropLast(2)) : nil
    }

    private static func length(at index: Substring.Index, in text: Substring) -> Int? {
        let rest = text[index...]
        if rest.hasPrefix("[]") { return 2 }
        guard rest.hasPrefix("{"), let close = rest.firstIndex(of: "}") else { return nil }
        return rest.distance(from: index, to: close) + 1
    }

    func text(at position: Int) -> String { first.map { String($0 + position) } ?? "[\(position)]" }
}
