extension MappingCompiler {
    /// One entry of `fields:` as it is compiled.
    struct FieldEntry {
        var name: String
        var location: SourceLocation
        var node: YAMLNode
        var place: FieldPlan.Place
        var path: WirePath
        var target: FieldPlan.Target?
        var items: FieldPlan.Items?
        var take: FieldPlan.Take?
        var join: FieldPlan.Join?
        var form: ComposedText?
        /// Keys of one direction alone.
        var input: YAMLNode?
        var output: YAMLNode?

        var isItem: Bool { items != nil }

        /// The key's value for one direction: the value below `in:` or `out:` wins over the field's own.
        func value(_ key: String, _ override: YAMLNode?) -> YAMLNode? {
            if let node = override?[key] { return node.isNull ? nil : node }
            guard let node = node[key], !node.isNull else { return nil }
            return node
        }
    }

    /// Compiles one entry of `fields:`. A problem leaves the field out, so that the rest of the file is still checked.
    mutating func field(_ name: String, at location: SourceLocation, _ node: YAMLNode, request: RequestPlan) {
        var map = YAMLFields(node, subject: "field '\(name)'", into: &diagnostics)
        let place = self.place(of: name, in: &map, at: location, request)
        let path = path(name, place, at: location, request)
        var entry = FieldEntry(name: name, location: location, node: node, place: place, path: path ?? WirePath([.member(name)]))
        entry.take = word("take", in: &map, of: FieldPlan.Take.self)
        entry.join = map.take("join").flatMap { join($0) }
        entry.form = map.take("form").flatMap { composedText($0) }
        let isReadable = path != nil && (node["take"] == nil || entry.take != nil) && (node["join"] == nil || entry.join != nil)
        let isNode = map.take("is")
        entry.target = isNode.flatMap { target($0, of: entry) }
        entry.input = map.takeAny("in")
        entry.output = map.takeAny("out")
        let line = map.take("line")
        for key in Self.sideKeys { _ = map.takeAny(key) }
        map.finish(&diagnostics)
        let writes = entry.output.map { !$0.isFalse && !$0.isNull && (!$0.isMap || $0["value"] != nil) } ?? false
        if isNode == nil, !writes, line == nil, node["form"] == nil {
            diagnostics.error(at: location, "field '\(name)' needs 'is', the canonical field that it is, or 'out', what is written")
        }
        guard isReadable, let items = itemPlace(of: entry, isMistaken: isNode != nil && entry.target == nil, request) else {
            return fields.append(FieldPlan(name: name, place: place, path: entry.path))
        }
        if case .items(let place) = items { entry.items = place }
        if let line, !entry.isItem {
            diagnostics.error(at: line.location, "'line' is for a field of items: what it is in the one line of an order without them")
        }
        var plan = FieldPlan(name: name, place: place, path: entry.path, items: entry.items, target: entry.target)
        (plan.take, plan.join, plan.form) = (entry.take, entry.join, entry.form)
        if entry.input?.isFalse != true, entry.target != nil || entry.form != nil { plan.reading = reading(entry, request) }
        // A setting in the path is the operator's, and not written from a conversion.
        if place != .path || request.path.segments.contains(.parameter(name)) {
            plan.writing = writing(entry, line: line, isPerItem: request.isPerItem)
        }
        fields += [plan] + implied
        implied = []
        fieldLocations[name] = location
    }

    static let sideKeys = ["as", "aliases", "required", "default", "values", "other", "length", "code"]

    private mutating func place(
        of name: String, in map: inout YAMLFields, at location: SourceLocation, _ request: RequestPlan
    ) -> FieldPlan.Place {
        let isKnownSegment =
            request.path.segments.isEmpty || request.path.segments.contains { [.setting(name), .parameter(name)].contains($0) }
        let place = word("place", in: &map, of: FieldPlan.Place.self) ?? (request.formats.isEmpty ? .query : .body)
        if place == .path, !isKnownSegment {
            diagnostics.error(at: location, "'\(name)' is not a variable segment of the path \(request.path.description)")
        }
        if place == .envelope, request.list?.isEmpty != false {
            let list = request.list == nil ? "the request has no 'list'" : "the body is the list itself"
            diagnostics.error(at: location, "'place: envelope' is beside the list of conversions, and \(list)")
        }
        return place
    }

    private mutating func path(
        _ name: String, _ place: FieldPlan.Place, at location: SourceLocation, _ request: RequestPlan
    ) -> WirePath? {
        if place == .path || place == .header { return WirePath([.member(name)]) }
        guard var path = parsed(name, at: location, request) else { return nil }
        if place == .body, let list = request.list { path.steps = list + [.position(0)] + path.steps }
        return path
    }

    mutating func parsed(_ name: String, at location: SourceLocation, _ request: RequestPlan) -> WirePath? {
        let takesBrackets = request.formats.isEmpty || request.formats.contains { $0 === BodyFormats.form }
        do throws(WirePath.Failure) {
            return try WirePath(parsing: name, takesBrackets: takesBrackets)
        } catch {
            diagnostics.error(at: location, error.sentence)
            return nil
        }
    }

    private mutating func target(_ node: YAMLNode, of entry: FieldEntry) -> FieldPlan.Target? {
        guard let name = node.text("is", &diagnostics) else { return nil }
        let isOfList = !entry.path.lists.isEmpty
        let isBare = isOfList && entry.take == nil && entry.join == nil
        let isPart = isBare && (Item.Part(name: name) != nil || FieldPath(name: name) == nil && name != "metadata")
        if name.hasPrefix("items[].") || isPart {
            let bare = name.hasPrefix("items[].") ? String(name.dropFirst(8)) : name
            if let part = Item.Part(name: bare) { return .item(part) }
            let known = Item.Part.allCases.map { "items[].\($0.wireName)" }
            diagnostics.error(at: node.location, "unknown item field '\(name)'\(name.suggestion(from: known))")
            return nil
        }
        if name == "metadata" { return .metadata }
        return settablePath(name, at: node.location).map { .path($0) }
    }

    /// A canonical field that a mapping may set.
    mutating func settablePath(_ name: String, at place: SourceLocation) -> FieldPath? {
        if let path = FieldPath(name: name) {
            let saysHowMuch = FieldPath.takenBack.contains(path)
            if path.isSettable || isCorrection && saysHowMuch { return path }
            if saysHowMuch {
                diagnostics.error(
                    at: place, "'\(name)' says how much a correction takes back; only a request below 'updates' has it")
                return nil
            }
            diagnostics.error(at: place, "'\(name)' is given by the gateway; a mapping cannot set it")
            return nil
        }
        let hint = name.nearest(in: FieldPath.suggestions).map { "; did you mean '\($0)'?" } ?? ""
        diagnostics.error(at: place, "unknown canonical field '\(name)'\(hint)")
        return nil
    }

    /// Whether a field is a part of the items, and where those are.
    private enum ItemPlace {
        case noItems
        case items(FieldPlan.Items)
    }

    /// Nil if the field's keys contradict each other, which is reported.
    ///
    /// - Parameter isMistaken: its `is` names nothing, which has been reported.
    private mutating func itemPlace(of entry: FieldEntry, isMistaken: Bool, _ request: RequestPlan) -> ItemPlace? {
        let lists = entry.path.lists
        let several = entry.take.map { "take: \($0.rawValue)" } ?? entry.join.map { _ in "join" }
        func refuse(_ sentence: String) -> ItemPlace? {
            diagnostics.error(at: entry.location, sentence)
            return nil
        }
        if entry.take != nil, entry.join != nil { return refuse("field '\(entry.name)' has 'take' and 'join'; write one of them") }
        if entry.place == .header && !request.isPerItem || entry.place == .path, case .item? = entry.target {
            return refuse("a \(entry.place.rawValue) has no place for items, so '\(entry.name)' cannot be \(entry.target?.text ?? "")")
        }
        var isItem = entry.form?.hasParts == true
        if case .item? = entry.target { isItem = true }
        if entry.target == nil, !isMistaken, !lists.isEmpty, several == nil { isItem = true }
        guard isItem else {
            if isMistaken { return .noItems }
            if lists.isEmpty, let several {
                return refuse("'\(several)' is for a list, and '\(entry.name)' is one value; write \(entry.name)[]")
            }
            if !lists.isEmpty, several == nil {
                let name = entry.target?.text ?? "one text"
                return refuse(
                    "'\(entry.name)' is a list and '\(name)' is one value; add take: first, last, sum or count, or join: \",\"")
            }
            return .noItems
        }
        switch (lists.count, several) {
        case (0, nil) where request.isPerItem: return .items(.alone)
        case (0, _) where entry.join == nil:
            return refuse("'\(entry.name)' is one value, and an order may have several items; add join: \"|\", or write \(entry.name)[]")
        case (0, _): return .items(.joined)
        case (_, nil): return .items(.list(step: lists[lists.count - 1]))
        case (1, let several?): return refuse("'\(several)' is for a list below the items' own, which '\(entry.name)' does not have")
        default: return .items(.list(step: lists[lists.count - 2]))
        }
    }

    private mutating func join(_ node: YAMLNode) -> FieldPlan.Join? {
        var join = FieldPlan.Join(separator: "", replacement: nil)
        if node.isMap {
            var map = YAMLFields(node, subject: "'join'", into: &diagnostics)
            join.separator = map.require("by", &diagnostics)?.text("by", &diagnostics) ?? ","
            join.replacement = map.text("instead", &diagnostics)
            map.finish(&diagnostics)
        } else {
            join.separator = node.text("join", &diagnostics) ?? ","
        }
        if join.separator.isEmpty { diagnostics.error(at: node.location, "'join' is what stands between the values, and is not empty") }
        if let replacement = join.replacement, replacement.contains(join.separator) {
            diagnostics.error(at: node.location, "'instead' holds the separator '\(join.separator)' itself")
        }
        return join.separator.isEmpty ? nil : join
    }
}

extension FieldPlan.Target {
    /// As a file names it.
    var text: String {
        switch self {
        case .path(let path): path.description
        case .item(let part): "items[].\(part.wireName)"
        case .metadata: "metadata"
        }
    }
}

extension YAMLNode {
    /// `false` without quotes: nothing, in this direction.
    var isFalse: Bool {
        if case .scalar("false", isPlain: true) = content { true } else { false }
    }
}
