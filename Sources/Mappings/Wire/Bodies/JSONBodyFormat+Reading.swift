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
        parsed.text = document.bytes
        try document.withUnsafeView { (view: JSONView) throws(Refusal) in
            if let table = layout.table, view.kind(view.root) == .object {
                return walk(view, view.root, table, layout, below: "", at: RequestPlace(), into: &parsed)
            }
            switch layout.root {
            case .list(let list):
                walkList(
                    view, view.root, list, RequestLayout.Member(name: "", prefix: ".", key: [], content: .nothing), layout,
                    at: RequestPlace(), into: &parsed)
            default: throw Refusal(.malformed, "the body must be a JSON object, found \(view.quoted(view.root))")
            }
        }
    }

    func walk(
        _ view: JSONView, _ object: JSONNode, _ table: MemberTable, _ layout: RequestLayout, below prefix: String, at place: RequestPlace,
        into parsed: inout ParsedRequest
    ) {
        var hint = 0
        for (key, node) in view.members(object) {
            guard let index = Self.find(view, key, in: table, from: hint) else {
                if layout.hasNumbered, walkNumbered(view, key, node, table.members, layout, at: place, into: &parsed) { continue }
                parsed.keepMember(prefix, view.string(key), at: place, view.value(node))
                continue
            }
            hint = index + 1
            switch table.target(index) {
            case .slot(let slot): parsed.slots[slot] = view.slot(node, &parsed)
            case .part(let slot): parsed.itemSlots[place.row + slot] = view.slot(node, &parsed)
            case .object(let child) where view.kind(node) == .object:
                table.children.with(child) { walk(view, node, $0.table, layout, below: $0.prefix, at: place, into: &parsed) }
            case .lines(let child) where view.kind(node) == .array:
                table.children.with(child) { walkLines(view, node, $0, layout, at: place, into: &parsed) }
            case .object, .lines, .other: take(view, node, table.members[index], layout, at: place, into: &parsed)
            }
        }
    }

    /// Takes what is in a member or an element.
    func take(
        _ view: JSONView, _ node: JSONNode, _ member: RequestLayout.Member, _ layout: RequestLayout, at place: RequestPlace,
        into parsed: inout ParsedRequest
    ) {
        if let table = member.table {
            guard view.kind(node) == .object else {
                return parsed.expect("an object", at: place.filling(member.path), found: view.oddity(node))
            }
            return walk(view, node, table, layout, below: member.prefix, at: place, into: &parsed)
        }
        switch member.content {
        case .secret(let slot): parsed.secrets[layout.secretNames[slot], default: [:]][.body(member.name)] = view.secretText(node)
        case .list(let list): walkList(view, node, list, member, layout, at: place, into: &parsed)
        case let content: parsed.put(view.wireValue(node), at: content, row: place.row, by: layout)
        }
    }

    @inline(__always)
    static func find(_ view: JSONView, _ key: JSONNode, in table: MemberTable, from hint: Int) -> Int? {
        let entry = view.entry(key)
        if entry.isEscaped { return view.input.withDecodedText(of: entry) { table.find(NameKey($0, isPadded: false), from: hint) } }
        return table.find(NameKey(view.input.text(of: entry), isPadded: entry.start &+ 8 <= view.input.count), from: hint)
    }
}

extension JSONView {
    /// A value as a place in the document's bytes, if that is all it takes.
    @inline(__always)
    fileprivate func slot(_ node: JSONNode, _ parsed: inout ParsedRequest) -> Slot {
        let entry = entry(node)
        switch entry.kind {
        case .number: return Slot(.number, entry.start..<entry.end)
        case .string:
            // Most texts begin with a letter or a digit, which says that they are not blank.
            guard !entry.isEscaped, entry.end > entry.start, input[entry.start].isVisibleASCII else { break }
            return Slot(.text, entry.start..<entry.end)
        case .null: return Slot(kind: .null)
        case .true: return Slot(kind: .yes)
        case .false: return Slot(kind: .no)
        case .array, .object: break
        }
        return parsed.slot(of: wireValue(node))
    }

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
