/// A mapping read forwards for one source: its settings, defaults and converters are fixed, so that a request only runs through them.
package struct MappingReader: Sendable {
    package let mapping: Mapping
    package let settings: [String: SettingValue]
    private let settingValues: [Value]
    private let exponents: CurrencyExponents
    /// What stands in where the sender says nothing.
    private let defaults: [(path: FieldPath, value: Value)]
    /// By field.
    private let converters: [(any FieldConverter)?]
    private let readsMacros: [Bool]
    private let defaultCurrency: Currency?

    package init(
        _ mapping: Mapping, settings: [String: SettingValue] = [:], defaults: [(path: FieldPath, value: Value)] = [],
        exponents: CurrencyExponents = CurrencyExponents()
    ) {
        self.mapping = mapping
        self.settings = settings
        self.defaults = defaults
        self.exponents = exponents
        settingValues = mapping.settingValues(settings)
        converters = mapping.fields.map { $0.reading?.converter.make(mapping, settings) }
        defaultCurrency = defaults.first { $0.path == .field(.currency) }?.value.text.flatMap { Currency(code: $0) }
        readsMacros = mapping.fields.map { field in
            guard case .path(let path) = field.target, path.refusesMacros else { return false }
            return field.reading?.words == nil && field.reading?.converter.converter.name == "text"
        }
    }

    /// What is given to a conversion from outside.
    package struct Identity: Sendable {
        package var id: ConversionID
        package var source: String
        package var receivedAt: Timestamp

        package init(id: ConversionID, source: String, receivedAt: Timestamp) {
            self.id = id
            self.source = source
            self.receivedAt = receivedAt
        }
    }

    /// - Parameter origins: where each field came from, by canonical name; nothing is noted where it is nil.
    /// - Throws: everything that is wrong with the request.
    package func read(
        _ parsed: ParsedRequest, as identity: Identity, origins: inout [String: String]?
    ) throws(Refusal) -> Conversion {
        var run = Run(
            conversion: Conversion(id: identity.id, source: identity.source, tracker: mapping.name, receivedAt: identity.receivedAt),
            edge: Edge(exponents: exponents), failures: parsed.failures, origins: origins)
        run.conversion.extra = parsed.extra
        // Holds where the tracker's requests have no currency; a currency field is read before the amounts and says it anew.
        run.edge.currency = defaultCurrency
        for index in mapping.readingOrder where !mapping.fields[index].isItem { readField(index, parsed, &run) }
        settle(&run)
        readItems(parsed, &run)
        for (path, value) in defaults where run.conversion[path].isAbsent {
            run.conversion[path] = value
            run.note(path, "the source's defaults")
        }
        if run.failures.isEmpty { checkWhole(&run) }
        origins = run.origins
        run.conversion.warnings = parsed.warnings + run.edge.warnings
        guard run.failures.isEmpty else { throw Refusal(run.failures) }
        return run.conversion
    }

    package func read(_ parsed: ParsedRequest, as identity: Identity) throws(Refusal) -> Conversion {
        var origins: [String: String]?
        return try read(parsed, as: identity, origins: &origins)
    }

    /// The state of one request.
    private struct Run {
        var conversion: Conversion
        var edge: Edge
        var failures: [Failure]
        var origins: [String: String]?

        /// What words settle of other fields; applied when all are read.
        var settled: [(field: Field, word: String, wire: String)] = []
        /// Amounts are not judged where the currency itself was refused: one mistake, one sentence.
        var lacksCurrency = false

        mutating func fail(_ failure: Failure, _ field: FieldPlan) {
            failures.append(failure)
            if field.target == .path(.field(.currency)) { lacksCurrency = true }
        }

        mutating func noteField(_ path: FieldPath) {
            if origins != nil { origins?[path.description] = edge.field }
        }

        mutating func note(_ path: FieldPath, _ origin: @autoclosure () -> String) {
            if origins != nil { origins?[path.description] = origin() }
        }
    }

    private func readField(_ index: Int, _ parsed: ParsedRequest, _ run: inout Run) {
        let field = mapping.fields[index]
        guard let reading = field.reading else { return }
        var wire = parsed.slots[reading.slot]
        run.edge.field = field.name
        for alias in reading.aliases where !parsed.slots[alias.slot].isAbsent {
            if wire.isAbsent {
                wire = parsed.slots[alias.slot]
                run.edge.field = alias.name
            } else {
                run.conversion.extra[alias.name] = parsed.slots[alias.slot].jsonValue
            }
        }
        var macro: String?
        if readsMacros[index], let text = wire.text, text.trimmed.isUnexpandedMacro {
            macro = text
            wire = .absent
            run.edge.warnings.append("\(run.edge.field) \(text.quotedBriefly) is a macro that was not filled in; it counts as absent")
        }
        guard !wire.isAbsent else { return fillAbsent(field, reading, macro: macro, &run) }
        if field.isMoney, run.lacksCurrency { return }
        do throws(FieldFailure) {
            if case .metadata = field.target {
                guard case .tree(.object(let object)) = wire else {
                    throw FieldFailure("\(run.edge.field) must be an object, found \(wire.quoted)")
                }
                run.conversion.metadata = object
                if run.origins != nil { run.origins?["metadata"] = run.edge.field }
                return
            }
            guard case .path(let path) = field.target else { return }
            let value = try value(of: wire, reading, converter: converters[index], path, &run)
            guard !value.isAbsent else { return fillAbsent(field, reading, macro: nil, &run) }
            if case .extra(let name) = path, let sent = parsed.extra[name] { run.conversion.extra["query.\(name)"] = sent }
            // A mapping's converters yield what their fields hold, so nothing has to be fitted.
            if case .field(let target) = path { run.conversion[target] = value } else { run.conversion[path] = value }
            run.noteField(path)
            if path == .field(.currency) { run.edge.currency = value.text.flatMap { Currency(code: $0) } }
        } catch {
            run.fail(Failure(reading.code, field: run.edge.field, error.sentence), field)
        }
    }

    private func value(
        of wire: WireValue, _ reading: FieldPlan.Reading, converter: (any FieldConverter)?, _ path: FieldPath, _ run: inout Run
    ) throws(FieldFailure) -> Value {
        if let words = reading.words { return try word(wire, words, path, &run) }
        guard let value = try converter?.read(wire, &run.edge) else { return .absent }
        if let length = reading.length, case .text(let text) = value, !length.contains(text.unicodeScalars.count) {
            let count = text.unicodeScalars.count
            let wanted = length.lowerBound == length.upperBound ? "exactly \(length.lowerBound)" : "\(length.lowerBound) to \(length.upperBound)"
            throw FieldFailure("\(run.edge.field) has \(count) characters; \(wanted) are allowed")
        }
        return value
    }

    private func word(_ wire: WireValue, _ words: FieldPlan.Words, _ path: FieldPath, _ run: inout Run) throws(FieldFailure) -> Value {
        guard let text = wire.text?.trimmed else { throw FieldFailure("\(run.edge.field) must be a text, found \(wire.quoted)") }
        if path == .field(.type) {
            run.conversion[.eventName] = .text(text)
            run.noteField(.field(.eventName))
        }
        if let entry = words.entries.first(where: { $0.wire == text }) {
            run.settled += entry.also.map { (field: $0.field, word: $0.word, wire: "\(run.edge.field) '\(text)'") }
            return .text(entry.canonical[0])
        }
        if let other = words.other { return .text(other) }
        let known = words.entries.map(\.wire)
        let hint = text.nearest(in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw FieldFailure("\(run.edge.field) \(text.quotedBriefly) is not one of \(known.joined(separator: ", "))\(hint)")
    }

    /// An event `rejected` is a rejected deposit, whatever status stands beside it.
    private func settle(_ run: inout Run) {
        for (field, word, wire) in run.settled {
            if let other = run.conversion.text(field), other != word {
                run.edge.warnings.append("\(wire) means \(field.name) '\(word)'; the \(field.name) '\(other)' sent with it was not followed")
            }
            run.conversion[field] = .text(word)
            run.note(.field(field), wire)
        }
        if !run.settled.isEmpty {
            run.failures.removeAll { failure in
                failure.code == .missingField && run.settled.contains { mapping.path(ofWireName: failure.field ?? "") == .field($0.field) }
            }
        }
    }

    private func fillAbsent(_ field: FieldPlan, _ reading: FieldPlan.Reading, macro: String?, _ run: inout Run) {
        guard case .path(let path) = field.target, run.conversion[path].isAbsent else { return }
        if let value = defaults.first(where: { $0.path == path })?.value {
            run.conversion[path] = value
            run.note(path, "the source's defaults")
        } else if let initial = reading.initial {
            run.conversion[path] = initial
            run.note(path, "\(mapping.tracker)'s default")
        } else if reading.required == .always {
            run.fail(missing(field, reading, macro: macro), field)
        }
        if path == .field(.currency) { run.edge.currency = run.conversion.currency }
    }

    private func missing(_ field: FieldPlan, _ reading: FieldPlan.Reading, macro: String? = nil) -> Failure {
        let names = ([field.name] + reading.aliases.map(\.name)).joined(separator: " or ")
        let hint = macro.map { ", but \($0.quotedBriefly) is a macro that was not filled in" } ?? ""
        return Failure(.missingField, field: field.name, "\(names) is required\(hint)")
    }

    private func readItems(_ parsed: ParsedRequest, _ run: inout Run) {
        guard !parsed.itemRows.isEmpty else { return }
        run.conversion.items.reserveCapacity(parsed.itemRows.count)
        for (position, row) in parsed.itemRows.enumerated() where !row.isEmpty && run.failures.count < Refusal.limit {
            var item = Item()
            for index in mapping.readingOrder {
                let field = mapping.fields[index]
                guard case .item(let part) = field.target, let reading = field.reading else { continue }
                run.edge.field = field.name
                var wire = row[reading.slot]
                for alias in reading.aliases where !row[alias.slot].isAbsent {
                    if wire.isAbsent {
                        wire = row[alias.slot]
                    } else {
                        run.conversion.extra[alias.name.replacingList(with: position)] = row[alias.slot].jsonValue
                    }
                }
                do throws(FieldFailure) {
                    if wire.isAbsent {
                        if reading.required == .always { throw FieldFailure("\(field.name) is required") }
                        continue
                    }
                    item[part] = try converters[index]?.read(wire, &run.edge) ?? .absent
                } catch {
                    let name = field.name.replacingList(with: position)
                    let sentence = name + error.sentence.dropFirst(error.sentence.hasPrefix(field.name) ? field.name.count : 0)
                    run.failures.append(Failure(wire.isAbsent ? .missingField : reading.code, field: name, sentence))
                }
            }
            run.conversion.items.append(item)
        }
        if run.origins != nil { run.origins?["items"] = mapping.fields.first(where: \.isItem)?.path[0] }
    }

    /// Computed fields, then what only the whole conversion can tell.
    private func checkWhole(_ run: inout Run) {
        for computed in mapping.computed {
            let value = computed.expression.value(ExpressionInput(run.conversion, variables: settingValues))
            guard !value.isAbsent else { continue }
            run.conversion[computed.path] = value
            run.note(computed.path, "computed: \(computed.source)")
        }
        let input = ExpressionInput(run.conversion, variables: settingValues)
        for field in mapping.fields {
            guard let reading = field.reading, case .when(let condition) = reading.required, case .path(let path) = field.target else { continue }
            if run.conversion[path].isAbsent, condition.isTrue(input) { run.failures.append(missing(field, reading)) }
        }
        for check in mapping.checks where check.side != .out && !check.need.isTrue(input) {
            run.failures.append(Failure(check.code, check.sentence.text(input)))
        }
    }
}

extension FieldPlan {
    fileprivate var isMoney: Bool {
        if case .path(let path) = target { path.kind == .money } else { false }
    }
}

extension FieldPlan.ConverterCall {
    func make(_ mapping: Mapping, _ settings: [String: SettingValue]) -> any FieldConverter {
        converter.make(
            zip(words, converter.parameters).map { word, known in
                switch word {
                case .literal(let text): text
                case .setting(let name): mapping.setting(name, settings)?.texts.first ?? known[0]
                }
            }
        )
    }
}

extension String {
    /// `items[].price` becomes `items[2].price`.
    fileprivate func replacingList(with position: Int) -> String {
        guard let range = firstRange(of: "[]") else { return self }
        return replacingSubrange(range, with: "[\(position)]")
    }

    private func replacingSubrange(_ range: Range<Index>, with text: String) -> String {
        var copy = self
        copy.replaceSubrange(range, with: text)
        return copy
    }
}
