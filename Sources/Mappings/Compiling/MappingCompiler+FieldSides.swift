extension MappingCompiler {
    private mutating func checkSideKeys(_ override: YAMLNode?, allowed: [String], subject: String) {
        guard let override, override.isMap else { return }
        var map = YAMLFields(override, subject: subject, into: &diagnostics)
        for key in allowed { _ = map.takeAny(key) }
        map.finish(&diagnostics)
    }

    /// Nil if the field is read by its parts.
    mutating func reading(_ entry: FieldEntry, _ request: RequestPlan) -> FieldPlan.Reading? {
        let side = entry.input
        checkSideKeys(side, allowed: Self.sideKeys, subject: "'in' of field '\(entry.name)'")
        if let side, !side.isMap, !side.isNull {
            diagnostics.error(
                at: side.location, "'in' of field '\(entry.name)' must be false or a map, found \(side.scalar ?? side.kind)")
        }
        if entry.form != nil {
            readParts(of: entry, request)
            return nil
        }
        let slot = slot(for: entry.path, entry, at: entry.node.location, name: entry.name, request)
        let aliases = (entry.value("aliases", side)?.texts("aliases", &diagnostics) ?? []).compactMap { alias in
            aliasPath(alias.text, of: entry, at: alias.location, request).map { path in
                let outer = entry.place == .body ? request.list.map { $0.count + 1 } ?? 0 : 0
                let name = WirePath(Array(path.steps.dropFirst(outer)), parameter: path.parameter).text
                return (name: name, slot: self.slot(for: path, entry, at: alias.location, name: name, request))
            }
        }
        var initial: Value?
        var initialSetting: String?
        if let node = entry.value("default", side), let text = node.text("default", &diagnostics) {
            initialSetting = settingName(text, at: node.location)
            let written = initialSetting.map { name in settings.first { $0.name == name }?.initial?.texts.first } ?? text
            if let written { initial = defaultValue(written, at: node.location, target: entry.target) }
        }
        let asNode = entry.value("as", side)
        let converter = converter(asNode, at: entry.node.location, target: entry.target)
        let valuesNode = entry.value("values", side)
        check(converter.converter, entry, values: valuesNode, at: asNode?.textLocation ?? entry.node.location)
        return FieldPlan.Reading(
            slot: slot, aliases: aliases, converter: converter,
            words: words(valuesNode, other: entry.value("other", side), target: entry.target),
            required: requirement(entry.value("required", side), names: Mapping.names(of: settings, hasItem: entry.isItem)),
            initial: initial, initialSetting: initialSetting, length: length(entry.value("length", side)) ?? entry.target?.usualLength,
            code: FailureCode(rawValue: entry.value("code", side)?.text("code", &diagnostics) ?? FailureCode.invalid.rawValue))
    }

    private mutating func check(_ converter: ConverterDescription, _ entry: FieldEntry, values: YAMLNode?, at place: SourceLocation) {
        guard let target = entry.target else { return }
        if case .item(let part) = target, part.isNumber, let values {
            diagnostics.error(at: values.location, "'items[].\(part.wireName)' is a number and takes no 'values'")
        }
        switch entry.take {
        case .count: return
        case .sum where converter.reads != .number:
            diagnostics.error(at: place, "'take: sum' adds numbers, but converter '\(converter.name)' reads no number; write as: decimal")
        default: if values == nil { checkKind(converter, target, at: place) }
        }
    }

    mutating func writing(_ entry: FieldEntry, line: YAMLNode?, isPerItem: Bool) -> FieldPlan.Writing? {
        let output = entry.output
        guard output?.isFalse != true else { return nil }
        if entry.take != nil || entry.path.parameter != nil {
            if let output {
                let what = entry.take == nil ? "a parameter of a URL" : "one value of several"
                diagnostics.error(at: output.location, "'\(entry.name)' is \(what) and is only read; leave out 'out'")
            }
            return nil
        }
        checkSideKeys(output, allowed: ["value", "as", "values", "required", "length"], subject: "'out' of field '\(entry.name)'")
        let source = output?.isMap == true ? output?["value"] : output
        var names = Mapping.names(of: settings, hasNow: true, hasItem: entry.isItem)
        names.hasPosition = isPerItem
        var value = expression(source, "out", names)
        if let form = entry.form, !form.hasParts { value = form.constant }
        let asNode = entry.value("as", output)
        return FieldPlan.Writing(
            value: value, line: expression(line, "line", Mapping.names(of: settings, hasNow: true)),
            converter: converter(asNode, at: entry.node.location, target: entry.target),
            words: words(entry.value("values", output), other: nil, target: entry.target),
            required: requirement(entry.value("required", output), names: names), length: length(entry.value("length", output)))
    }

    private mutating func expression(_ node: YAMLNode?, _ key: String, _ names: ExpressionNames) -> Expression? {
        guard let node, !node.isNull, let text = node.text(key, &diagnostics) else { return nil }
        return ExpressionParser.parse(text, at: node.textLocation, names: names, into: &diagnostics)
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
        let bounds = text.parts(between: "..").map { Int($0) }
        if bounds.count == 2, let low = bounds[0], let high = bounds[1], low >= 0, low <= high { return low...high }
        if bounds.count == 1, let count = bounds[0], count > 0 { return count...count }
        diagnostics.error(at: node.location, "'length' must be a number of characters or a range such as 1..255, found '\(text)'")
        return nil
    }

    private mutating func defaultValue(_ text: String, at place: SourceLocation, target: FieldPlan.Target?) -> Value? {
        switch target {
        case .path(let path): return canonicalValue(text, of: path, at: place)
        case .item(let part): return partValue(text, of: part, "default", at: place)
        case .metadata, nil: return .text(text)
        }
    }

    /// A part of an item as an author writes it.
    mutating func partValue(_ text: String, of part: Item.Part, _ key: String, at place: SourceLocation) -> Value? {
        guard part.isNumber else { return .text(text) }
        do {
            return .number(try ExactDecimal(parsing: text))
        } catch {
            diagnostics.error(at: place, error.sentence(field: key, value: text))
            return nil
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
