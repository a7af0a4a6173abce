extension ParsedRequest {
    /// Puts a parameter that stands for a member of an object or of an item into its slot; false if the mapping has no such member.
    ///
    /// - Parameter names: those of the members, a list's element by its place or by what the sender calls it.
    mutating func takeMember(
        _ names: ArraySlice<String>, _ wire: WireValue, at content: RequestLayout.Content, row: Int, by layout: RequestLayout
    ) -> Bool {
        switch content {
        case .object(let members):
            guard let name = names.first, let member = members.first(where: { $0.name == name }) else { return false }
            return takeMember(names.dropFirst(), wire, at: member.content, row: row, by: layout)
        case .list(let list):
            guard let name = names.first, let (content, isEach) = list.content(of: name) else { return false }
            // Nothing is begun for a name that leads nowhere.
            guard content.leads(along: names.dropFirst()) else { return false }
            var row = row
            if list.items != nil { row = item(named: name, by: layout) }
            guard case .members(let key?) = list.kind, isEach else {
                return takeMember(names.dropFirst(), wire, at: content, row: row, by: layout)
            }
            put(.string(name), at: key, row: row, by: layout)
            return takeMember(names.dropFirst(), wire, at: content, row: row, by: layout)
        case .nothing, .secret: return false
        default:
            guard names.isEmpty, !holds(content, row: row) else { return false }
            put(wire, at: content, row: row, by: layout)
            return true
        }
    }

    /// Puts a parameter such as `ITEM3` into the third item.
    mutating func takeNumbered(_ name: String, _ wire: WireValue, by layout: RequestLayout) -> Bool {
        for member in layout.members {
            guard case .list(let list) = member.content, let number = list.number(in: name), let each = list.each else { continue }
            let row = list.items == nil ? 0 : item(numbered: number, by: layout)
            guard !holds(each.content, row: row) else { return false }
            put(wire, at: each.content, row: row, by: layout)
            return true
        }
        return false
    }

    /// Puts one of several parameters of the same name, `ids[]` or `ids`, into the list that they are.
    mutating func takeElement(_ name: String, _ value: String, by layout: RequestLayout) -> Bool {
        let bare = name.hasSuffix("[]") ? String(name.dropLast(2)) : name
        guard var content = layout.members.first(where: { $0.name == bare })?.content else { return false }
        guard case .list(let list) = content, let each = list.each, case .elements = list.kind, each.content.isValue else { return false }
        content = each.content
        var row = 0
        if let items = list.items {
            row = beginItem(at: listCounts.isEmpty ? itemPositions.count : listCounts[items], of: items, by: layout)
            itemCount += 1
        }
        put(value.isBlank ? .blank : .string(value), at: content, row: row, by: layout)
        return true
    }
}

extension RequestLayout {
    /// Parameters have the names of fields at the top of a body.
    func content(ofParameter name: String) -> Content? {
        if let parameter = parameters.first(where: { $0.name == name && $0.place == .query }) { return parameter.content }
        guard case .object(let members) = root else { return nil }
        for member in members where member.name == name && member.content.isValue { return member.content }
        return nil
    }
}

extension RequestLayout.Content {
    /// Whether it is a value's place, and neither an object's nor a secret's.
    var isValue: Bool {
        switch self {
        case .slot, .part, .gathered, .gatheredPart, .parameter, .split, .composed, .several: true
        case .nothing, .object, .list, .secret: false
        }
    }

    fileprivate func leads(along names: ArraySlice<String>) -> Bool {
        switch self {
        case .object(let members):
            guard let name = names.first, let member = members.first(where: { $0.name == name }) else { return false }
            return member.content.leads(along: names.dropFirst())
        case .list(let list):
            guard let name = names.first, let (content, _) = list.content(of: name) else { return false }
            return content.leads(along: names.dropFirst())
        case .nothing, .secret: return false
        default: return names.isEmpty
        }
    }
}

extension RequestLayout.List {
    /// What the element holds that a parameter calls so.
    fileprivate func content(of name: String) -> (content: RequestLayout.Content, isEach: Bool)? {
        if let position = Int(name), let known = positions.first(where: { $0.position == position }) {
            return (known.member.content, false)
        }
        return each.map { ($0.content, true) }
    }
}

extension String {
    /// `customer.email`, `customer[email]` and `items[0][price]` as the names of members, as PHP writes and reads them; nil for a plain name.
    var memberNames: [String]? {
        guard utf8.contains(where: { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: ".") }) else { return nil }
        return split { $0 == "." || $0 == "[" || $0 == "]" }.map(String.init)
    }
}
