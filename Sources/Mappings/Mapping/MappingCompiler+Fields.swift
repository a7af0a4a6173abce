extension MappingCompiler {
    /// Compiles one entry of `fields:`. A problem leaves the field out, so that the rest of the file is still checked.
    mutating func field(_ name: String, at place: SourceLocation, _ node: YAMLNode, request: RequestPlan) {
        var map = YAMLFields(node, subject: "field '\(name)'", into: &diagnostics)
        let path = name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        let isItem = path.count == 2 && path[0].hasSuffix("[]")
        if path.contains(where: \.isEmpty) || path.dropFirst(isItem ? 1 : 0).contains(where: { $0.hasSuffix("[]") }) {
            diagnostics.error(at: place, "'\(name)' is no field path; write name, object.name or list[].name")
        }
        let target = map.take("is").flatMap { self.target($0, isItem: isItem) }
        let isKnownSegment = request.path.segments.isEmpty || request.path.segments.contains(.setting(name))
        let defaultPlace: FieldPlan.Place = request.bodies.isEmpty ? .query : .body
        let wirePlace = word("place", in: &map, of: FieldPlan.Place.self) ?? defaultPlace
        if wirePlace == .path, !isKnownSegment {
            diagnostics.error(at: place, "'\(name)' is no variable segment of the path \(request.path.description)")
        }

        let base = node
        let inNode = map.takeAny("in")
        let outNode = map.takeAny("out")
        var reading: FieldPlan.Reading?
        var writing: FieldPlan.Writing?
        if inNode?.scalar != "false", target != nil {
            reading = self.reading(name, path: path, base: base, override: inNode, target: target, isItem: isItem, place: wirePlace)
        }
        if outNode?.scalar != "false", wirePlace != .path {
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

    /// The key's value for one direction: what stands under `in:` or `out:` wins over the field's own.
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
            for key in ["default", "values", "other", "length"] {
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
            initial: initial, length: length(side("length", override, base)),
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
        guard case .path(let path) = target else { return .text(text) }
        return canonicalValue(text, of: path, at: place)
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

    // MARK: Converters and words

    private mutating func converter(_ node: YAMLNode?, at place: SourceLocation, target: FieldPlan.Target?) -> FieldPlan.ConverterCall {
        let initial = target?.usualConverter ?? "text"
        let text = node?.text("as", &diagnostics) ?? initial
        let location = node.map(\.textLocation) ?? place
        let open = text.firstIndex(of: "(")
        let name = String(text[..<(open ?? text.endIndex)]).trimmed
        guard let converter = Converters.named(name) else {
            diagnostics.error(at: location, "unknown converter '\(name)'\(name.suggestion(from: Converters.all.map(\.name)))")
            return FieldPlan.ConverterCall(converter: TextConverter.description, words: [.literal("text")])
        }
        var given: [String] = []
        if let open {
            guard text.hasSuffix(")") else {
                diagnostics.error(at: location, "'\(text)' has no closing ')'")
                return FieldPlan.ConverterCall(converter: converter, words: converter.parameters.map { .literal($0[0]) })
            }
            given = text[text.index(after: open)...].dropLast().split(separator: ",").map { String($0).trimmed }
        }
        checkMoney(converter, target: target, at: location)
        return FieldPlan.ConverterCall(converter: converter, words: parameters(given, of: converter, at: location))
    }

    /// Each word belongs to the first parameter that knows it, so `money(major, text)` and `money(major, half_up)` both read well.
    private mutating func parameters(
        _ given: [String], of converter: ConverterDescription, at place: SourceLocation
    ) -> [FieldPlan.ConverterCall.Word] {
        var words = converter.parameters.map { FieldPlan.ConverterCall.Word.literal($0[0]) }
        for (index, word) in given.enumerated() {
            if word.hasPrefix("settings.") {
                let name = String(word.dropFirst(9))
                let setting = settings.first { $0.name == name }
                if setting == nil {
                    diagnostics.error(at: place, "unknown setting '\(name)'\(name.suggestion(from: settings.map(\.name)))")
                } else if !converter.takesSetting || index != 0 {
                    diagnostics.error(at: place, "'\(converter.name)' takes no setting here")
                } else if let values = setting?.values, values.isEmpty || !values.allSatisfy(converter.parameters[0].contains) {
                    let known = converter.parameters[0].joined(separator: ", ")
                    diagnostics.error(at: place, "setting '\(name)' must list its values, and '\(converter.name)' knows only \(known)")
                } else {
                    words[0] = .setting(name)
                }
            } else if let parameter = converter.parameters.firstIndex(where: { $0.contains(word) }) {
                words[parameter] = .literal(word)
            } else {
                let known = converter.parameters.flatMap { $0 }
                let hint = known.isEmpty ? "; it takes none" : word.suggestion(from: known)
                diagnostics.error(at: place, "unknown parameter '\(word)' of converter '\(converter.name)'\(hint)")
            }
        }
        return words
    }

    private mutating func checkMoney(_ converter: ConverterDescription, target: FieldPlan.Target?, at place: SourceLocation) {
        guard case .path(.field(let field)) = target else { return }
        if field.kind == .money, converter.name != "money" {
            diagnostics.error(
                at: place, "'\(field.name)' is money: say its unit, as: money(major) or as: money(minor)")
        }
    }

    /// What is read must be what the field holds, or it would not come back from the store.
    private mutating func checkKind(_ converter: ConverterDescription, _ target: FieldPlan.Target, at place: SourceLocation) {
        let (name, wanted): (String, Expression.Kind?) =
            switch target {
            case .metadata: ("metadata", nil)
            case .item(let part): ("items[].\(part.wireName)", part.isNumber ? .number : .text)
            case .path(.field(let field)): (field.name, field.kind.expressionKind)
            case .path(let path): (path.description, converter.reads ?? .text)
            }
        if case .path(.field(let field)) = target, field.kind == .money { return }
        guard wanted != converter.reads else { return }
        let (held, read) = (wanted.map { "a \($0)" } ?? "an object", converter.reads.map { "a \($0)" } ?? "an object")
        diagnostics.error(at: place, "'\(name)' holds \(held), but converter '\(converter.name)' reads \(read)")
    }

    private mutating func words(_ node: YAMLNode?, other: YAMLNode?, target: FieldPlan.Target?) -> FieldPlan.Words? {
        guard let node else {
            // A closed list of words without `values` has the canonical words on the wire.
            guard case .path(.field(let field)) = target, let words = field.words else { return nil }
            return FieldPlan.Words(entries: words.map { FieldPlan.Words.Entry(wire: $0, canonical: [$0], also: []) }, other: nil)
        }
        guard let entries = node.entries else {
            diagnostics.error(at: node.location, "'values' must be a map from wire words to canonical words, found \(node.kind)")
            return nil
        }
        var known: [String]?
        var field: Field?
        if case .path(.field(let target)) = target {
            field = target
            if case .word(let words) = target.kind { known = words }
        }
        let compiled = entries.map { entry -> FieldPlan.Words.Entry in
            var also: [(field: Field, word: String)] = []
            var canonical: [(text: String, location: SourceLocation)] = []
            if let pairs = entry.value.entries {
                for pair in pairs {
                    guard let name = pair.key.scalar, let other = Field(name: name), let text = pair.value.text(name, &diagnostics) else {
                        let name = pair.key.scalar ?? ""
                        let hint = name.suggestion(from: Field.allNames)
                        diagnostics.error(at: pair.key.location, "unknown canonical field '\(name)'\(hint)")
                        continue
                    }
                    if other == field {
                        canonical.append((text, pair.value.location))
                    } else {
                        checkWord(text, at: pair.value.location, among: other.words)
                        also.append((other, text))
                    }
                }
            } else {
                canonical = entry.value.texts("values", &diagnostics)
            }
            for word in canonical { checkWord(word.text, at: word.location, among: known) }
            if canonical.isEmpty { diagnostics.error(at: entry.value.location, "'\(entry.key.scalar ?? "")' stands for no canonical word") }
            return FieldPlan.Words.Entry(wire: entry.key.scalar ?? "", canonical: canonical.map(\.text), also: also)
        }
        let otherWord = other?.text("other", &diagnostics)
        if let other, let otherWord { checkWord(otherWord, at: other.location, among: known) }
        return FieldPlan.Words(entries: compiled, other: otherWord)
    }

    mutating func checkWord(_ word: String, at place: SourceLocation, among known: [String]?) {
        guard let known, !known.contains(word) else { return }
        diagnostics.error(at: place, "unknown word '\(word)'\(word.suggestion(from: known))")
    }
}

extension Field {
    /// The closed list of words that it may hold, if it has one.
    package var words: [String]? {
        if case .word(let words) = kind { words } else { nil }
    }
}

extension FieldPlan.Target {
    /// The converter of a field whose file names none.
    fileprivate var usualConverter: String {
        switch self {
        case .metadata: "object"
        case .item(let part): part.isNumber ? "decimal" : "text"
        case .path(.field(.currency)): "currency"
        case .path(.field(.customerCountry)): "country"
        case .path(let path):
            switch path.kind {
            case .flag: "boolean"
            case .time: "time"
            default: "text"
            }
        }
    }
}

extension FieldPath {
    /// Reads a value as people write it in files: `sale`, `12.50`, `true`, `EUR`, an ISO 8601 time.
    package func value(of text: String) throws(FieldFailure) -> Value {
        var edge = Edge(field: description)
        switch self {
        case .field(.currency):
            return try CurrencyConverter(rule: .any).read(.string(text), &edge)
        case .field(let field):
            switch field.kind {
            case .text: return .text(text)
            case .money: return try DecimalConverter(isTextOnWire: false).read(.string(text), &edge)
            case .flag: return try BooleanConverter().read(.string(text), &edge)
            case .time: return try TimeConverter(form: .iso8601).read(.string(text), &edge)
            case .word(let words):
                guard words.contains(text) else { throw FieldFailure("unknown word '\(text)'\(text.suggestion(from: words))") }
                return .text(text)
            }
        default: return .text(text)
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
