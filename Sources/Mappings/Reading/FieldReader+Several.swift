/// The values of a list that become one.
extension FieldReader {
    /// The first, the last, or all of them in one text; a list whose values are added or counted stays what it is.
    func one(of wire: WireValue) -> WireValue {
        guard case .tree(.array(let values)) = wire else { return wire }
        let wires = values.lazy.map { WireValue($0) }
        if let join {
            let texts = wires.map { $0.text ?? "" }
            return texts.contains { !$0.isBlank } ? .string(texts.joined(separator: join.separator)) : .blank
        }
        return switch take {
        case .first: wires.first { !$0.isAbsent } ?? .absent
        case .last: wires.last { !$0.isAbsent } ?? .absent
        case .sum, .count, nil: wire
        }
    }

    /// Their sum or their number; nil if the field takes one of them.
    func number(_ take: FieldPlan.Take, of wire: WireValue, _ context: inout ConverterContext) throws(FieldFailure) -> Value? {
        switch take {
        case .first, .last: return nil
        case .count:
            guard case .tree(.array(let values)) = wire else { return .number(ExactDecimal(1)) }
            return .number(ExactDecimal(Int64(values.count)))
        case .sum:
            guard case .tree(.array(let values)) = wire else { return nil }
            return try sum(values, &context)
        }
    }

    private func sum(_ values: [JSONValue], _ context: inout ConverterContext) throws(FieldFailure) -> Value {
        var total: ExactDecimal?
        for value in values {
            let wire = WireValue(value)
            guard !wire.isAbsent, case .number(let number) = try converter.read(wire, &context) else { continue }
            guard let next = (total ?? .zero).adding(number) else {
                throw FieldFailure("the sum of \(context.field) has more than 38 digits")
            }
            total = next
        }
        return total.map(Value.number) ?? .absent
    }
}
