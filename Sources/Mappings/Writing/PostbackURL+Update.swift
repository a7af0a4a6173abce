extension PostbackURL {
    /// Sends a correction. All that goes back goes to the `refund_url`, a part to the `partial_refund_url`; anything else, or what has no address of its
    /// own, goes to the same address as the sale if that has a macro for it. An address without such a macro would report the first conversion
    /// once more, and a `refund_url` that gets a part would take the whole sale back.
    func writeUpdate(_ conversion: Conversion, _ context: inout ConverterContext) throws(Skip) -> OutboundRequest {
        let isFinal = Correction.Status.rank(conversion.text(.status)) == Correction.Status.final
        let isRefund = conversion.text(.update) == "refund"
        var stated = conversion
        if isFinal, stated[.refund].isAbsent, let rest = conversion.asFirstMessage[.amount].number {
            // What is rejected or charged back goes back as far as it has not.
            stated[.refund] = .number(rest)
        }
        fit(&stated, &context)
        let purpose: Purpose? = isFinal ? .whole : isRefund ? .part : nil
        if let purpose, let other = other(for: purpose) { return try other.fill(stated, &context) }
        let ways = ways(of: conversion, isFinal: isFinal)
        let takesRest = hasRemaining && (isFinal || conversion.text(.update) != "status")
        if takesRest || ways.contains(where: { $0.allSatisfy { named.contains(.field($0)) } }) { return try fill(stated, &context) }
        throw Skip(reason(for: conversion, purpose, ways))
    }

    private func reason(for conversion: Conversion, _ purpose: Purpose?, _ ways: [[Field]]) -> String {
        if purpose == .part, other(for: .whole) != nil {
            return "the refund_url takes whole sales back, so \(conversion.change) was not sent; a partial_refund_url can take it"
        }
        let macros = ways.map { $0.map { "{\($0.name)}" }.joined(separator: " and ") }.joined(separator: " or ")
        let hint = purpose.map { "; a \($0.rawValue) can take it" } ?? ""
        return "the \(key) has no \(macros), so \(conversion.change) was not sent\(hint)"
    }

    /// Amounts are rounded here only if the configuration says so; then they must add up.
    func fit(_ conversion: inout Conversion, _ context: inout ConverterContext) {
        let format = MoneyFormat(unit: .major, surplus: context.surplus)
        guard let currency = context.currency, let exponent = context.exponents.exponent(of: currency),
            format.rounds(currency, context.exponents), let mode = format.writingMode,
            !conversion[.refunded].isAbsent || conversion.remainder != nil
        else { return }
        (conversion, context.unrounded) = conversion.fitted(toDecimals: exponent, mode)
    }

    /// Macros that say what this correction is; each list is enough alone.
    private func ways(of conversion: Conversion, isFinal: Bool) -> [[Field]] {
        if isFinal { return [[.status], [.update], [.refund], [.refunded]] }
        switch conversion.text(.update) {
        case "refund": return [[.refund], [.refunded]]
        case "amount": return [[.update, .amount], [.status, .amount]]
        default: return [[.status], [.update]]
        }
    }
}
