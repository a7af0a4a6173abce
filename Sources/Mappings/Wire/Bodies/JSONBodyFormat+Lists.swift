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
            let expected = min(count, 64)
            parsed.itemPositions.reserveCapacity(expected)
            parsed.itemSlots.reserveCapacity(expected * layout.itemSlotCount)
        }
        if let each = list.each, list.positions.isEmpty, list.filters.isEmpty {
            for (position, element) in elements.enumerated() {
                walkElement(view, element, position, as: each, isEach: true, list, layout, at: place, into: &parsed)
            }
            return
        }
        var found: UInt64 = 0
        for (position, element) in elements.enumerated() {
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
        for (position, entry) in view.members(object).enumerated() {
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

    /// What an element is as far as the layout knows: members or a value.
    private var contents: [RequestLayout.Content] {
        (each.map { [$0.content] } ?? []) + positions.map(\.member.content) + filters.map(\.member.content)
    }

    /// Whether the one element stands in the place of the list: a value, or an object with a member that is an element's own.
    fileprivate func isOne(_ view: JSONView, _ node: JSONNode) -> Bool {
        guard view.kind(node) == .object else {
            return contents.contains(where: \.isValue) && view.kind(node) != .null && view.oddity(node).isWrong
        }
        let isMap = view.members(node).allSatisfy { view.kind($0.value) == .object }
        return contents.contains { content in
            guard case .object(let members) = content else { return false }
            return view.members(node).contains { key, value in
                guard JSONBodyFormat.find(view, key, in: members, from: 0) != nil else { return false }
                return !isMap && view.kind(value) != .array && view.kind(value) != .object || isBatch
            }
        }
    }

    /// Whether all that an object holds are elements.
    fileprivate func isList(_ view: JSONView, _ node: JSONNode) -> Bool {
        let holdsObjects = contents.contains { if case .object = $0 { true } else { false } }
        return view.members(node).allSatisfy { (view.kind($0.value) == .object) == holdsObjects && view.kind($0.value) != .array }
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
    fileprivate mutating func refuse(at name: String, _ what: String) {
        failures.append(Failure(.invalid, field: name.isEmpty ? nil : name, "\(name.isEmpty ? "the body" : name) \(what)"))
    }
}

extension ParsedRequest.Oddity? {
    fileprivate var isWrong: Bool {
        if case .wrong? = self { true } else { false }
    }
}
