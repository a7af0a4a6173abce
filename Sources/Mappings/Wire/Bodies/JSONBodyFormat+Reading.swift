extension JSONBodyFormat {
    func read(_ layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        guard parsed.request.body.contains(where: { $0 > 0x20 }) else { throw Refusal(.malformed, "the body is empty; send a JSON object") }
        let read: (document: JSONDocument, repair: EncodingRepair?)
        do {
            read = try JSONDocument.reading(parsed.request.body)
        } catch {
            throw Self.refusal(of: error)
        }
        if let repair = read.repair { parsed.note(repair, in: read.document) }
        try self.read(read.document, layout, into: &parsed)
    }

    static func refusal(of error: JSONError) -> Refusal { Refusal(.malformed, "the body is not valid JSON: \(error)") }

    func read(_ document: JSONDocument, _ layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        try document.withUnsafeView { (view: JSONView) throws(Refusal) in
            guard view.kind(view.root) == .object else {
                throw Refusal(.malformed, "the body must be a JSON object, found \(view.quoted(view.root))")
            }
            walk(view, view.root, layout.members, layout, prefix: "", into: &parsed)
        }
    }

    private func walk(
        _ view: JSONView, _ object: JSONNode, _ members: [RequestLayout.Member], _ layout: RequestLayout, prefix: String,
        into parsed: inout ParsedRequest
    ) {
        var hint = 0
        for (key, node) in view.members(object) {
            guard let index = Self.find(view, key, in: members, from: hint) else {
                parsed.keepMember(prefix + view.string(key), view.value(node))
                continue
            }
            hint = index + 1
            switch members[index].content {
            case .slot(let slot): parsed.slots[slot] = view.wireValue(node)
            case .secret(let slot):
                parsed.secrets[layout.secretNames[slot], default: [:]][.body(members[index].name)] = view.secretText(node)
            case .object(let children):
                guard view.kind(node) == .object else {
                    parsed.expect("an object", at: prefix + members[index].name, found: view.oddity(node))
                    continue
                }
                walk(view, node, children, layout, prefix: members[index].prefix, into: &parsed)
            case .items(let children):
                let items = ItemMembers(children, width: layout.itemSlotCount, name: members[index].name, prefix: prefix)
                if view.kind(node) == .array {
                    walkItems(view, view.elements(node), count: view.count(node), items, into: &parsed)
                } else {
                    walkOddItems(view, node, items, into: &parsed)
                }
            }
        }
    }

    /// The members of each item, and where the list is.
    private struct ItemMembers {
        let members: [RequestLayout.Member]
        let width: Int
        private let prefix: String
        private let ownName: String

        init(_ members: [RequestLayout.Member], width: Int, name: String, prefix: String) {
            self.members = members
            self.width = width
            self.prefix = prefix
            ownName = name
        }

        var name: String { prefix + ownName }
    }

    private func walkItems(
        _ view: JSONView, _ list: some Sequence<JSONNode>, count: Int, _ items: ItemMembers, into parsed: inout ParsedRequest
    ) {
        parsed.itemCount += count
        guard parsed.itemCount <= RequestLimits.items else { return }
        let expected = min(count, 64)
        parsed.itemPositions.reserveCapacity(expected)
        parsed.itemSlots.reserveCapacity(expected * items.width)
        for (position, element) in list.enumerated() {
            guard view.kind(element) == .object else {
                parsed.expect("an object", at: "\(items.name)[\(position)]", found: .wrong(view.quoted(element)))
                continue
            }
            let row = parsed.itemSlots.count
            parsed.itemPositions.append(position)
            for _ in 0..<items.width { parsed.itemSlots.append(.absent) }
            var hint = 0
            for (key, node) in view.members(element) {
                if let index = Self.find(view, key, in: items.members, from: hint), case .slot(let slot) = items.members[index].content {
                    parsed.itemSlots[row + slot] = view.wireValue(node)
                    hint = index + 1
                } else {
                    parsed.keepItemMember("\(items.name)[\(position)].\(view.string(key))", view.value(node))
                }
            }
        }
    }

    /// PHP writes a list whose keys are not 0, 1, 2 … as an object, and a program that was given XML writes a list of one as the one.
    private func walkOddItems(_ view: JSONView, _ node: JSONNode, _ items: ItemMembers, into parsed: inout ParsedRequest) {
        guard view.kind(node) == .object, view.count(node) > 0 else {
            return parsed.expect("a list", at: items.name, found: view.oddity(node))
        }
        let count = view.count(node)
        if view.members(node).allSatisfy({ view.kind($0.value) == .object }) {
            let what = count == 1 ? "an object of 1 member" : "an object of \(count) members"
            parsed.warnings.append("\(items.name) is \(what) instead of a list; its members were read as the list, in their order")
            keepKeys(view, of: node, items, into: &parsed)
            walkItems(view, view.members(node).lazy.map(\.value), count: count, items, into: &parsed)
        } else if view.members(node).contains(where: { Self.isPart(view, $0.key, $0.value, of: items) }) {
            parsed.warnings.append("\(items.name) is one item instead of a list; it was read as a list of one")
            walkItems(view, CollectionOfOne(node), count: 1, items, into: &parsed)
        } else {
            parsed.expect("a list", at: items.name, found: view.oddity(node))
        }
    }

    /// Whether a member is a field of an item.
    private static func isPart(_ view: JSONView, _ key: JSONNode, _ value: JSONNode, of items: ItemMembers) -> Bool {
        view.kind(value) != .object && view.kind(value) != .array && find(view, key, in: items.members, from: 0) != nil
    }

    /// What the items were called is kept, unless it was their place in the list.
    private func keepKeys(_ view: JSONView, of node: JSONNode, _ items: ItemMembers, into parsed: inout ParsedRequest) {
        guard parsed.itemCount + view.count(node) <= RequestLimits.items else { return }
        for (position, member) in view.members(node).enumerated() {
            let key = view.string(member.key)
            if key != String(position) { parsed.keep("\(items.name)[\(position)]", .string(key)) }
        }
    }

    /// Senders keep to one order, so the search goes on behind the last key that was found.
    @inline(__always)
    private static func find(_ view: JSONView, _ key: JSONNode, in members: [RequestLayout.Member], from hint: Int) -> Int? {
        for index in hint..<max(hint, members.count) where view.key(key, equals: members[index].key) { return index }
        for index in 0..<min(hint, members.count) where view.key(key, equals: members[index].key) { return index }
        return nil
    }
}

extension JSONView {
    @inline(__always)
    fileprivate func wireValue(_ node: JSONNode) -> WireValue {
        switch kind(node) {
        case .string:
            let text = string(node)
            return text.isBlank ? .blank : .string(text)
        case .number: return .number(string(node))
        case .null: return .null
        case .true: return .bool(true)
        case .false: return .bool(false)
        case .array, .object: return .tree(value(node))
        }
    }

    /// As a sentence shows it, without building what a list or an object holds.
    fileprivate func quoted(_ node: JSONNode) -> String {
        switch kind(node) {
        case .array: WireValue.tree(.array([])).quoted
        case .object: WireValue.tree(.object(JSONObject())).quoted
        default: wireValue(node).quoted
        }
    }

    /// What is in the place of an object or a list.
    fileprivate func oddity(_ node: JSONNode) -> ParsedRequest.Oddity? {
        switch kind(node) {
        case .null: nil
        case .array, .object: count(node) == 0 ? .empty(wireValue(node).emptiness ?? "") : .wrong(quoted(node))
        case .string, .number, .true, .false: wireValue(node).emptiness.map { .empty($0) } ?? .wrong(quoted(node))
        }
    }

    fileprivate func secretText(_ node: JSONNode) -> String {
        switch kind(node) {
        case .string, .number: string(node)
        default: ""
        }
    }
}
