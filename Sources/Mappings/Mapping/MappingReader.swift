/// A mapping read forwards for one source: its settings, defaults and converters are fixed, so that a request only runs through them.
package struct MappingReader: Sendable {
    package let mapping: Mapping
    package let settings: [String: SettingValue]
    private let settingValues: [Value]
    private let exponents: CurrencyExponents
    /// What stands in where the sender says nothing.
    private let defaults: [(path: FieldPath, value: Value)]
    /// In the order they are read; those that are required of some conversions are judged when all are.
    private let fields: [FieldReader]
    private let conditional: [FieldReader]
    private let itemFields: [FieldReader]
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
        defaultCurrency = defaults.first { $0.path == .field(.currency) }?.value.text.flatMap { Currency(code: $0) }
        let bound = mapping.readingOrder.compactMap { FieldReader(mapping.fields[$0], of: mapping, settings: settings, defaults: defaults) }
        fields = bound.filter { !$0.isItem }
        itemFields = bound.filter(\.isItem)
        let inFileOrder = mapping.fields.compactMap { FieldReader($0, of: mapping, settings: settings, defaults: defaults) }
        conditional = inFileOrder.filter { $0.condition != nil && !$0.isItem }
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
        var run = ReadingRun(
            conversion: Conversion(id: identity.id, source: identity.source, tracker: mapping.name, receivedAt: identity.receivedAt),
            edge: Edge(exponents: exponents), failures: parsed.failures, origins: origins)
        run.conversion.extra = parsed.extra
        // Holds where the tracker's requests have no currency; a currency field is read before the amounts and says it anew.
        run.edge.currency = defaultCurrency
        for field in fields { field.read(parsed, into: &run) }
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

    /// An event `rejected` is a rejected deposit, whatever status stands beside it.
    private func settle(_ run: inout ReadingRun) {
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

    private func readItems(_ parsed: ParsedRequest, _ run: inout ReadingRun) {
        guard !parsed.itemRows.isEmpty else { return }
        run.conversion.items.reserveCapacity(parsed.itemRows.count)
        for (position, row) in parsed.itemRows.enumerated() where !row.isEmpty && run.failures.count < Refusal.limit {
            var item = Item()
            for field in itemFields { field.read(row, at: position, into: &item, &run) }
            run.conversion.items.append(item)
        }
        if run.origins != nil { run.origins?["items"] = mapping.fields.first(where: \.isItem)?.path[0] }
    }

    /// Computed fields, then what only the whole conversion can tell.
    private func checkWhole(_ run: inout ReadingRun) {
        for computed in mapping.computed {
            let value = computed.expression.value(ExpressionInput(run.conversion, variables: settingValues))
            guard !value.isAbsent else { continue }
            run.conversion[computed.path] = value
            run.note(computed.path, "computed: \(computed.source)")
        }
        let input = ExpressionInput(run.conversion, variables: settingValues)
        for field in conditional where field.isMissing(input) { run.failures.append(field.missing()) }
        for check in mapping.checks where check.side != .out && !check.need.isTrue(input) {
            run.failures.append(Failure(check.code, check.sentence.text(input)))
        }
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
