/// Fields of items.
extension FieldWriter {
    /// Writes a part of one item.
    ///
    /// - Parameter place: the item's among the conversion's.
    func write(
        _ item: Item, at place: Int, _ input: borrowing ExpressionInput, _ context: inout ConverterContext
    ) throws(Skip) -> WireValue {
        let wire: WireValue
        if let form, value == nil {
            wire = try compose(form, input, item, &context)
        } else {
            wire = try convertPart(value(item, at: place, input), input, &context)
        }
        guard wire.isAbsent else { return wire }
        switch required {
        case .never: return wire
        case .when(let condition): if !condition.formula.isTrue(input, place) { return wire }
        case .always: break
        }
        let lacking = if case .item(let part) = target { part.wireName } else { "value for it" }
        throw Skip("\(tracker) requires \(name), but an item of this conversion has no \(lacking)")
    }

    private func value(_ item: Item, at place: Int, _ input: borrowing ExpressionInput) -> Value {
        if let value { return value.formula.value(input, place) }
        guard case .item(let part) = target else { return .absent }
        return item.value(part)
    }

    /// Writes a part of the one line of an order that came without items: `line`, or what does not ask for an item.
    func synthesize(_ input: borrowing ExpressionInput, _ context: inout ConverterContext) throws(Skip) -> WireValue {
        let wire = try convertPart((line ?? value)?.value(input) ?? .absent, input, &context)
        if wire.isAbsent, isRequired {
            throw Skip("\(tracker) requires \(name), which this conversion has neither in items nor by itself")
        }
        return wire
    }

    private func convertPart(
        _ value: Value, _ input: borrowing ExpressionInput, _ context: inout ConverterContext
    ) throws(Skip) -> WireValue {
        if case .text(let text) = value, text.isBlank { return .absent }
        guard !value.isAbsent else { return .absent }
        if let words { return .string(try word(value.description, words, input)) }
        context.field = name
        do throws(FieldFailure) {
            return try spread(checked(converter.write(value, &context)))
        } catch {
            throw Skip(error.sentence)
        }
    }

    /// A text of several parts; none if one of them is not there.
    private func compose(
        _ form: [Piece], _ input: borrowing ExpressionInput, _ item: Item, _ context: inout ConverterContext
    ) throws(Skip) -> WireValue {
        var text = ""
        context.field = name
        do throws(FieldFailure) {
            for piece in form {
                var value = Value.absent
                switch piece {
                case .literal(let literal): text += literal
                case .part(let part, let converter):
                    value = item.value(part)
                    guard !value.isAbsent else { return .absent }
                    text += try converter.write(value, &context).text ?? ""
                case .path(let path, let converter):
                    value = input.conversion[path]
                    guard !value.isAbsent else { return .absent }
                    text += try converter.write(value, &context).text ?? ""
                }
            }
            return try checked(.string(text))
        } catch {
            throw Skip(error.sentence)
        }
    }

    /// All items' values as one text.
    func join(_ rows: [WireList], _ context: inout ConverterContext) throws(Skip) -> WireValue {
        guard let join, rows.contains(where: { !$0.isAbsent(index) }) else { return .absent }
        var texts: [String] = []
        for row in rows {
            let text = row[index].text ?? ""
            let parts = text.parts(between: join.separator)
            guard parts.count > 1 else {
                texts.append(text)
                continue
            }
            guard let replacement = join.replacement else {
                throw Skip("\(name): \(text.quotedBriefly) holds '\(join.separator)', which separates the items of \(tracker)")
            }
            texts.append(parts.joined(separator: replacement))
            context.warnings.append("\(name): '\(join.separator)' in \(text.quotedBriefly) was replaced by '\(replacement)'")
        }
        return .string(texts.joined(separator: join.separator))
    }
}
