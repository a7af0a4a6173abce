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
            switch layout.root {
            case .list(let list):
                walkList(
                    view, view.root, list, RequestLayout.Member(name: "", prefix: ".", key: [], content: .nothing), layout,
                    at: RequestPlace(), into: &parsed)
            case .object(let members) where view.kind(view.root) == .object:
                walk(view, view.root, members, layout, below: "", at: RequestPlace(), into: &parsed)
            default: throw Refusal(.malformed, "the body must be a JSON object, found \(view.quoted(view.root))")
            }
        }
    }

    private func walk(
        _ view: JSONView, _ object: JSONNode, _ members: [RequestLayout.Member], _ layout: RequestLayout, below prefix: String,
        at place: RequestPlace, into parsed: inout ParsedRequest
    ) {
        var hint = 0
        for (key, node) in view.members(object) {
            guard let index = Self.find(view, key, in: members, from: hint) else {
                if layout.hasNumbered, walkNumbered(view, key, node, members, layout, at: place, into: &parsed) { continue }
                parsed.keepMember(prefix, view.string(key), at: place, view.value(node))
                continue
            }
            hint = index + 1
            switch members[index].content {
            case .slot(let slot): parsed.slots[slot] = view.wireValue(node)
            case .part(let slot): parsed.itemSlots[place.row + slot] = view.wireValue(node)
            case .secret(let slot):
                parsed.secrets[layout.secretNames[slot], default: [:]][.body(members[index].name)] = view.secretText(node)
            default: take(view, node, members[index], layout, at: place, into: &parsed)
            }
        }
    }

    /// Takes what is in a member or an element.
    func take(
        _ view: JSONView, _ node: JSONNode, _ member: RequestLayout.Member, _ layout: RequestLayout, at place: RequestPlace,
        into parsed: inout ParsedRequest
    ) {
        switch member.content {
        case .object(let children):
            guard view.kind(node) == .object else {
                return parsed.expect("an object", at: place.filling(member.path), found: view.oddity(node))
            }
            walk(view, node, children, layout, below: member.prefix, at: place, into: &parsed)
        case .list(let list): walkList(view, node, list, member, layout, at: place, into: &parsed)
        case let content: parsed.put(view.wireValue(node), at: content, row: place.row, by: layout)
        }
    }

    /// Senders keep to one order, so the search goes on behind the last key that was found.
    @inline(__always)
    static func find(_ view: JSONView, _ key: JSONNode, in members: [RequestLayout.Member], from hint: Int) -> Int? {
        for index in hint..<max(hint, members.count) where view.key(key, equals: members[index].key) { return index }
        for index in 0..<min(hint, members.count) where view.key(key, equals: members[index].key) { return index }
        return nil
    }
}

extension JSONView {
    @inline(__always)
    func wireValue(_ node: JSONNode) -> WireValue {
        switch kind(node) {
        case .string:
            // Most texts begin with a letter or a digit, which says it before the text is made.
            if let first = bytes(of: node).first, first.isVisibleASCII, first != UInt8(ascii: "\\") { return .string(string(node)) }
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
    func quoted(_ node: JSONNode) -> String {
        switch kind(node) {
        case .array: WireValue.tree(.array([])).quoted
        case .object: WireValue.tree(.object(JSONObject())).quoted
        default: wireValue(node).quoted
        }
    }

    /// What is in the place of an object or a list.
    func oddity(_ node: JSONNode) -> ParsedRequest.Oddity? {
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
