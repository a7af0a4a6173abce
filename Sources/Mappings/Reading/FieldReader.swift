/// One field of a mapping, bound to a source: takes the field's slots of a request and puts a value into the conversion.
///
/// A class, so that a request passes by its many parts without copying them.
final class FieldReader: Sendable {
    let name: String
    let target: FieldPlan.Target
    private let aliases: [(name: String, slot: Int)]
    /// The condition, if the field is required only of some conversions.
    let condition: Expression?
    private let isRequired: Bool
    private let slot: Int
    private let converter: any FieldConverter
    private let words: FieldPlan.Words?
    private let length: ClosedRange<Int>?
    private let code: FailureCode
    /// The value if the sender says nothing, and who gave it.
    private let fallback: (value: Value, origin: String)?
    private let isMoney: Bool
    private let refusesMacros: Bool
    /// Whether a member that is there and empty is a mistake. What is taken back is all if nobody says how much, and nothing empty says that.
    private let refusesEmpty: Bool

    /// Nil if the field is only written.
    init?(_ field: FieldPlan, of mapping: Mapping, settings: [String: SettingValue], defaults: [(path: FieldPath, value: Value)]) {
        guard let reading = field.reading, let target = field.target else { return nil }
        name = field.name
        self.target = target
        aliases = reading.aliases
        slot = reading.slot
        converter = reading.converter.make(mapping, settings)
        words = reading.words
        length = reading.length
        code = reading.code
        isRequired = reading.required == .always
        condition = if case .when(let expression) = reading.required { expression } else { nil }
        if let given = defaults.first(where: { .path($0.path) == target }) {
            fallback = (given.value, "the source's defaults")
        } else {
            fallback = reading.initial.map { ($0, "\(mapping.tracker)'s default") }
        }
        refusesEmpty = target == .path(.field(.refund))
        if case .path(let path) = target {
            isMoney = path.kind == .money
            refusesMacros = path.refusesMacros && reading.words == nil
        } else {
            (isMoney, refusesMacros) = (false, false)
        }
    }

    /// The amount that it reads in minor units.
    var minorField: Field? {
        guard let money = converter as? MoneyConverter, money.format.unit == .minor, case .path(.field(let field)) = target else {
            return nil
        }
        return field
    }

    var isItem: Bool {
        if case .item = target { true } else { false }
    }

    func read(_ parsed: ParsedRequest, into run: inout ReadingRun) {
        if refusesEmpty, let empty = emptyName(in: parsed) {
            let sentence = "\(empty) is empty; send the amount that goes back, or leave \(empty) out to take back all that is left"
            return fail(Failure(.invalidAmount, field: empty, sentence), &run)
        }
        if aliases.isEmpty, parsed.slots[slot].isAbsent { return fillAbsent(macro: nil, &run) }
        var wire = parsed.slots[slot]
        run.context.field = name
        for alias in aliases where !parsed.slots[alias.slot].isAbsent {
            if wire.isAbsent {
                wire = parsed.slots[alias.slot]
                run.context.field = alias.name
            } else {
                run.keep(alias.name, parsed.slots[alias.slot])
            }
        }
        var macro: String?
        if refusesMacros, let text = wire.text, text.trimmed.isUnexpandedMacro {
            macro = text
            wire = .absent
            run.context.warnings.append("\(run.context.field) \(text.quotedBriefly) is a macro that was not filled in; it counts as absent")
        }
        guard !wire.isAbsent else { return fillAbsent(macro: macro, &run) }
        if isMoney, run.lacksCurrency { return }
        do throws(FieldFailure) {
            try put(wire, of: parsed, into: &run)
        } catch {
            fail(Failure(code, field: run.context.field, error.sentence), &run)
        }
    }

    /// The name under which the request has this field without a value.
    private func emptyName(in parsed: ParsedRequest) -> String? {
        let names = [(name: name, slot: slot)] + aliases
        return names.first { parsed.slots[$0.slot].isAbsent && parsed.has($0.name) }?.name
    }

    private func put(_ wire: WireValue, of parsed: ParsedRequest, into run: inout ReadingRun) throws(FieldFailure) {
        if case .metadata = target {
            guard case .tree(.object(let object)) = wire else {
                throw FieldFailure("\(run.context.field) must be an object, found \(wire.quoted)")
            }
            run.input.conversion.metadata = object
            if run.origins != nil { run.origins?["metadata"] = run.context.field }
        }
        guard case .path(let path) = target else { return }
        let value = try value(of: wire, path, &run)
        guard !value.isAbsent else { return fillAbsent(macro: nil, &run) }
        if case .field(.currency) = path { run.context.currency = value.text.flatMap { Currency(code: $0) } }
        if case .extra(let name) = path, let sent = parsed.extra[name] { run.input.conversion.extra["query.\(name)"] = sent }
        // A mapping's converters yield what their fields hold, so nothing has to be fitted.
        if case .field(let field) = path { run.input.conversion[field] = value } else { run.input.conversion[path] = value }
        run.noteField(path)
    }

    private func value(of wire: WireValue, _ path: FieldPath, _ run: inout ReadingRun) throws(FieldFailure) -> Value {
        if let words { return try word(wire, words, path, &run) }
        let value = try converter.read(wire, &run.context)
        if let length, case .text(let text) = value, !length.contains(text.unicodeScalars.count) {
            let count = text.unicodeScalars.count
            let wanted =
                switch (length.lowerBound, length.upperBound) {
                case (0, let most): "at most \(most)"
                case (let least, let most): least == most ? "exactly \(least)" : "\(least) to \(most)"
                }
            throw FieldFailure("\(run.context.field) has \(count) characters; \(wanted) are allowed")
        }
        return value
    }

    private func word(_ wire: WireValue, _ words: FieldPlan.Words, _ path: FieldPath, _ run: inout ReadingRun) throws(FieldFailure) -> Value
    {
        guard let text = wire.text?.trimmed else { throw FieldFailure("\(run.context.field) must be a text, found \(wire.quoted)") }
        if path == .field(.type) {
            run.input.conversion[.eventName] = .text(text)
            run.noteField(.field(.eventName))
        }
        if let entry = words.entries.first(where: { $0.wire == text }) {
            run.settled += entry.also.map { (field: $0.field, word: $0.word, wire: "\(run.context.field) '\(text)'") }
            return .text(entry.canonical[0])
        }
        if let other = words.other { return .text(other) }
        let known = words.entries.map(\.wire)
        let hint = text.nearest(in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw FieldFailure("\(run.context.field) \(text.quotedBriefly) is not one of \(known.joined(separator: ", "))\(hint)")
    }

    private func fillAbsent(macro: String?, _ run: inout ReadingRun) {
        guard fallback != nil || isRequired, case .path(let path) = target, run.input.conversion[path].isAbsent else { return }
        if let fallback {
            run.input.conversion[path] = fallback.value
            run.note(path, fallback.origin)
        } else {
            fail(missing(macro: macro), &run)
        }
        if case .field(.currency) = path { run.context.currency = run.input.conversion.currency }
    }

    private func fail(_ failure: Failure, _ run: inout ReadingRun) {
        run.failures.append(failure)
        if target == .path(.field(.currency)) { run.lacksCurrency = true }
    }

    /// Whether this conversion needs the field and has none.
    func isMissing(_ input: borrowing ExpressionInput) -> Bool {
        guard let condition, case .path(let path) = target else { return false }
        return input.conversion[path].isAbsent && condition.isTrue(input)
    }

    func missing(macro: String? = nil) -> Failure {
        let names = ([name] + aliases.map(\.name)).joined(separator: " or ")
        let hint = macro.map { ", but \($0.quotedBriefly) is a macro that was not filled in" } ?? ""
        return Failure(.missingField, field: name, "\(names) is required\(hint)")
    }

    /// Reads a part of the item at `position`, whose slots begin at `row`.
    func read(_ slots: [WireValue], from row: Int, at position: Int, into item: inout Item, _ run: inout ReadingRun) {
        guard case .item(let part) = target else { return }
        run.context.field = name
        var wire = slots[row + slot]
        for alias in aliases where !slots[row + alias.slot].isAbsent {
            if wire.isAbsent {
                wire = slots[row + alias.slot]
            } else {
                run.keep(alias.name.replacingList(with: position), slots[row + alias.slot])
            }
        }
        let known = run.context.warnings.count
        defer { nameItem(at: position, inWarningsFrom: known, &run) }
        do throws(FieldFailure) {
            if !wire.isAbsent {
                item[part] = try converter.read(wire, &run.context)
            } else if isRequired {
                throw FieldFailure("\(name) is required")
            }
        } catch {
            let name = self.name.replacingList(with: position)
            let sentence = name + error.sentence.dropFirst(error.sentence.hasPrefix(self.name) ? self.name.count : 0)
            run.failures.append(Failure(wire.isAbsent ? .missingField : code, field: name, sentence))
        }
    }

    /// New warnings are about `items[2].price`; those beyond what is listed are counted.
    private func nameItem(at position: Int, inWarningsFrom first: Int, _ run: inout ReadingRun) {
        for index in run.context.warnings.indices.dropFirst(first) where run.context.warnings[index].hasPrefix(name) {
            run.context.warnings[index] = name.replacingList(with: position) + run.context.warnings[index].dropFirst(name.count)
        }
        let surplus = run.context.warnings.count - max(first, Refusal.limit)
        guard surplus > 0 else { return }
        run.context.warnings.removeLast(surplus)
        run.unlistedWarnings += surplus
    }
}

extension String {
    /// `items[].price` becomes `items[2].price`.
    fileprivate func replacingList(with position: Int) -> String {
        guard let range = firstRange(of: "[]") else { return self }
        var copy = self
        copy.replaceSubrange(range, with: "[\(position)]")
        return copy
    }
}
