/// What sentences call one item's field: `items[].price` is `items[2].price`, `ITEM{1..}` is `ITEM3`, and a text of all items `skus[2]`.
struct ItemName: Sendable {
    private let before: String
    private let list: ListName?
    private let after: String

    /// - Parameter name: as the file has it.
    init(_ name: String, lists: Int = 1) {
        var rest = name[...]
        var list = ListName(in: rest)
        for _ in 1..<max(lists, 1) {
            guard let inner = list, let next = ListName(in: rest[inner.range.upperBound...]) else { break }
            (rest, list) = (rest[inner.range.upperBound...], next)
        }
        self.list = list
        before = String(name[..<(list?.range.lowerBound ?? name.endIndex)])
        after = list.map { String(name[$0.range.upperBound...]) } ?? ""
    }

    init(of field: FieldPlan) {
        guard case .list(let step)? = field.items else {
            self.init(field.name)
            return
        }
        self.init(field.name, lists: field.path.lists.filter { $0 <= step }.count)
    }

    func text(at position: Int) -> String { before + (list?.text(at: position) ?? "[\(position)]") + after }
}
