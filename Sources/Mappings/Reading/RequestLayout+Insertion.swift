extension RequestLayout {
    /// The list of items that a path leads through.
    struct ItemStep {
        /// The place of the step among those of the path.
        var step: Int
        /// Of `itemLists`.
        var list: Int
        /// What the names of an object's members are for.
        var key: Content?
    }

    /// False if the place is taken.
    mutating func insert(_ content: Content, at path: WirePath, items: ItemStep? = nil, batch: Int? = nil) -> Bool {
        let leaf = path.parameter.map { Content.parameter($0, content) } ?? content
        let insertion = Insertion(steps: path.steps, leaf: leaf, items: items, batch: batch)
        return insertion.insert(0, below: "", into: &root)
    }

    private struct Insertion {
        let steps: [WirePath.Step]
        let leaf: Content
        let items: ItemStep?
        /// The place of the step into the list of conversions.
        let batch: Int?

        func insert(_ index: Int, below prefix: String, into content: inout Content) -> Bool {
            guard index < steps.count else { return content.add(leaf) }
            switch steps[index] {
            case .member(let name):
                guard case .object(var members) = content.opened(as: .object([])) else { return false }
                let position = members.place(of: name, prefix: "\(prefix)\(name).", key: Array(name.utf8))
                guard insert(index + 1, below: members[position].prefix, into: &members[position].content) else { return false }
                content = .object(members)
            case .numbered(let before, let first, let after):
                guard case .object(var members) = content.opened(as: .object([])) else { return false }
                let name = steps[index].text
                // No key of a text in UTF-8 has this byte.
                let position = members.place(of: name, prefix: "\(prefix)\(name).", key: [0xFF])
                let kind = List.Kind.numbered(prefix: before, first: first, suffix: after)
                guard insertEach(index, kind, below: "\(prefix)\(name).", into: &members[position].content) else { return false }
                content = .object(members)
            case .each: return insertEach(index, .elements, below: "\(prefix.dropLast())[].", into: &content)
            case .eachMember:
                let isItem = items?.step == index
                let below = "\(prefix.dropLast())\(steps[index].text)."
                return insertEach(index, .members(key: isItem ? items?.key : nil), below: below, into: &content)
            case .position, .filter: return insertElement(index, below: "\(prefix.dropLast())\(steps[index].text).", into: &content)
            }
            return true
        }

        private func insertEach(_ index: Int, _ kind: List.Kind, below prefix: String, into content: inout Content) -> Bool {
            guard case .list(var list) = content.opened(as: .list(List(kind: kind))), list.kind.isSame(as: kind) else { return false }
            var each = list.each ?? Member(name: "", prefix: prefix, key: [], content: .nothing)
            guard insert(index + 1, below: prefix, into: &each.content) else { return false }
            list.each = each
            if let items, items.step == index {
                list.items = items.list
                if let key = items.key { list.kind = .members(key: key) }
            }
            content = .list(list)
            return true
        }

        private func insertElement(_ index: Int, below prefix: String, into content: inout Content) -> Bool {
            guard case .list(var list) = content.opened(as: .list(List(kind: .elements))), case .elements = list.kind else { return false }
            if batch == index { list.isBatch = true }
            let member = Member(name: "", prefix: prefix, key: [], content: .nothing)
            switch steps[index] {
            case .position(let position):
                let place = list.positions.firstIndex { $0.position == position } ?? list.positions.count
                if place == list.positions.count { list.positions.append((position, member)) }
                guard insert(index + 1, below: prefix, into: &list.positions[place].member.content) else { return false }
            case .filter(let key, let text):
                let (key, text) = (Array(key.utf8), Array(text.utf8))
                let place = list.filters.firstIndex { $0.key == key && $0.text == text } ?? list.filters.count
                if place == list.filters.count {
                    list.filters.append(Filter(key: key, text: text, member: member))
                    let name = String(decoding: key, as: UTF8.self)
                    list.filters[place].member.content = .object([
                        Member(name: name, prefix: "\(prefix)\(name).", key: key, content: .nothing)
                    ])
                }
                guard list.filters.count <= 64 else { return false }
                guard insert(index + 1, below: prefix, into: &list.filters[place].member.content) else { return false }
            default: return false
            }
            content = .list(list)
            return true
        }
    }
}

extension RequestLayout.Content {
    /// The same, or what is to be put in the place of nothing.
    fileprivate func opened(as empty: Self) -> Self {
        switch self {
        case .nothing: empty
        case .object(let members): members.isEmpty ? empty : self
        default: self
        }
    }

    /// Adds a value's place; false if the same was there already.
    fileprivate mutating func add(_ leaf: Self) -> Bool {
        switch (self, leaf) {
        case (.nothing, _): self = leaf
        case (.object, _), (.list, _): return false
        case (.several(let known), .parameter(let name, _)):
            guard !known.contains(where: { $0.isParameter(name) }) else { return false }
            self = .several(known + [leaf])
        case (.several(let known), _):
            guard known.allSatisfy({ $0.isParameter(nil) }) else { return false }
            self = .several(known + [leaf])
        case (.parameter(let one, _), .parameter(let other, _)) where one == other: return false
        case (.parameter, _), (_, .parameter): self = .several([self, leaf])
        default: return false
        }
        return true
    }

    private func isParameter(_ wanted: String?) -> Bool {
        if case .parameter(let name, _) = self { wanted == nil || wanted == name } else { false }
    }

    var completed: Self {
        switch self {
        case .object(let members):
            return .object(
                members.map { member in
                    var member = member
                    member.content = member.content.completed
                    member.table = member.content.table
                    return member
                })
        case .list(var list):
            if var each = list.each {
                each.content = each.content.completed
                each.table = each.content.table
                list.each = each
            }
            for index in list.positions.indices {
                let own = list.positions[index].member.content.completed
                list.positions[index].member.content = list.each.map { own.merged(with: $0.content) } ?? own
                list.positions[index].member.table = list.positions[index].member.content.table
            }
            for index in list.filters.indices {
                let own = list.filters[index].member.content.completed
                list.filters[index].member.content = list.each.map { own.merged(with: $0.content) } ?? own
                list.filters[index].member.table = list.filters[index].member.content.table
            }
            return .list(list)
        default: return self
        }
    }

    var table: MemberTable? {
        if case .object(let members) = self { MemberTable(members) } else { nil }
    }

    private func merged(with other: Self) -> Self {
        switch (self, other) {
        case (.nothing, _): return other
        case (_, .nothing): return self
        case (.object(var members), .object(let others)):
            for other in others {
                if let index = members.firstIndex(where: { $0.name == other.name }) {
                    members[index].content = members[index].content.merged(with: other.content)
                } else {
                    members.append(other)
                }
            }
            return .object(members)
        case (.list(var list), .list(let other)):
            if let each = other.each {
                list.each =
                    list.each.map { own in
                        var own = own
                        own.content = own.content.merged(with: each.content)
                        return own
                    } ?? each
                list.items = list.items ?? other.items
            }
            list.positions += other.positions.filter { known in !list.positions.contains { $0.position == known.position } }
            list.filters += other.filters.filter { known in !list.filters.contains { $0.key == known.key && $0.text == known.text } }
            return .list(list)
        case (.object, _), (.list, _): return self
        default: return .several([self, other])
        }
    }
}

extension [RequestLayout.Member] {
    /// The place of a member, which is added if it is new.
    fileprivate mutating func place(of name: String, prefix: String, key: [UInt8]) -> Int {
        if let index = firstIndex(where: { $0.name == name }) { return index }
        append(RequestLayout.Member(name: name, prefix: prefix, key: key, content: .nothing))
        return count - 1
    }
}

extension RequestLayout.List.Kind {
    fileprivate func isSame(as other: Self) -> Bool {
        switch (self, other) {
        case (.elements, .elements), (.members, .members), (.numbered, .numbered): true
        default: false
        }
    }
}
