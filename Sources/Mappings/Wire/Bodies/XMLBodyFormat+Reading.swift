extension XMLBodyFormat {
    /// Turns the document into JSON that says the same, as the fields expect it, and reads that.
    func read(_ layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        guard parsed.request.body.contains(where: { $0 > 0x20 }) else {
            throw Refusal(.malformed, "the body is empty; send an XML document")
        }
        let root: XMLElement
        do throws(XMLReader.Mistake) {
            root = try XMLReader.read(parsed.request.body)
        } catch {
            throw Self.refusal(of: error)
        }
        try read(root, layout, into: &parsed)
    }

    static func refusal(of mistake: XMLReader.Mistake) -> Refusal {
        Refusal(.malformed, "the body is not valid XML: \(mistake.description)")
    }

    func read(_ root: XMLElement, _ layout: RequestLayout, into parsed: inout ParsedRequest) throws(Refusal) {
        var json = JSONWriter(capacity: parsed.request.body.count)
        json.write(.object(root.object(as: layout.members)))
        let document: JSONDocument
        do throws(JSONError) {
            document = try JSONDocument(parsing: json.bytes)
        } catch {
            throw Refusal(.malformed, "the body has elements in too many others; 64 levels are read, and several of one name are one more")
        }
        try BodyFormats.json.read(document, layout, into: &parsed)
        // It may still prove its sender, and be a message that is ignored.
        guard let wanted = layout.xmlRoot, root.localName != wanted.localXMLName else { return }
        let sentence = "the body begins with \("<\(root.name)>".quotedBriefly); send \("<\(wanted)>".quotedBriefly)"
        (parsed.isForeign, parsed.failures) = (true, [Failure(.malformed, sentence)])
    }
}

extension XMLElement {
    /// What the element holds, under the names that the fields have for it.
    fileprivate func object(as known: [RequestLayout.Member]) -> JSONObject {
        var members: [(String, JSONValue)] = []
        addAttributes(to: &members, as: known)
        for (name, group) in Self.groups(of: children, by: { $0.key(among: known) }) {
            Self.add(group, named: name, known.member(holding: name), to: &members)
        }
        if !text.isBlank || known.contains(where: { $0.name == "$" }) { members.append(("$", .string(text.trimmed))) }
        return JSONObject(members)
    }

    private func addAttributes(to members: inout [(String, JSONValue)], as known: [RequestLayout.Member], before prefix: String = "") {
        var used: Set<String> = []
        let attributes = ownAttributes
        // Two may differ in their prefix alone; then the name alone is that of the one without.
        for (name, value) in attributes.filter({ !$0.name.contains(":") }) + attributes.filter({ $0.name.contains(":") }) {
            let local = name.localXMLName
            let member = known.first { $0.name == "@\(name)" } ?? known.first { $0.attributeName == local }
            let key = [member?.name ?? "@\(local)", "@\(name)"].first { !used.contains($0) }
            guard let key else { continue }
            used.insert(key)
            members.append((prefix + key, .string(value)))
        }
    }

    private func key(among known: [RequestLayout.Member]) -> String {
        let local = localName
        return (known.first { $0.name == name } ?? known.first { $0.isElement && $0.name.localXMLName == local })?.name ?? local
    }

    private static func add(
        _ group: [XMLElement], named name: String, _ content: RequestLayout.Content?, to members: inout [(String, JSONValue)]
    ) {
        if case .list(let list)? = content, case .elements = list.kind {
            let values = group.map { $0.value(as: list.guide) }
            members.append((name, .array(values)))
            guard list.guide?.isText == true else { return }
            for (position, element) in group.enumerated() {
                element.addAttributes(to: &members, as: [], before: "\(name)[\(position)].")
            }
        } else if group.count > 1 {
            members.append((name, .array(group.map(\.json))))
        } else {
            members.append((name, group[0].value(as: content)))
            if content?.isText == true { group[0].addAttributes(to: &members, as: [], before: "\(name).") }
        }
    }

    private func value(as content: RequestLayout.Content?) -> JSONValue {
        if isVacant { return .null }
        switch content {
        case .object(let members)?: return .object(object(as: members))
        case let content? where content.isText && children.isEmpty: return .string(text.trimmed)
        default: return json
        }
    }
}

extension RequestLayout.Content {
    /// Whether an element's text is wanted, and not what is in it.
    fileprivate var isText: Bool {
        switch self {
        case .secret, .nothing: true
        default: isValue
        }
    }
}

extension RequestLayout.List {
    /// What is known of an element, whichever it is.
    fileprivate var guide: RequestLayout.Content? {
        let contents = [each?.content].compactMap(\.self) + positions.map(\.member.content) + filters.map(\.member.content)
        var members: [RequestLayout.Member] = []
        for content in contents {
            guard case .object(let own) = content else { return contents.first }
            members += own.filter { known in !members.contains { $0.name == known.name } }
        }
        return .object(members)
    }
}

extension RequestLayout.Member {
    fileprivate var isElement: Bool { !name.hasPrefix("@") && name != "$" }

    /// Without the prefix of a namespace; nil if it is no attribute.
    fileprivate var attributeName: String? { name.hasPrefix("@") ? name.dropFirst().localXMLName : nil }
}

extension [RequestLayout.Member] {
    /// What is held by an element of this name, which may be one of those that are numbered.
    fileprivate func member(holding name: String) -> RequestLayout.Content? {
        for member in self {
            if member.name == name { return member.content }
            if case .list(let list) = member.content, list.number(in: name) != nil { return list.each?.content }
        }
        return nil
    }
}
