/// The fields that a mapping writes as parameters or headers, in the order in which they are written.
struct ParameterShape: Sendable {
    private let parameters: [Parameter]
    private let isSorted: Bool

    private enum Parameter: Sendable {
        case one(name: String, index: Int)
        /// Parameters of each item, item by item.
        case items([ItemParameter])

        var name: String {
            switch self {
            case .one(let name, _): name
            case .items(let fields): fields.first?.name.before ?? ""
            }
        }
    }

    private struct ItemParameter: Sendable {
        /// What is before and behind the number.
        var name: (before: String, number: ListName?, after: String)
        var index: Int
    }

    init(_ fields: [BodyShape.Field], isSorted: Bool) {
        let items = fields.filter { $0.items != nil }.map { ItemParameter(name: Self.parts(of: $0.name), index: $0.index) }
        var parameters: [Parameter] = []
        for field in fields {
            if field.items == nil {
                parameters.append(.one(name: field.name, index: field.index))
            } else if field.index == items.first?.index {
                parameters.append(.items(items))
            }
        }
        self.isSorted = isSorted && !items.isEmpty
        self.parameters = isSorted ? parameters.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } : parameters
    }

    var isEmpty: Bool { parameters.isEmpty }

    /// A list of plain values has the same name each time, `ids[]`; any other name has the item's number in it.
    private static func parts(of name: String) -> (before: String, number: ListName?, after: String) {
        guard let list = ListName(in: name[...]) else { return (name, nil, "") }
        let after = String(name[list.range.upperBound...])
        if after.isEmpty, name[list.range] == "[]" { return (name, nil, "") }
        return (String(name[..<list.range.lowerBound]), list, after)
    }

    /// Objects and lists have no text, so they are left out, but for a list that the name says is one, `ids[]`.
    func pairs(_ wires: WireList, _ rows: [WireList] = []) -> [(name: String, value: String)] {
        var pairs: [(name: String, value: String)] = []
        for parameter in parameters {
            switch parameter {
            case .one(let name, let index):
                if let text = wires[index].parameter {
                    pairs.append((name, text))
                } else if case .tree(.array(let values)) = wires[index], name.hasSuffix("[]") {
                    pairs += values.compactMap { WireValue($0).parameter }.map { (name, $0) }
                }
            case .items(let fields):
                for (number, row) in rows.enumerated() {
                    for field in fields {
                        guard let text = row[field.index].parameter else { continue }
                        let (before, list, after) = field.name
                        pairs.append((before + (list?.text(at: number) ?? "") + after, text))
                    }
                }
            }
        }
        if isSorted { pairs.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) } }
        return pairs
    }
}

extension WireValue {
    fileprivate var parameter: String? {
        switch self {
        case .absent, .null, .blank, .tree: nil
        case .bool(let flag): flag ? "true" : "false"
        case .string(let text), .number(let text): text
        }
    }
}
