extension FieldReader {
    /// Reads a part of the item at `position`, whose slots begin at `row`.
    @inline(__always)
    func read(_ parsed: ParsedRequest, from row: Int, at position: Int, into item: inout Item, _ run: inout ReadingRun) {
        guard let plainPart, let value = plainValue(parsed, parsed.itemSlots[row + slot], &run) else {
            return readOther(parsed, from: row, at: position, into: &item, &run)
        }
        item[plainPart] = value
    }

    @inline(never)
    private func readOther(_ parsed: ParsedRequest, from row: Int, at position: Int, into item: inout Item, _ run: inout ReadingRun) {
        guard case .item(let part) = target else { return }
        run.context.field = name
        let known = run.context.warnings.count
        defer { nameItem(at: position, inWarningsFrom: known, &run) }
        var wire = parsed.wire(parsed.itemSlots[row + slot])
        discardEmptyPart(&wire, &run)
        for alias in aliases where !parsed.itemSlots[row + alias.slot].isAbsent {
            if wire.isAbsent {
                wire = parsed.wire(parsed.itemSlots[row + alias.slot])
                discardEmptyPart(&wire, &run)
            } else {
                run.keep(ItemName(alias.name).text(at: position), parsed.wire(parsed.itemSlots[row + alias.slot]))
            }
        }
        if take != nil || join != nil { wire = one(of: wire) }
        do throws(FieldFailure) {
            if !wire.isAbsent {
                item[part] = try value(of: wire, part, &run.context)
            } else if !item[part].isAbsent {
                // Another field of the same part has it.
                return
            } else if let fallback {
                item[part] = fallback.value
                run.noteGap(of: name, at: position)
            } else if isRequired {
                throw FieldFailure("\(name) is required")
            }
        } catch {
            let name = itemName.text(at: position)
            let sentence = name + error.sentence.dropFirst(error.sentence.hasPrefix(self.name) ? self.name.count : 0)
            run.failures.append(Failure(wire.isAbsent ? .missingField : code, field: name, sentence))
        }
    }

    private func value(of wire: WireValue, _ part: Item.Part, _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        if let take, let number = try number(take, of: wire, &context) { return part.isNumber ? number : .text(number.description) }
        guard let words else { return try checked(converter.read(wire, &context), context) }
        let text = try wordText(wire, &context)
        if let entry = words.entries.first(where: { $0.wire == text }) { return .text(entry.canonical[0]) }
        return try otherWord(text, words, context)
    }

    /// The failure of an item that needs the field, by a condition, and does not have it.
    func missing(in input: borrowing ExpressionInput, item: Int, at position: Int) -> Failure? {
        guard let condition, case .item(let part) = target, input.conversion.items[item][part].isAbsent else { return nil }
        guard condition.formula.isTrue(input, item) else { return nil }
        let name = itemName.text(at: position)
        return Failure(.missingField, field: name, "\(name) is required")
    }

    private func discardEmptyPart(_ wire: inout WireValue, _ run: inout ReadingRun) {
        switch wire {
        case .absent, .null, .blank, .string, .number, .bool(true): return
        case .bool, .tree: break
        }
        guard let what = wire.emptiness, toleratesEmpty else { return }
        wire = .absent
        // What a default fills is said once for all items.
        if fallback == nil { run.context.warnings.append(ParsedRequest.emptied(name, what)) }
    }

    /// Says of which items the mapping's default was taken. If the field is required, one of them must have it.
    func judgeGap(_ gap: ReadingRun.Gap, of positions: [Int], _ run: inout ReadingRun) {
        guard let fallback else { return }
        guard isRequired, gap.count == positions.count else {
            return run.context.warnings.append(
                "\(gap.sentence(of: positions.count, itemName)); read as \(fallback.value.description), \(fallback.origin)")
        }
        for position in positions where run.failures.count < Refusal.limit {
            let name = itemName.text(at: position)
            run.failures.append(Failure(.missingField, field: name, "\(name) is required"))
        }
    }

    /// New warnings are about `items[2].price`; those beyond what is listed are counted.
    private func nameItem(at position: Int, inWarningsFrom first: Int, _ run: inout ReadingRun) {
        guard run.context.warnings.count > first else { return }
        for index in run.context.warnings.indices.dropFirst(first) where run.context.warnings[index].hasPrefix(name) {
            run.context.warnings[index] = itemName.text(at: position) + run.context.warnings[index].dropFirst(name.count)
        }
        let surplus = run.context.warnings.count - max(first, Refusal.limit)
        guard surplus > 0 else { return }
        run.context.warnings.removeLast(surplus)
        run.unlistedWarnings += surplus
    }
}
