extension MappingCompiler {
    /// Compiles one entry of `fields:`. A problem leaves the field out, so that the rest of the file is still checked.
    mutating func field(_ name: String, at place: SourceLocation, _ node: YAMLNode, request: RequestPlan) {
        var map = YAMLFields(node, subject: "field '\(name)'", into: &diagnostics)
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isItem = path.count == 2 && path[0].hasSuffix("[]")
        if path.contains(where: \.isEmpty) || path.dropFirst(isItem ? 1 : 0).contains(where: { $0.hasSuffix("[]") }) {
            diagnostics.error(at: place, "'\(name)' is not a field path; write name, object.name or list[].name")
        }
        let target = map.take("is").flatMap { self.target($0, isItem: isItem) }
        let isKnownSegment =
            request.path.segments.isEmpty || request.path.segments.contains { [.setting(name), .parameter(name)].contains($0) }
        let defaultPlace: FieldPlan.Place = request.formats.isEmpty ? .query : .body
        let wirePlace = word("place", in: &map, of: FieldPlan.Place.self) ?? defaultPlace
        if wirePlace == .path, !isKnownSegment {
            diagnostics.error(at: place, "'\(name)' is not a variable segment of the path \(request.path.description)")
        }

        let base = node
        let inNode = map.takeAny("in")
        let outNode = map.takeAny("out")
        var reading: FieldPlan.Reading?
        var writing: FieldPlan.Writing?
        if inNode?.scalar != "false", target != nil {
            reading = self.reading(name, path: path, base: base, override: inNode, target: target, isItem: isItem, place: wirePlace)
        }
        // A setting in the path is the operator's, and not written from a conversion.
        if outNode?.scalar != "false", wirePlace != .path || request.path.segments.contains(.parameter(name)) {
            writing = self.writing(name, base: base, override: outNode, target: target)
        }
        for key in Self.sideKeys { _ = map.takeAny(key) }
        map.finish(&diagnostics)
        if target == nil, writing?.value == nil, map.take("is") == nil {
            diagnostics.error(at: place, "field '\(name)' needs 'is', the canonical field that it is, or 'out', what is written")
        }
        fields.append(
            FieldPlan(
                name: name, place: wirePlace, path: path, isItem: isItem, target: target, reading: reading, writing: writing))
    }

    private static let sideKeys = ["as", "aliases", "required", "default", "values", "other", "length", "code"]

    private mutating func target(_ node: YAMLNode, isItem: Bool) -> FieldPlan.Target? {
        guard let name = node.text("is", &diagnostics) else { return nil }
        if isItem {
            let part = name.hasPrefix("items[].") ? String(name.dropFirst(8)) : name
            if let part = Item.Part(name: part) { return .item(part) }
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
            if path.isSettable || isUpdate && path == .field(.refund) { return path }
            if path == .field(.refund) {
                diagnostics.error(at: place, "'refund' is what a correction takes back; only a request below 'updates' has it")
                return nil
            }
            diagnostics.error(at: place, "'\(name)' is given by the gateway; a mapping cannot set it")
            return nil
        }
        let hint = name.nearest(in: FieldPath.suggestions).map { "; did you mean '\($0)'?" } ?? ""
        diagnostics.error(at: place, "unknown canonical field '\(name)'\(hint)")
        return nil
    }

    /// The key's value for one direction: the value below `in:` or `out:` wins over the field's own.
    private func side(_ key: String, _ override: YAMLNode?, _ base: YAMLNode) -> YAMLNode? {
        if let node = override?[key] { return node.isNull ? nil : node }
        guard let node = base[key], !node.isNull else { return nil }
        return node
    }

    private mutating func checkSideKeys(_ override: YAMLNode?, allowed: [String], subject: String) {
        guard let override, override.isMap else { return }
        var map = YAMLFields(override, subject: subject, into: &diagnostics)
        for key in allowed { _ = map.takeAny(key) }
        map.finish(&diagnostics)
    }

    private mutating func reading(
        _ name: String, path: [String], base: YAMLNode, override: YAMLNode?, target: FieldPlan.Target?, isItem: Bool, place: FieldPlan.Place
    ) -> FieldPlan.Reading? {
        checkSideKeys(override, allowed: Self.sideKeys, subject: "'in' of field '\(name)'")
        if let override, !override.isMap, !override.isNull {
            diagnostics.error(
                at: override.location, "'in' of field '\(name)' must be false or a map, found \(override.scalar ?? override.kind)")
        }
        if isItem {
            for key in ["values", "other", "length"] {
                guard let node = side(key, override, base) else { continue }
                diagnostics.error(at: node.location, "the field of an item takes no '\(key)'")
            }
        }
        let slot = claim(path, isItem: isItem, place: place, at: base.location)
        let aliases = (side("aliases", override, base)?.texts("aliases", &diagnostics) ?? []).map { alias in
            let parent = Array(path.dropLast())
            let aliasPath = alias.text.contains(".") ? alias.text.split(separator: ".").map(String.init) : parent + [alias.text]
            return (name: aliasPath.joined(separator: "."), slot: claim(aliasPath, isItem: isItem, place: place, at: alias.location))
        }
        var initial: Value?
        if let node = side("default", override, base), let text = node.text("default", &diagnostics) {
            initial = defaultValue(text, at: node.location, target: target)
        }
        let asNode = side("as", override, base)
        let converter = converter(asNode, at: base.location, target: target)
        if let target, side("values", override, base) == nil {
            checkKind(converter.converter, target, at: asNode?.textLocation ?? base.location)
        }
        return FieldPlan.Reading(
            slot: slot, aliases: aliases, converter: converter,
            words: words(side("values", override, base), other: side("other", override, base), target: target),
            required: requirement(side("required", override, base), names: Mapping.names(of: settings)),
            initial: initial, length: length(side("length", override, base)) ?? target?.usualLength,
            code: FailureCode(rawValue: side("code", override, base)?.text("code", &diagnostics) ?? FailureCode.invalid.rawValue))
    }

    private mutating func writing(
        _ name: String, base: YAMLNode, override: YAMLNode?, target: FieldPlan.Target?
    ) -> FieldPlan.Writing? {
        checkSideKeys(override, allowed: ["value", "as", "values", "required", "length"], subject: "'out' of field '\(name)'")
        let source = override?.isMap == true ? override?["value"] : override
        var value: Expression?
        let names = Mapping.names(of: settings, hasNow: true)
        if let source, !source.isNull, let text = source.text("out", &diagnostics) {
            let place = source.textLocation
            value = ExpressionParser.parse(text, at: place, names: names, into: &diagnostics)
        }
        return FieldPlan.Writing(
            value: value, converter: converter(side("as", override, base), at: base.location, target: target),
            words: words(side("values", override, base), other: nil, target: target),
            required: requirement(side("required", override, base), names: names), length: length(side("length", override, base)))
    }

    /// A slot for a wire name; two fields cannot share one.
    private mutating func claim(_ path: [String], isItem: Bool, place: FieldPlan.Place, at location: SourceLocation) -> Int {
        let slot = isItem ? layout.itemSlotCount : layout.slotCount
        if isItem { layout.itemSlotCount += 1 } else { layout.slotCount += 1 }
        let isFree: Bool
        switch place {
        case .body: isFree = RequestLayout.insert(.slot(slot), at: path[...], into: &layout.members)
        case .query, .path, .header:
            let name = path.joined(separator: ".")
            isFree = !layout.parameters.contains { $0.place == place && $0.name == name }
            layout.parameters.append((place, name, slot))
        }
        if !isFree {
            diagnostics.error(at: location, "the name '\(path.joined(separator: "."))' is taken by another field")
        }
        return slot
    }

    private mutating func requirement(_ node: YAMLNode?, names: ExpressionNames) -> FieldPlan.Requirement {
        guard let node, let text = node.text("required", &diagnostics) else { return .never }
        if text == "true" { return .always }
        if text == "false" { return .never }
        let place = node.textLocation
        guard let expression = ExpressionParser.parse(text, at: place, names: names, expecting: .flag, into: &diagnostics) else {
            return .never
        }
        return .when(expression)
    }

    private mutating func length(_ node: YAMLNode?) -> ClosedRange<Int>? {
        guard let node, let text = node.text("length", &diagnostics) else { return nil }
        let bounds = text.components(separatedBy: "..").map { Int($0) }
        if bounds.count == 2, let low = bounds[0], let high = bounds[1], low >= 0, low <= high { return low...high }
        if bounds.count == 1, let count = bounds[0], count > 0 { return count...count }
        diagnostics.error(at: node.location, "'length' must be a number of characters or a range such as 1..255, found '\(text)'")
        return nil
    }

    private mutating func defaultValue(_ text: String, at place: SourceLocation, target: FieldPlan.Target?) -> Value? {
        switch target {
        case .path(let path): return canonicalValue(text, of: path, at: place)
        case .item(let part) where part.isNumber:
            do {
                return .number(try ExactDecimal(parsing: text))
            } catch {
                diagnostics.error(at: place, error.sentence(field: "default", value: text))
                return nil
            }
        case .item, .metadata, nil: return .text(text)
        }
    }

    /// A canonical field's value as an author writes it, for defaults.
    mutating func canonicalValue(_ text: String, of path: FieldPath, at place: SourceLocation) -> Value? {
        do throws(FieldFailure) {
            return try path.value(of: text)
        } catch {
            diagnostics.error(at: place, error.sentence)
            return nil
        }
    }
}

extension String {
    /// Splits at a separator of several characters.
    fileprivate func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
