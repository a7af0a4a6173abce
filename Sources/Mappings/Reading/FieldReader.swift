/// One field of a mapping, bound to a source: takes the field's slots of a request and puts a value into the conversion.
///
/// A class, so that a request passes by its many parts without copying them.
final class FieldReader: Sendable {
    let name: String
    let target: FieldPlan.Target
    let aliases: [(name: String, slot: Int)]
    /// The condition, if the field is required only of some conversions.
    let condition: Expression?
    let isConditional: Bool
    let isRequired: Bool
    let slot: Int
    let converter: any FieldConverter
    let words: FieldPlan.Words?
    private let length: ClosedRange<Int>?
    /// How the values of a list become one.
    let take: FieldPlan.Take?
    let join: FieldPlan.Join?
    /// What sentences call it in an item.
    let itemName: ItemName
    let code: FailureCode
    /// The value if the sender says nothing, and who gave it.
    let fallback: (value: Value, origin: String)?
    private let isMoney: Bool
    private let refusesMacros: Bool
    /// What its converter reads; nil for a whole object.
    private let kind: Expression.Kind?
    /// Whether nothing of another kind, such as `[]`, counts as absent.
    let toleratesEmpty: Bool
    /// Whether a member that is there and empty is a mistake. What is taken back is all if nobody says how much, and nothing empty says that.
    private let refusesEmpty: Bool
    /// Whether its value follows from one slot and its converter alone, and the field that it then is.
    private let isPlain: Bool
    private let plainField: Field?
    /// Whether its converter keeps every text.
    private let keepsTexts: Bool
    let plainPart: Item.Part?
    /// Whether a correction without an amount takes back all.
    private let meansAllIfAbsent: Bool

    /// Nil if the field is only written.
    init?(_ field: FieldPlan, of mapping: Mapping, settings: [String: SettingValue], defaults: [(path: FieldPath, value: Value)]) {
        guard let reading = field.reading, let target = field.target else { return nil }
        name = field.name
        self.target = target
        aliases = reading.aliases
        slot = reading.slot
        converter = reading.converter.make(mapping, settings)
        words = reading.words?.bound(settings)
        length = reading.length
        take = field.take
        join = field.join
        itemName = ItemName(of: field)
        code = reading.code
        isRequired = reading.required == .always
        kind = reading.words == nil ? reading.converter.converter.reads : .text
        condition = if case .when(let expression) = reading.required { expression } else { nil }
        isConditional = condition != nil
        if let given = defaults.first(where: { .path($0.path) == target }) {
            fallback = (given.value, "the source's defaults")
        } else {
            fallback = reading.fallback(mapping, settings)
        }
        refusesEmpty = if case .path(let path) = target { FieldPath.takenBack.contains(path) } else { false }
        meansAllIfAbsent = mapping.refundAmounts.isEmpty
        if case .path(let path) = target {
            isMoney = path.kind == .money
            refusesMacros = path.refusesMacros && reading.words == nil
        } else {
            (isMoney, refusesMacros) = (false, false)
        }
        isPlain = reading.aliases.isEmpty && field.take == nil && field.join == nil && reading.words == nil && !refusesEmpty
        keepsTexts = (converter as? TextConverter)?.keepsTexts ?? false
        plainField = if isPlain, case .path(.field(let field)) = target { field } else { nil }
        plainPart = if isPlain, case .item(let part) = target { part } else { nil }
        // A refund without an amount is a refund of all: there an odd amount stays refused.
        toleratesEmpty = !(isMoney && mapping.isCorrection) && (!isRequired || fallback != nil)
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

    @inline(__always)
    func read(_ parsed: ParsedRequest, into run: inout ReadingRun) {
        guard let plainField, let value = plainValue(parsed, parsed.slots[slot], &run) else { return readOther(parsed, into: &run) }
        run.input.conversion[plainField] = value
        if plainField == .currency { run.context.currency = run.input.conversion.currency }
        run.note(.field(plainField), name)
    }

    @inline(never)
    private func readOther(_ parsed: ParsedRequest, into run: inout ReadingRun) {
        if refusesEmpty, let empty = emptyName(in: parsed) {
            let choice = meansAllIfAbsent ? ", or leave \(empty) out to take back all that is left" : ""
            let sentence =
                "\(empty) is empty; send the amount\(target == .path(.field(.remaining)) ? " that is left" : " that goes back")\(choice)"
            return fail(Failure(.invalidAmount, field: empty, sentence), &run)
        }
        var wire = parsed.wire(parsed.slots[slot])
        if aliases.isEmpty, wire.isAbsent {
            if case .blank = wire, case .metadata = target {
                run.context.warnings.append(ParsedRequest.emptied(name, wire.emptiness ?? ""))
            }
            return fillAbsent(macro: nil, &run)
        }
        run.context.field = name
        discardEmpty(&wire, &run)
        if take != nil || join != nil { wire = one(of: wire) }
        for alias in aliases where !parsed.slots[alias.slot].isAbsent {
            if wire.isAbsent {
                wire = parsed.wire(parsed.slots[alias.slot])
                run.context.field = alias.name
                discardEmpty(&wire, &run)
                if take != nil || join != nil { wire = one(of: wire) }
            } else {
                run.keep(alias.name, parsed.wire(parsed.slots[alias.slot]))
            }
        }
        var macro: String?
        if refusesMacros, let text = wire.text, text.mayBeMacro, text.trimmed.isUnexpandedMacro {
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

    /// The value of a slot, if its bytes say it and nothing else is to be said of it.
    @inline(__always)
    func plainValue(_ parsed: ParsedRequest, _ slot: Slot, _ run: inout ReadingRun) -> Value? {
        guard isPlain, slot.kind == .text || slot.kind == .number, !(isMoney && run.lacksCurrency) else { return nil }
        return parsed.text.withUnsafeBufferPointer { text -> Value? in
            guard let start = text.baseAddress else { return nil }
            let bytes = slot.bytes(in: start)
            if slot.kind == .text {
                guard let first = bytes.first, first.isVisibleASCII, bytes[bytes.count - 1].isVisibleASCII,
                    !(refusesMacros && first.mayBeginMacro)
                else { return nil }
            }
            if let length, length.lowerBound > 1 || bytes.count > length.upperBound { return nil }
            if keepsTexts, slot.kind == .text { return .text(String(valid: bytes)) }
            return converter.plainValue(of: bytes, isNumber: slot.kind == .number, run.context)
        }
    }

    /// PHP has one word for an empty object and an empty list, and `false` for what a function did not find.
    private func discardEmpty(_ wire: inout WireValue, _ run: inout ReadingRun) {
        switch wire {
        case .absent, .null, .blank, .string, .number, .bool(true): return
        case .bool(false) where kind == .flag || words?.entries.contains { $0.wire == "false" } == true: return
        case .bool, .tree: break
        }
        guard let what = wire.emptiness, toleratesEmpty else { return }
        if case .metadata = target, case .tree(.object) = wire { return }
        if condition != nil { run.odd[name] = oddity(of: wire, run.context) }
        run.context.warnings.append(ParsedRequest.emptied(run.context.field, what))
        wire = .absent
    }

    /// The sentence about a value if the field turns out to be needed.
    private func oddity(of wire: WireValue, _ context: ConverterContext) -> String? {
        var context = context
        do throws(FieldFailure) {
            _ = try converter.read(wire, &context)
            return nil
        } catch {
            return error.sentence
        }
    }

    /// The name under which the request has this field without a value.
    private func emptyName(in parsed: ParsedRequest) -> String? {
        let names = [(name: name, slot: slot)] + aliases
        return names.first { name in
            switch parsed.wire(parsed.slots[name.slot]) {
            case .null, .blank: true
            // Values of a list of which none is there.
            case .tree(.array(let values)): take != nil && values.allSatisfy { WireValue($0).isAbsent }
            case .absent, .string, .number, .bool, .tree: false
            }
        }?.name
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
        // A mapping's converters yield what their fields hold, so nothing has to be fitted; a number of elements may be in a text.
        if take != .count, case .field(let field) = path { run.input.conversion[field] = value } else { run.input.conversion[path] = value }
        run.noteField(path)
    }

    private func value(of wire: WireValue, _ path: FieldPath, _ run: inout ReadingRun) throws(FieldFailure) -> Value {
        if let take, let number = try number(take, of: wire, &run.context) { return number }
        if let words { return try word(wire, words, path, &run) }
        return try checked(converter.read(wire, &run.context), run.context)
    }

    /// The value if it has as many characters as allowed.
    func checked(_ value: Value, _ context: ConverterContext) throws(FieldFailure) -> Value {
        if let length, case .text(let text) = value, !text.fits(length) {
            let count = text.unicodeScalars.count
            let wanted =
                switch (length.lowerBound, length.upperBound) {
                case (0, let most): "at most \(most)"
                case (let least, let most): least == most ? "exactly \(least)" : "\(least) to \(most)"
                }
            throw FieldFailure("\(context.field) has \(count) characters; \(wanted) are allowed")
        }
        return value
    }

    private func word(_ wire: WireValue, _ words: FieldPlan.Words, _ path: FieldPath, _ run: inout ReadingRun) throws(FieldFailure) -> Value
    {
        let text = try wordText(wire, &run.context)
        if path == .field(.type) {
            run.input.conversion[.eventName] = .text(text)
            run.noteField(.field(.eventName))
        }
        if let entry = words.entries.first(where: { $0.wire == text }) {
            run.settled += entry.also.map { (field: $0.field, word: $0.word, wire: "\(run.context.field) '\(text)'") }
            return .text(entry.canonical[0])
        }
        return try otherWord(text, words, run.context)
    }

    func wordText(_ wire: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> String {
        if case .number(let number) = wire { return try context.identifier(number) }
        guard let text = wire.text?.trimmed else { throw FieldFailure("\(context.field) must be a text, found \(wire.quoted)") }
        return text
    }

    /// What a word is read as that the mapping does not name.
    func otherWord(_ text: String, _ words: FieldPlan.Words, _ context: ConverterContext) throws(FieldFailure) -> Value {
        if let other = words.other { return .text(other) }
        let known = words.entries.map(\.wire)
        let hint = text.nearest(in: known).map { "; did you mean '\($0)'?" } ?? ""
        throw FieldFailure("\(context.field) \(text.quotedBriefly) is not one of \(known.joined(separator: ", "))\(hint)")
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

    /// Refuses an identifier of which a character was lost: two of them could be the same now. A sub id is for people.
    func refuseLost(_ run: inout ReadingRun) {
        guard case .path(.field(let field)) = target, target.isExact else { return }
        guard let text = run.input.conversion.text(field), text.unicodeScalars.contains("\u{FFFD}") else { return }
        run.failures.append(Failure(code, field: name, ParsedRequest.lost(name, text)))
    }

    /// Whether this conversion needs the field and has none.
    func isMissing(_ input: borrowing ExpressionInput) -> Bool {
        guard let condition, case .path(let path) = target else { return false }
        return input.conversion[path].isAbsent && condition.isTrue(input)
    }

    /// The failure of a field that this conversion needs and does not have.
    func missing(_ run: ReadingRun) -> Failure {
        run.odd[name].map { Failure(code, field: name, $0) } ?? missing()
    }

    private func missing(macro: String? = nil) -> Failure {
        let names = ([name] + aliases.map(\.name)).joined(separator: " or ")
        let hint = macro.map { ", but \($0.quotedBriefly) is a macro that was not filled in" } ?? ""
        return Failure(.missingField, field: name, "\(names) is required\(hint)")
    }
}

extension FieldPlan.Reading {
    /// The value if the sender says nothing: the operator's, else the mapping's.
    fileprivate func fallback(_ mapping: Mapping, _ settings: [String: SettingValue]) -> (value: Value, origin: String)? {
        if let name = initialSetting, let text = settings[name]?.texts.first, !text.isEmpty {
            let path = mapping.settings.first { $0.name == name }?.path
            if let value = try? path?.value(of: text) ?? .text(text) { return (value, "setting '\(name)'") }
        }
        return initial.map { ($0, "\(mapping.tracker)'s default") }
    }
}
