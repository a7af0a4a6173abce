extension MappingCompiler {
    /// The slot of a wire name; two fields cannot share one.
    mutating func slot(
        for path: WirePath, _ entry: FieldEntry, at location: SourceLocation, name: String, _ request: RequestPlan
    ) -> Int {
        let slot = entry.isItem ? layout.itemSlotCount : layout.slotCount
        if entry.isItem { layout.itemSlotCount += 1 } else { layout.slotCount += 1 }
        let isOfSeveral = entry.take != nil || entry.join != nil
        let content: RequestLayout.Content
        switch entry.items {
        case .joined: content = .split(split(entry, .part(slot)))
        case .alone: content = .split(RequestLayout.Split(separator: "", items: layout.itemList(""), content: .part(slot)))
        case .list: content = isOfSeveral ? .gatheredPart(slot) : .part(slot)
        case nil: content = isOfSeveral && !path.lists.isEmpty ? .gathered(slot) : .slot(slot)
        }
        claim(path, content, entry, at: location, name: name, request)
        return slot
    }

    private mutating func split(_ entry: FieldEntry, _ content: RequestLayout.Content) -> RequestLayout.Split {
        RequestLayout.Split(separator: entry.join?.separator ?? "", items: layout.itemList(entry.name), content: content)
    }

    private mutating func claim(
        _ path: WirePath, _ content: RequestLayout.Content, _ entry: FieldEntry, at location: SourceLocation, name: String,
        _ request: RequestPlan
    ) {
        let isFree: Bool
        if entry.place == .body || entry.place == .envelope || entry.place == .query && request.formats.isEmpty && !path.isDotted {
            isFree = claimMember(path, content, entry, request)
        } else if path.steps.count > 1 && !path.isPlain {
            let rule = "the query beside a body has plain names only"
            return diagnostics.error(at: location, "\(rule); '\(name)' is a list or an object's member")
        } else {
            let parameter = path.parameter.map { RequestLayout.Content.parameter($0, content) } ?? content
            let plain = path.parameter == nil ? name : WirePath.text(of: path.steps[...])
            isFree = !layout.parameters.contains { $0.place == entry.place && $0.name == plain }
            layout.parameters.append((entry.place, plain, parameter))
        }
        if !isFree { diagnostics.error(at: location, "the name '\(name)' is taken by another field") }
    }

    private mutating func claimMember(
        _ path: WirePath, _ content: RequestLayout.Content, _ entry: FieldEntry, _ request: RequestPlan
    ) -> Bool {
        let lists = path.lists
        layout.hasNumbered = layout.hasNumbered || path.steps.contains { if case .numbered = $0 { true } else { false } }
        if path.steps.count == 2, path.steps[1] == .each { layout.hasLists = true }
        let isInForm = entry.place == .query || request.writtenFormat === BodyFormats.form
        if isInForm, entry.name.contains("[") { layout.expectsBrackets = true }
        var items: RequestLayout.ItemStep?
        if case .list = entry.items, !lists.isEmpty {
            let isOfSeveral = entry.take != nil || entry.join != nil
            let step = isOfSeveral ? lists[max(lists.count - 2, 0)] : lists[lists.count - 1]
            items = RequestLayout.ItemStep(step: step, list: layout.itemList(WirePath.text(of: path.steps[..<step])))
            items?.key = key(of: path, step, entry)
        }
        return layout.insert(content, at: path, items: items, batch: request.list?.count)
    }

    /// The slot of the names of an object's members, if they are a part of the items; the first field of the list brings it.
    private mutating func key(of path: WirePath, _ step: Int, _ entry: FieldEntry) -> RequestLayout.Content? {
        guard case .eachMember(let part?) = path.steps[step] else { return nil }
        let steps = Array(path.steps[...step])
        guard !(fields + implied).contains(where: { $0.isKey && $0.path.steps == steps }) else { return nil }
        let slot = layout.itemSlotCount
        layout.itemSlotCount += 1
        let converter = converter(nil, at: entry.location, target: .item(part))
        var key = FieldPlan(
            name: WirePath.text(of: steps[...]), place: entry.place, path: WirePath(steps), items: .list(step: step), target: .item(part))
        key.isKey = true
        key.reading = FieldPlan.Reading(
            slot: slot, aliases: [], converter: converter, required: .never, code: FailureCode.invalid)
        key.writing = FieldPlan.Writing(converter: converter, required: entry.path.steps.starts(with: steps) ? .always : .never)
        implied.append(key)
        return .part(slot)
    }

    /// A name with a dot or a bracket leads from the top; any other is beside the field.
    mutating func aliasPath(_ text: String, of entry: FieldEntry, at location: SourceLocation, _ request: RequestPlan) -> WirePath? {
        if entry.place == .path || entry.place == .header { return WirePath([.member(text)]) }
        guard var path = parsed(text, at: location, request) else { return nil }
        if text.contains(where: { ".[{".contains($0) }) {
            if entry.place == .body, let list = request.list { path.steps = list + [.position(0)] + path.steps }
        } else if let last = entry.path.steps.lastIndex(where: \.isMember) {
            path.steps = entry.path.steps[..<last] + path.steps + entry.path.steps[(last + 1)...]
        }
        let isOfSeveral = entry.take != nil || entry.join != nil
        let least = if case .list = entry.items { isOfSeveral ? 2 : 1 } else { 0 }
        if path.lists.count < least || entry.items == .joined && !path.lists.isEmpty {
            diagnostics.error(at: location, "'\(text)' does not lead to the items, as '\(entry.name)' does; write list[].name")
            return nil
        }
        if entry.items == nil, !path.lists.isEmpty, !isOfSeveral {
            diagnostics.error(at: location, "'\(text)' is a list; add take: first, last, sum or count, or join: \",\" to the field")
            return nil
        }
        return path
    }

    /// The parts of a composed text are fields of their own when it is read.
    mutating func readParts(of entry: FieldEntry, _ request: RequestPlan) {
        guard let form = entry.form, form.hasParts else { return }
        guard form.isReadable else {
            return diagnostics.error(
                at: entry.location,
                "'\(form.source)' has two values beside each other and cannot be read backwards; put a text between them, or say in: false")
        }
        let pieces = form.pieces.map { piece -> RequestLayout.Composed.Piece in
            switch piece {
            case .literal(let text): return .literal(text)
            case .path: return .value(.nothing)
            case .part(let part, let converter):
                let slot = layout.itemSlotCount
                layout.itemSlotCount += 1
                var plan = FieldPlan(name: entry.name, place: entry.place, path: entry.path, items: entry.items, target: .item(part))
                plan.reading = FieldPlan.Reading(slot: slot, aliases: [], converter: converter, required: .never, code: .invalid)
                implied.append(plan)
                return .value(.part(slot))
            }
        }
        let composed = RequestLayout.Content.composed(RequestLayout.Composed(name: entry.name, pieces: pieces, form: form.source))
        let content = [.joined, .alone].contains(entry.items) ? RequestLayout.Content.split(split(entry, composed)) : composed
        claim(entry.path, content, entry, at: entry.node.location, name: entry.name, request)
    }
}

extension WirePath {
    /// Whether it is a plain name with dots in it, which a query has as it is.
    fileprivate var isDotted: Bool { isPlain && steps.count > 1 }
}

extension WirePath.Step {
    fileprivate var isMember: Bool {
        switch self {
        case .member, .numbered: true
        case .position, .filter, .each, .eachMember: false
        }
    }
}
