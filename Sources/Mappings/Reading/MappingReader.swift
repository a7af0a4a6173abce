/// A mapping read forwards for one source: its settings, defaults and converters are fixed, so that a request only runs through them.
///
/// A class, since a mapping has many parts and hardly any request needs a copy of them.
package final class MappingReader: Sendable {
    package let mapping: Mapping
    package let settings: [String: SettingValue]
    private let settingValues: [Value]
    let exponents: CurrencyExponents
    private let surplus: SurplusRule?
    /// Values for what the sender does not say.
    private let defaults: [(path: FieldPath, value: Value)]
    /// In the order in which they are read; those that are required of some conversions are judged at the end.
    private let fields: FixedList<FieldReader>
    private let conditional: FixedList<FieldReader>
    private let itemFields: FixedList<FieldReader>
    private let defaultCurrency: Currency?
    /// The mapping's computed fields.
    private let computed: FixedList<ComputedReader>
    private let checks: [Check]
    /// What each of them needs.
    private let needs: FixedList<Formula>
    /// Of a correction: amounts in minor units.
    private let minorFields: [Field]

    package init(
        _ mapping: Mapping, settings: [String: SettingValue] = [:], defaults: [(path: FieldPath, value: Value)] = [],
        exponents: CurrencyExponents = CurrencyExponents(), surplus: SurplusRule? = nil
    ) {
        self.mapping = mapping
        self.settings = settings
        // A correction says what has changed, so defaults do not apply to it.
        let defaults = mapping.isCorrection ? [] : defaults
        self.defaults = defaults
        self.exponents = exponents
        self.surplus = surplus
        settingValues = mapping.settingValues(settings)
        defaultCurrency = defaults.first { $0.path == .field(.currency) }?.value.text.flatMap { Currency(code: $0) }
        let bound = mapping.readingOrder.compactMap { FieldReader(mapping.fields[$0], of: mapping, settings: settings, defaults: defaults) }
        let own = bound.filter { !$0.isItem }
        fields = FixedList(own)
        itemFields = FixedList(bound.filter(\.isItem))
        checks = mapping.checks.filter { $0.side != .out }
        computed = FixedList(mapping.computed.map(ComputedReader.init))
        needs = FixedList(checks.map(\.need.formula))
        let inFileOrder = mapping.fields.compactMap { FieldReader($0, of: mapping, settings: settings, defaults: defaults) }
        minorFields = mapping.isCorrection ? own.compactMap(\.minorField) : []
        conditional = FixedList(inFileOrder.filter { $0.condition != nil && !$0.isItem })
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

    /// - Parameter origins: where each field came from, by canonical name; nil notes nothing.
    /// - Throws: everything that is wrong with the request.
    package func read(
        _ parsed: ParsedRequest, as identity: Identity, origins: inout [String: String]?
    ) throws(Refusal) -> Conversion {
        guard !parsed.isExcessive else { throw Refusal(parsed.excess) }
        if parsed.isForeign { throw Refusal(parsed.failures) }
        // The conversion has no other owner, so that its values are set in place.
        var run = ReadingRun(
            input: ExpressionInput(
                Conversion(id: identity.id, source: identity.source, tracker: mapping.name, receivedAt: identity.receivedAt),
                variables: settingValues, now: identity.receivedAt),
            context: ConverterContext(exponents: exponents),
            failures: parsed.failures,
            origins: origins)
        run.extraNames = parsed.extraNames
        if !parsed.extra.members.isEmpty { run.input.conversion.extra = parsed.extra }
        // Counts if the tracker's requests have no currency; a currency field is read before the amounts and replaces it.
        run.context.currency = defaultCurrency
        run.context.awaitsCurrency = mapping.isCorrection
        run.context.surplus = surplus
        fields.walk { $0.read(parsed, into: &run) }
        if parsed.isLossy { fields.walk { $0.refuseLost(&run) } }
        settle(&run)
        readItems(parsed, &run)
        for (path, value) in defaults where run.input.conversion[path].isAbsent {
            run.input.conversion[path] = value
            run.note(path, "the source's defaults")
        }
        if run.failures.isEmpty { checkWhole(parsed, &run) }
        if let time = run.input.conversion[.occurredAt].time { warnOfFuture(time, &run) }
        if run.unlistedWarnings > 0 { run.context.warnings.append("\(run.unlistedWarnings) more warnings about items are not listed") }
        origins = run.origins
        if !parsed.warnings.isEmpty || !run.context.warnings.isEmpty {
            run.input.conversion.warnings = parsed.warnings + run.context.warnings
        }
        guard run.failures.isEmpty else { throw Refusal(run.failures) }
        return run.input.conversion
    }

    private func warnOfTexts(in computed: Mapping.Computed, _ run: inout ReadingRun) {
        for (path, text) in computed.expression.oddNumbers(run.input) {
            run.context.warnings.append(
                "\(path) \(text.quotedBriefly) is no number, so \(computed.path) was not computed: \(computed.source)")
        }
    }

    private func warnOfFuture(_ time: Timestamp, _ run: inout ReadingRun) {
        let received = run.input.conversion.receivedAt
        guard received.duration(to: time) > .seconds(86_400) else { return }
        let name = fields.first { $0.target == .path(.field(.occurredAt)) }?.name ?? Field.occurredAt.name
        run.context.warnings.append("\(name) \(time) is more than a day ahead of the time of receipt, \(received)")
    }

    func isInMinorUnits(_ field: Field) -> Bool { minorFields.contains(field) }

    package func read(_ parsed: ParsedRequest, as identity: Identity) throws(Refusal) -> Conversion {
        var origins: [String: String]?
        return try read(parsed, as: identity, origins: &origins)
    }

    /// An event `rejected` is a rejected deposit, whatever status was sent with it.
    private func settle(_ run: inout ReadingRun) {
        for (field, word, wire) in run.settled {
            if let other = run.input.conversion.text(field), other != word {
                run.context.warnings.append(
                    "\(wire) means \(field.name) '\(word)'; the \(field.name) '\(other)' sent with it was not followed")
            }
            run.input.conversion[field] = .text(word)
            run.note(.field(field), wire)
        }
        if !run.settled.isEmpty {
            run.failures.removeAll { failure in
                failure.code == .missingField && run.settled.contains { mapping.path(ofWireName: failure.field ?? "") == .field($0.field) }
            }
        }
    }

    private func readItems(_ parsed: ParsedRequest, _ run: inout ReadingRun) {
        guard !parsed.itemPositions.isEmpty else { return }
        var items: [Item] = []
        items.reserveCapacity(parsed.itemPositions.count)
        let width = mapping.layout.itemSlotCount
        for (index, position) in parsed.itemPositions.enumerated() where run.failures.count < Refusal.limit {
            var item = Item()
            itemFields.walk { $0.read(parsed, from: index * width, at: position, into: &item, &run) }
            items.append(consume item)
        }
        run.input.conversion.items = items
        for gap in run.gaps {
            itemFields.first { $0.name == gap.field }?.judgeGap(gap, of: parsed.itemPositions, &run)
        }
        if run.origins != nil { run.origins?["items"] = mapping.nameOfItems }
    }

    /// Computed fields, then the checks that need the whole conversion.
    private func checkWhole(_ parsed: ParsedRequest, _ run: inout ReadingRun) {
        computed.walk { computed in
            let value = computed.formula.value(run.input, Formula.noItem)
            guard !value.isAbsent else {
                if computed.plan.mayLackNumbers { warnOfTexts(in: computed.plan, &run) }
                return
            }
            if let field = computed.field { run.input.conversion[field] = value } else { run.input.conversion[computed.plan.path] = value }
            if run.origins != nil { run.note(computed.plan.path, "computed: \(computed.plan.source)") }
        }
        conditional.walk { if $0.isMissing(run.input) { run.failures.append($0.missing(run)) } }
        itemFields.walk { if $0.isConditional { judgeItems($0, parsed, &run) } }
        for index in 0..<needs.count where !needs.with(index, { $0.isTrue(run.input, Formula.noItem) }) {
            run.failures.append(Failure(checks[index].code, checks[index].sentence.text(run.input)))
        }
    }
}

/// A computed field, ready to be evaluated.
private final class ComputedReader: Sendable {
    let plan: Mapping.Computed
    let formula: Formula
    /// The field, if every value that the expression may have is one that it can hold.
    let field: Field?

    init(_ plan: Mapping.Computed) {
        self.plan = plan
        formula = plan.expression.formula
        field = plan.fittingField
    }
}

extension Mapping.Computed {
    fileprivate var fittingField: Field? {
        guard case .field(let field) = path else { return nil }
        return switch (field.kind, expression.literal) {
        case (.word(let words), .text(let word)?): words.contains(word) ? field : nil
        case (.money, nil): expression.formula is NumberFormula ? field : nil
        default: nil
        }
    }
}

extension Mapping {
    /// What a request calls the items: `items[]`, `skulist`.
    fileprivate var nameOfItems: String? {
        guard let field = fields.first(where: \.isItem) else { return nil }
        guard case .list(let step)? = field.items else { return field.name }
        return WirePath.text(of: field.path.steps[...step])
    }
}

extension MappingReader {
    private func judgeItems(_ field: FieldReader, _ parsed: ParsedRequest, _ run: inout ReadingRun) {
        for (item, position) in parsed.itemPositions.enumerated() where run.failures.count < Refusal.limit {
            if let failure = field.missing(in: run.input, item: item, at: position) { run.failures.append(failure) }
        }
    }
}

extension FieldPlan.ConverterCall {
    func make(_ mapping: Mapping, _ settings: [String: SettingValue]) -> any FieldConverter {
        made
            ?? converter.make(
                zip(words, converter.parameters).map { word, known in
                    switch word {
                    case .literal(let text): text
                    case .setting(let name): mapping.setting(name, settings)?.texts.first ?? known[0]
                    }
                }
            )
    }
}
