extension JSONBodyFormat {
    func walkList(
        _ view: JSONView, _ node: JSONNode, _ list: RequestLayout.List, _ member: RequestLayout.Member, _ layout: RequestLayout,
        at place: RequestPlace, into parsed: inout ParsedRequest
    ) {
        switch (list.kind, view.kind(node)) {
        case (.members, .object): walkMembers(view, node, list, member, layout, at: place, into: &parsed)
        case (.members, _): parsed.expect("an object", at: place.filling(member.path), found: view.oddity(node))
        case (_, .array): walkElements(view, view.elements(node), view.count(node), list, member, layout, at: place, into: &parsed)
        default: walkOddList(view, node, list, member, layout, at: place, into: &parsed)
        }
    }

    /// A list of objects that are all alike, and all there.
    func walkLines(
        _ view: JSONView, _ node: JSONNode, _ lines: MemberTable.Child, _ layout: RequestLayout, at place: RequestPlace,
        into parsed: inout ParsedRequest
    ) {
        let elements = view.elements(node)
        guard elements.allSatisfy({ view.kind($0) == .object && !view.saysNothing($0) }),
            parsed.itemCount + view.count(node) <= RequestLimits.items
        else {
            return take(view, node, lines.member, layout, at: place, into: &parsed)
        }
        let count = view.count(node)
        parsed.itemCount += count
        if lines.items != nil, parsed.itemSlots.isEmpty { parsed.itemPositions.reserveCapacity(min(count, 64)) }
        var position = 0
        for element in elements {
            var here = place
            here.enter(position)
            if let items = lines.items {
                here.row = parsed.beginItem(at: place.depth == 0 ? position : parsed.itemPositions.count, of: items, by: layout)
            }
            walk(view, element, lines.table, layout, below: lines.prefix, at: here, into: &parsed)
            position &+= 1
        }
    }

    private func walkElements(
        _ view: JSONView, _ elements: some Sequence<JSONNode>, _ count: Int, _ list: RequestLayout.List, _ member: RequestLayout.Member,
        _ layout: RequestLayout, at place: RequestPlace, into parsed: inout ParsedRequest
    ) {
        if list.isBatch, count != 1 {
            return parsed.refuse(at: place.filling(member.path), "has \(count) conversions; send one in each request")
        }
        parsed.itemCount += count
        guard parsed.itemCount <= RequestLimits.items else { return }
        if list.items != nil, parsed.itemSlots.isEmpty {
            parsed.itemPositions.reserveCapacity(min(count, 64))
        }
        let omits = list.omitsEmpty(view, elements, parsed)
        if omits { parsed.noteEmpty(elements.emptyPositions(view), in: list, at: place) }
        if let each = list.each, list.positions.isEmpty, list.filters.isEmpty {
            for (position, element) in elements.enumerated() where !(omits && view.saysNothing(element)) {
                walkElement(view, element, position, as: each, isEach: true, list, layout, at: place, into: &parsed)
            }
            return
        }
        var found: UInt64 = 0
        for (position, element) in elements.enumerated() where !(omits && view.saysNothing(element)) {
            if let (known, isEach) = list.member(view, element, at: position, &found) {
                walkElement(view, element, position, as: known, isEach: isEach, list, layout, at: place, into: &parsed)
            } else {
                parsed.keepMember("", "\(place.filling(member.path))[\(position)]", at: place, view.value(element))
            }
        }
    }

    private func walkElement(
        _ view: JSONView, _ element: JSONNode, _ position: Int, as member: RequestLayout.Member, isEach: Bool, _ list: RequestLayout.List,
        _ layout: RequestLayout, at place: RequestPlace, into parsed: inout ParsedRequest
    ) {
        var here = place
        if isEach { here.enter(position) }
        if case .object = member.content, view.kind(element) != .object {
            return parsed.expect("an object", at: here.filling(member.path), found: .wrong(view.quoted(element)))
        }
        if let items = list.items {
            here.row = parsed.beginItem(at: place.depth == 0 ? position : parsed.itemPositions.count, of: items, by: layout)
        }
        take(view, element, member, layout, at: here, into: &parsed)
    }

    private func walkMembers(
        _ view: JSONView, _ object: JSONNode, _ list: RequestLayout.List, _ member: RequestLayout.Member, _ layout: RequestLayout,
        at place: RequestPlace, into parsed: inout ParsedRequest
    ) {
        parsed.itemCount += view.count(object)
        guard parsed.itemCount <= RequestLimits.items, let each = list.each, case .members(let key) = list.kind else { return }
        let elements = view.members(object).lazy.map(\.value)
        let omits = list.omitsEmpty(view, elements, parsed)
        if omits { parsed.noteEmpty(elements.emptyPositions(view), in: list, at: place) }
        for (position, entry) in view.members(object).enumerated() where !(omits && view.saysNothing(entry.value)) {
            var here = place
            here.enter(position)
            if case .object = each.content, view.kind(entry.value) != .object {
                parsed.expect("an object", at: here.filling(each.path), found: .wrong(view.quoted(entry.value)))
                continue
            }
            if let items = list.items {
                here.row = parsed.beginItem(at: place.depth == 0 ? position : parsed.itemPositions.count, of: items, by: layout)
            }
            if let key { parsed.put(.string(view.string(entry.key)), at: key, row: here.row, by: layout) }
            take(view, entry.value, each, layout, at: here, into: &parsed)
        }
    }

    /// Takes a member such as `ITEM3`; false if the mapping has no such numbers.
    func walkNumbered(
        _ view: JSONView, _ key: JSONNode, _ node: JSONNode, _ members: [RequestLayout.Member], _ layout: RequestLayout,
        at place: RequestPlace, into parsed: inout ParsedRequest
    ) -> Bool {
        for member in members {
            guard case .list(let list) = member.content, case .numbered = list.kind, let each = list.each,
                let number = list.number(in: view.string(key))
            else { continue }
            var here = place
            here.enter(number)
            if list.items != nil { here.row = parsed.item(numbered: number, by: layout) }
            take(view, node, each, layout, at: here, into: &parsed)
            return true
        }
        return false
    }

    /// PHP writes a list whose keys are not 0, 1, 2 … as an object, and a program that was given XML writes a list of one as the one.
    private func walkOddList(
        _ view: JSONView, _ node: JSONNode, _ list: RequestLayout.List, _ member: RequestLayout.Member, _ layout: RequestLayout,
        at place: RequestPlace, into parsed: inout ParsedRequest
    ) {
        let name = place.filling(member.path)
        let subject = name.isEmpty ? "the body" : name
        if list.isOne(view, node) {
            let what = list.items == nil ? "one element" : "one item"
            parsed.warnings.append("\(subject) is \(what) instead of a list; it was read as a list of one")
            return walkElements(view, CollectionOfOne(node), 1, list, member, layout, at: place, into: &parsed)
        }
        guard view.kind(node) == .object, view.count(node) > 0, list.isList(view, node) else {
            return parsed.expect("a list", at: subject, found: view.oddity(node))
        }
        let count = view.count(node)
        let what = count == 1 ? "an object of 1 member" : "an object of \(count) members"
        parsed.warnings.append("\(subject) is \(what) instead of a list; its members were read as the list, in their order")
        keepKeys(view, of: node, name, into: &parsed)
        walkElements(view, view.members(node).lazy.map(\.value), count, list, member, layout, at: place, into: &parsed)
    }

    /// What the elements were called is kept, unless it was their place in the list.
    private func keepKeys(_ view: JSONView, of node: JSONNode, _ name: String, into parsed: inout ParsedRequest) {
        guard parsed.itemCount + view.count(node) <= RequestLimits.items else { return }
        for (position, member) in view.members(node).enumerated() {
            let key = view.string(member.key)
            if key != String(position) { parsed.keep("\(name)[\(position)]", .string(key)) }
        }
    }
}

extension RequestLayout.List {
    /// What the element holds at this position: as one of that position, as the first that a filter finds, or as any.
    ///
    /// - Parameter found: the filters that have found their element, a bit for each.
    fileprivate func member(
        _ view: JSONView, _ element: JSONNode, at position: Int, _ found: inout UInt64
    ) -> (member: RequestLayout.Member, isEach: Bool)? {
        if !positions.isEmpty, let known = positions.first(where: { $0.position == position }) { return (known.member, false) }
        for index in filters.indices where found & 1 << UInt64(index) == 0 && filters[index].fits(view, element) {
            found |= 1 << UInt64(index)
            return (filters[index].member, false)
        }
        return each.map { ($0, true) }
    }

    /// What an element is as far as the layout knows: an object or a value.
    private var known: [RequestLayout.Member] { (each.map { [$0] } ?? []) + positions.map(\.member) + filters.map(\.member) }

    /// Whether the one element stands in the place of the list: a value, or an object with a member that is an element's own.
    fileprivate func isOne(_ view: JSONView, _ node: JSONNode) -> Bool {
        guard view.kind(node) == .object else {
            return known.contains(where: \.content.isValue) && view.kind(node) != .null && view.oddity(node).isWrong
        }
        let isMap = view.members(node).allSatisfy { view.kind($0.value) == .object }
        return known.contains { member in
            guard let table = member.table else { return false }
            return view.members(node).contains { key, value in
                guard JSONBodyFormat.find(view, key, in: table, from: 0) != nil else { return false }
                return !isMap && view.kind(value) != .array && view.kind(value) != .object || isBatch
            }
        }
    }

    /// Whether all that an object holds are elements.
    fileprivate func isList(_ view: JSONView, _ node: JSONNode) -> Bool {
        let holdsObjects = known.contains { $0.table != nil }
        if holdsObjects { return Self.areObjects(view, view.members(node).lazy.map(\.value)) }
        return view.members(node).allSatisfy { view.kind($0.value) != .object && view.kind($0.value) != .array }
    }

    /// Whether all of these are objects or say nothing, and one says something.
    private static func areObjects(_ view: JSONView, _ elements: some Sequence<JSONNode>) -> Bool {
        elements.allSatisfy { view.kind($0) == .object || view.saysNothing($0) } && elements.contains { !view.saysNothing($0) }
    }

    /// Whether lines that say nothing are left out: if another one says something, and none is something else than an object. Lists whose
    /// elements are the same items by their places keep them all.
    fileprivate func omitsEmpty(_ view: JSONView, _ elements: some Sequence<JSONNode>, _ parsed: ParsedRequest) -> Bool {
        guard items != nil, case .object? = each?.content, elements.contains(where: { view.saysNothing($0) }) else { return false }
        return parsed.toleratesEmpty && parsed.listCounts.isEmpty && Self.areObjects(view, elements)
    }
}

extension Sequence<JSONNode> {
    fileprivate func emptyPositions(_ view: JSONView) -> [(position: Int, what: String)] {
        enumerated().filter { view.saysNothing($0.element) }.map { position, element in
            switch view.kind(element) {
            case .null: (position, "null")
            case .object where view.count(element) > 0: (position, "an object without a value")
            default: (position, view.wireValue(element).emptiness ?? "null")
            }
        }
    }
}

extension JSONView {
    /// Whether an element of a list says nothing: `null`, nothing of another kind, or an object of members that say nothing.
    fileprivate func saysNothing(_ node: JSONNode) -> Bool {
        switch kind(node) {
        case .null, .false: true
        case .string: bytes(of: node).allSatisfy { $0 <= 0x20 }
        case .array: count(node) == 0
        case .object: members(node).allSatisfy { saysNothing($0.value) }
        case .number, .true: false
        }
    }
}

extension RequestLayout.Filter {
    fileprivate func fits(_ view: JSONView, _ element: JSONNode) -> Bool {
        guard view.kind(element) == .object else { return false }
        for (name, value) in view.members(element) where view.key(name, equals: key) {
            switch view.kind(value) {
            case .string, .number, .true, .false: return view.key(value, equals: text)
            case .null, .array, .object: return false
            }
        }
        return false
    }
}

extension ParsedRequest {
    /// Says which elements of a list were left out, the first of them by name.
    fileprivate mutating func noteEmpty(_ found: [(position: Int, what: String)], in list: RequestLayout.List, at place: RequestPlace) {
        guard let path = list.each?.path else { return }
        for (position, what) in found.prefix(3) {
            var here = place
            here.enter(position)
            warnings.append(Self.emptied(here.filling(path), what))
        }
        let rest = found.count - 3
        if rest > 0 {
            warnings.append("\(rest) more element\(rest == 1 ? "" : "s") of \(place.filling(path)) say nothing; they count as absent")
        }
    }

    fileprivate mutating func refuse(at name: String, _ what: String) {
        failures.append(Failure(.invalid, field: name.isEmpty ? nil : name, "\(name.isEmpty ? "the body" : name) \(what)"))
    }
}

extension ParsedRequest.Oddity? {
    fileprivate var isWrong: Bool {
        if case .wrong? = self { true } else { false }
    }
}
