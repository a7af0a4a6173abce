import Mappings

extension Conversion {
    /// The same with each text in these fields, and in every item, put through `change`: the one walk for all that hides something.
    func changingTexts(in fields: some Sequence<Field>, _ change: (String) -> String) -> Conversion {
        var changed = self
        func apply(to value: Value) -> Value { if case .text(let text) = value { .text(change(text)) } else { value } }
        for field in fields { changed[field] = apply(to: self[field]) }
        for index in items.indices {
            for part in items[index].parts { changed.items[index][part] = apply(to: items[index][part]) }
        }
        return changed
    }
}
