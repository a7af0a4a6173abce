/// A JSON object: `{"click_id":"c-1","customer":{"email":"a@b.example"}}`.
final class JSONBodyFormat: BodyFormat {
    var name: String { "json" }
    var contentType: String { "application/json" }

    func isNamed(by mediaType: String) -> Bool {
        mediaType == "application/json" || mediaType == "text/json" || mediaType.hasSuffix("+json")
    }

    func fits(_ body: [UInt8]) -> Bool {
        let first = body.first { $0 > 0x20 }
        return first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
    }

    func members(of body: [UInt8]) -> JSONObject? {
        guard case .object(let object)? = try? JSONValue(parsing: body) else { return nil }
        return object
    }

    func pieces(of body: [UInt8], without names: [String]) -> SentContent.Pieces {
        SentObject(body, without: names).map { .object($0) } ?? .none
    }

    func writer(of shape: BodyShape) -> any BodyWriter { JSONBodyWriter(shape.members) }

    func setting(_ name: String, to value: String, in body: [UInt8]) -> [UInt8] {
        var json = JSONWriter()
        json.string(value)
        let key = JSONWriter.encodedKey(name)
        guard body.contains(where: { $0 > 0x20 }) else { return [UInt8(ascii: "{")] + key + json.bytes + [UInt8(ascii: "}")] }
        guard let document = try? JSONDocument(parsing: body), document.kind(document.root) == .object else { return body }
        var body = body
        if let member = document.member(name, of: document.root) {
            let range = document.range(of: member)
            let isQuoted = document.kind(member) == .string
            body.replaceSubrange(isQuoted ? range.lowerBound - 1..<range.upperBound + 1 : range, with: json.bytes)
        } else {
            let comma = document.count(document.root) > 0 ? [UInt8(ascii: ",")] : []
            body.insert(contentsOf: comma + key + json.bytes, at: document.range(of: document.root).upperBound - 1)
        }
        return body
    }
}

// MARK: Reading

extension JSONBodyFormat {
    func read(_ layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        guard parsed.request.body.contains(where: { $0 > 0x20 }) else { throw Refusal(.malformed, "the body is empty; send a JSON object") }
        let document: JSONDocument
        do {
            document = try JSONDocument(parsing: parsed.request.body)
        } catch {
            throw Refusal(.malformed, "the body is not valid JSON: \(error)")
        }
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
                    parsed.expect("an object", at: prefix + members[index].name, found: view.quotedUnlessNull(node))
                    continue
                }
                walk(view, node, children, layout, prefix: members[index].prefix, into: &parsed)
            case .items(let children):
                guard view.kind(node) == .array else {
                    parsed.expect("a list", at: prefix + members[index].name, found: view.quotedUnlessNull(node))
                    continue
                }
                walkItems(view, node, children, width: layout.itemSlotCount, name: prefix + members[index].name, into: &parsed)
            }
        }
    }

    private func walkItems(
        _ view: JSONView, _ list: JSONNode, _ members: [RequestLayout.Member], width: Int, name: String, into parsed: inout ParsedRequest
    ) {
        parsed.itemCount += view.count(list)
        guard parsed.itemCount <= RequestLimits.items else { return }
        let expected = min(view.count(list), 64)
        parsed.itemPositions.reserveCapacity(expected)
        parsed.itemSlots.reserveCapacity(expected * width)
        for (position, element) in view.elements(list).enumerated() {
            guard view.kind(element) == .object else {
                parsed.expect("an object", at: "\(name)[\(position)]", found: view.quoted(element))
                continue
            }
            let row = parsed.itemSlots.count
            parsed.itemPositions.append(position)
            for _ in 0..<width { parsed.itemSlots.append(.absent) }
            var hint = 0
            for (key, node) in view.members(element) {
                if let index = Self.find(view, key, in: members, from: hint), case .slot(let slot) = members[index].content {
                    parsed.itemSlots[row + slot] = view.wireValue(node)
                    hint = index + 1
                } else {
                    parsed.keepItemMember("\(name)[\(position)].\(view.string(key))", view.value(node))
                }
            }
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
            return text.isBlank ? .absent : .string(text)
        case .number: return .number(string(node))
        case .null: return .absent
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

    fileprivate func quotedUnlessNull(_ node: JSONNode) -> String? { kind(node) == .null ? nil : quoted(node) }

    fileprivate func secretText(_ node: JSONNode) -> String {
        switch kind(node) {
        case .string, .number: string(node)
        default: ""
        }
    }
}
