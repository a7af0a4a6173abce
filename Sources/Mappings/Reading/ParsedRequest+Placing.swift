extension ParsedRequest {
    /// Puts a value into the slots that its place in the layout names.
    ///
    /// - Parameter row: the first slot of the item that the value belongs to.
    mutating func put(_ wire: WireValue, at content: RequestLayout.Content, row: Int, by layout: RequestLayout) {
        switch content {
        case .slot(let slot): slots[slot] = self.slot(of: wire)
        case .part(let slot): itemSlots[row + slot] = self.slot(of: wire)
        case .gathered(let slot): slots[slot] = add(wire, to: slots[slot])
        case .gatheredPart(let slot): itemSlots[row + slot] = add(wire, to: itemSlots[row + slot])
        case .parameter(let name, let inner):
            guard let text = wire.text, let value = text.queryParameter(name) else { return }
            put(value.isBlank ? .blank : .string(value), at: inner, row: row, by: layout)
        case .split(let split): self.split(wire, split, row: row, by: layout)
        case .composed(let composed): takeApart(wire, composed, row: row, by: layout)
        case .several(let contents): for content in contents { put(wire, at: content, row: row, by: layout) }
        case .nothing, .object, .list, .secret: return
        }
    }

    /// Whether a place has got a value already; it is asked before a second one is put there.
    func holds(_ content: RequestLayout.Content, row: Int) -> Bool {
        switch content {
        case .slot(let slot): !slots[slot].isAbsent
        case .part(let slot): !itemSlots[row + slot].isAbsent
        case .parameter(_, let inner): holds(inner, row: row)
        case .several(let contents): contents.contains { holds($0, row: row) }
        case .nothing, .object, .list, .secret, .gathered, .gatheredPart, .split, .composed: false
        }
    }

    /// A text of several items' values. An empty one between two separators is the item's that has none.
    private mutating func split(_ wire: WireValue, _ split: RequestLayout.Split, row: Int, by layout: RequestLayout) {
        guard !wire.isAbsent else { return }
        if split.separator.isEmpty {
            let row = item(numbered: 0, by: layout)
            return put(wire, at: split.content, row: row, by: layout)
        }
        guard let text = wire.text else {
            let name = layout.itemLists[split.items]
            return failures.append(Failure(.invalid, field: name, "\(name) must be a text, found \(wire.quoted)"))
        }
        let parts = text.parts(between: split.separator)
        itemCount += parts.count
        guard itemCount <= RequestLimits.items else { return }
        for (position, part) in parts.enumerated() {
            let row = beginItem(at: position, of: split.items, by: layout)
            put(part.isBlank ? .blank : .string(part), at: split.content, row: row, by: layout)
        }
    }

    private mutating func takeApart(_ wire: WireValue, _ composed: RequestLayout.Composed, row: Int, by layout: RequestLayout) {
        guard !wire.isAbsent else { return }
        guard let text = wire.text, let values = composed.values(of: text) else {
            guard failures.count < Refusal.limit else { return }
            let sentence = "\(composed.name) \(wire.quoted) does not have the form \(composed.form)"
            return failures.append(Failure(.invalid, field: composed.name, sentence))
        }
        for (content, value) in values { put(value.isBlank ? .blank : .string(value), at: content, row: row, by: layout) }
    }
}

extension RequestLayout.Composed {
    /// The values between the fixed texts; each ends at the first place where what follows it begins, and the last one at the end.
    func values(of text: String) -> [(RequestLayout.Content, String)]? {
        var rest = text[...]
        var values: [(RequestLayout.Content, String)] = []
        var open: RequestLayout.Content?
        for piece in pieces {
            switch piece {
            case .value(let content): open = content
            case .literal(let literal):
                guard let content = open else {
                    guard rest.hasPrefix(literal) else { return nil }
                    rest = rest.dropFirst(literal.count)
                    continue
                }
                guard let range = rest.firstRange(of: literal) else { return nil }
                values.append((content, String(rest[..<range.lowerBound])))
                rest = rest[range.upperBound...]
                open = nil
            }
        }
        guard let content = open else { return rest.isEmpty ? values : nil }
        return values + [(content, String(rest))]
    }
}
