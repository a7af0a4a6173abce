/// One field of a mapping, bound to a destination: makes its wire value from a conversion, or says why it has none.
///
/// A class, so that a request passes by its many parts without copying them.
final class FieldWriter: Sendable {
    /// Among the mapping's fields.
    let index: Int
    let isItem: Bool
    private let isHeader: Bool
    /// Whether all items' values are one text, and whether each is the name of an object's member.
    let isJoined: Bool
    /// Whether it is a part of the one item that the request is about.
    let isAlone: Bool
    let isKey: Bool
    /// Whether it gives the one line of an order that came without items.
    var isSynthesized: Bool { line != nil }
    let name: String
    let tracker: String
    let target: FieldPlan.Target?
    /// The field that is written, if that is no expression's value.
    private let field: Field?
    let value: Expression?
    private let formula: Formula?
    /// Whether its expression calculates with what may be a text.
    private let mayLackNumbers: Bool
    let line: Expression?
    let form: [Piece]?
    let join: FieldPlan.Join?
    /// The names of members that lead to each value of a list that one text is spread to; nil if it is no list.
    private let spreads: [String]?
    let converter: any FieldConverter
    let words: FieldPlan.Words?
    let required: FieldPlan.Requirement
    let isRequired: Bool
    private let length: ClosedRange<Int>?
    private let refusesMacros: Bool
    /// The field without which nothing is written and nothing is missing.
    let optionalField: Field?
    private let isMetadata: Bool
    /// Whether its wire value follows from its value and its converter alone.
    private let isPlain: Bool

    /// A piece of a composed text.
    enum Piece: Sendable {
        case literal(String)
        case part(Item.Part, any FieldConverter)
        case path(FieldPath, any FieldConverter)
    }

    /// Nil if the field is only read.
    init?(_ index: Int, of mapping: Mapping, settings: [String: SettingValue]) {
        let field = mapping.fields[index]
        guard let writing = field.writing else { return nil }
        self.index = index
        isItem = field.isItem
        isHeader = field.place == .header
        name = field.name
        tracker = mapping.tracker
        target = field.target
        value = writing.value
        formula = writing.value?.formula
        self.field = if writing.value == nil, case .path(.field(let own))? = field.target { own } else { nil }
        mayLackNumbers = writing.value?.numericOperands.isEmpty == false
        line = writing.line
        form = field.form.map { form in
            form.pieces.map { piece in
                switch piece {
                case .literal(let text): .literal(text)
                case .part(let part, let call): .part(part, call.make(mapping, settings))
                case .path(let path, let call): .path(path, call.make(mapping, settings))
                }
            }
        }
        join = field.join
        isJoined = field.items == .joined
        isAlone = field.items == .alone
        isKey = field.isKey
        spreads = field.spreads
        converter = writing.converter.make(mapping, settings)
        words = writing.words?.bound(settings)
        required = writing.required
        isRequired = writing.required == .always
        // A tracker takes from us what it would take from others.
        length = writing.length ?? field.reading?.length
        refusesMacros = if case .path(let path) = field.target { path.refusesMacros && writing.words == nil } else { false }
        optionalField = if case .never = writing.required { self.field } else { nil }
        isMetadata = writing.value == nil && field.target == .metadata
        isPlain = writing.words == nil && field.place != .header && field.spreads == nil
    }

    /// How it writes an amount; nil if it writes none.
    var moneyFormat: MoneyFormat? { (converter as? MoneyConverter)?.format }

    /// The amount that it writes; nil if it writes none.
    func amount(_ input: borrowing ExpressionInput) -> ExactDecimal? {
        guard converter is MoneyConverter else { return nil }
        if let value { return value.value(input).number }
        return if case .path(let path) = target { input.conversion[path].number } else { nil }
    }

    /// Puts the field's value into its place in the list.
    func write(_ input: borrowing ExpressionInput, _ context: inout ConverterContext, into wires: WireList) throws(Skip) {
        if let field, !input.conversion.has(field) { return try checkAbsent(input) }
        if isMetadata {
            let metadata = input.conversion.metadata
            if !metadata.members.isEmpty { wires[index] = .tree(.object(metadata)) }
            return
        }
        var value = Value.absent
        if let formula {
            value = formula.value(input, Formula.noItem)
            if value.isAbsent, mayLackNumbers, let expression = self.value { warnOfTexts(in: expression, input, &context) }
        } else if let field {
            value = input.conversion[field]
        } else if case .path(let path) = target {
            value = input.conversion[path]
        }
        if isPlain, let slot = plainSlot(of: value, context, in: wires) { return wires.set(index, slot) }
        if case .text(let text) = value, text.isBlank || refusesMacros && text.isUnexpandedMacro {
            try checkEmpty(text, input, &context)
            value = .absent
        }
        guard !value.isAbsent else { return try checkAbsent(input) }
        let wire = if let words { WireValue.string(try word(value.description, words, input)) } else { try convert(value, &context) }
        if isHeader, let text = wire.text, text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
            throw Skip("\(name) \(text.quotedBriefly) holds a control character, which a header cannot carry")
        }
        wires[index] = wire
    }

    /// The usual value: one of which nothing is to be said.
    private func plainSlot(of value: Value, _ context: borrowing ConverterContext, in wires: WireList) -> Slot? {
        switch value {
        case .absent, .flag, .time: return nil
        case .number: if length != nil { return nil }
        case .text(let text):
            guard text.hasVisibleEnds, !(refusesMacros && text.mayBeMacro) else { return nil }
            if let length, length.lowerBound > 1 || text.utf8.count > length.upperBound { return nil }
        }
        return converter.plainSlot(of: value, context, in: wires)
    }

    private func warnOfTexts(in expression: Expression, _ input: borrowing ExpressionInput, _ context: inout ConverterContext) {
        for (path, text) in expression.oddNumbers(input) {
            context.warnings.append("\(path) \(text.quotedBriefly) is no number, so \(name) was left out")
        }
    }

    private func convert(_ value: Value, _ context: inout ConverterContext) throws(Skip) -> WireValue {
        context.field = name
        do throws(FieldFailure) {
            return try spread(checked(converter.write(value, &context)))
        } catch {
            noteUnfit(error.sentence, &context)
            throw Skip(error.sentence)
        }
    }

    func checked(_ wire: WireValue) throws(FieldFailure) -> WireValue {
        if let length, let text = wire.text, !text.fits(length) {
            let count = text.unicodeScalars.count
            let limit = count < length.lowerBound ? "at least \(length.lowerBound)" : "at most \(length.upperBound)"
            throw FieldFailure("\(name) has \(count) character\(count == 1 ? "" : "s"); \(tracker) takes \(limit)")
        }
        return wire
    }

    /// One text as the list that it is at the tracker.
    func spread(_ wire: WireValue) -> WireValue {
        guard let spreads, let join, let text = wire.text else { return wire }
        let values = text.parts(between: join.separator).map { piece in
            spreads.reversed().reduce(JSONValue.string(piece)) { .object(JSONObject([($1, $0)])) }
        }
        return .tree(.array(values))
    }

    /// What the tracker would take for nothing is nothing; then what a check has seen of it does not count either.
    private func checkEmpty(
        _ text: String, _ input: borrowing ExpressionInput, _ context: inout ConverterContext
    ) throws(Skip) {
        let sentence = text.isBlank ? "\(name) is empty" : "\(name) \(text.quotedBriefly) is a macro that was not filled in"
        guard !isRequired, case .path(let path) = target, input.conversion[path] == .text(text) else { return }
        context.unfit = (path, sentence)
        throw Skip(sentence)
    }

    /// An amount is never left out, and neither is what an expression made.
    private func noteUnfit(_ sentence: String, _ context: inout ConverterContext) {
        guard case .never = required, value == nil, case .path(let path) = target, path.kind != .money else { return }
        context.unfit = (path, sentence)
    }

    private func checkAbsent(_ input: borrowing ExpressionInput) throws(Skip) {
        switch required {
        case .never: return
        case .when(let condition): if !condition.isTrue(input) { return }
        case .always: break
        }
        guard case .path(let path) = target else {
            throw Skip("\(tracker) requires \(name), which this conversion does not have")
        }
        let hint = path.isSettable ? "; a route can give it: set: { \(path): … }" : ""
        throw Skip("\(tracker) requires \(name), but the conversion has no \(path)\(hint)")
    }

    func word(_ word: String, _ words: FieldPlan.Words, _ input: borrowing ExpressionInput) throws(Skip) -> String {
        var plain: String?
        for entry in words.entries where entry.canonical.contains(word) {
            if entry.also.isEmpty {
                plain = plain ?? entry.wire
            } else if entry.also.allSatisfy({ input.conversion[$0.field] == .text($0.word) }) {
                return entry.wire
            }
        }
        if let plain { return plain }
        let name = if case .path(let path) = target { path.description } else { self.name }
        var known: [String] = []
        for word in words.entries.flatMap(\.canonical) where !known.contains(word) { known.append(word) }
        throw Skip("\(tracker) has no word for \(name) '\(word)'; it takes \(known.joined(separator: ", "))")
    }
}

extension String {
    /// Whether it has as many characters as allowed. Their number is never more than that of the bytes.
    func fits(_ length: ClosedRange<Int>) -> Bool {
        if length.lowerBound <= 1, utf8.count >= length.lowerBound, utf8.count <= length.upperBound { return true }
        return length.contains(unicodeScalars.count)
    }
}

extension FieldPlan {
    /// What comes behind the list that one text is spread to: members, by name.
    fileprivate var spreads: [String]? {
        guard join != nil, items != .joined, let list = path.lists.last else { return nil }
        return path.steps[(list + 1)...].compactMap { if case .member(let name) = $0 { name } else { nil } }
    }
}
