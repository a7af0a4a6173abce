extension PostbackURL {
    /// Sends a correction: money that goes back to the `refund_url` if there is one, anything else to the same address if that has a macro
    /// for it. An address without such a macro would report the first conversion once more.
    func writeUpdate(_ conversion: Conversion, _ exponents: CurrencyExponents) throws(Skip) -> OutboundRequest {
        let isFinal = Correction.Status.rank(conversion.text(.status)) == Correction.Status.final
        var stated = conversion
        if isFinal, stated[.refund].isAbsent, let rest = conversion.asFirstMessage[.amount].number {
            // What is rejected or charged back goes back as far as it has not.
            stated[.refund] = .number(rest)
        }
        if isFinal || conversion.text(.update) == "refund", let refunds = refunds.first { return try refunds.fill(stated, exponents) }
        let ways = ways(of: conversion, isFinal: isFinal)
        if ways.contains(where: { $0.allSatisfy { named.contains(.field($0)) } }) { return try fill(stated, exponents) }
        let macros = ways.map { $0.map { "{\($0.name)}" }.joined(separator: " and ") }.joined(separator: " or ")
        let hint = isFinal || conversion.text(.update) == "refund" ? "; a refund_url can take it" : ""
        throw Skip("the postback_url has no \(macros), so \(conversion.change) was not sent\(hint)")
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
