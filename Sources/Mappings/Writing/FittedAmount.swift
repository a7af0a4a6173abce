/// An amount of a correction in a unit that cannot hold all of its decimals.
struct FittedAmount: Sendable {
    var exact: ExactDecimal
    var sent: ExactDecimal
}

extension Conversion {
    /// The conversion with its amounts rounded so that they add up at a tracker whose unit has fewer decimals.
    ///
    /// What went back is rounded as a whole, and one refund is the difference to what went back before. So all refunds together are the rounded
    /// sale, whatever their parts are.
    ///
    ///     sale 1.005, refunds 0.335 each      →  sale 1.01, refunds 0.34, 0.33, 0.34
    func fitted(toDecimals decimals: Int, _ mode: RoundingMode) -> (conversion: Conversion, amounts: [FittedAmount]) {
        func fit(_ exact: ExactDecimal) -> ExactDecimal { exact.rounded(toDecimals: decimals, mode) }
        var fitted = self
        var amounts: [FittedAmount] = []
        func note(_ exact: ExactDecimal?, _ sent: ExactDecimal?) {
            if let exact, let sent, exact != sent { amounts.append(FittedAmount(exact: exact, sent: sent)) }
        }
        let (amount, refunded, refund) = (self[.amount].number, self[.refunded].number, self[.refund].number)
        if let refund {
            let sent = refunded.flatMap { all in all.subtracting(refund).flatMap { fit(all).subtracting(fit($0)) } } ?? fit(refund)
            fitted[.refund] = .number(sent)
            note(refund, sent)
        }
        if let amount {
            fitted[.amount] = .number(fit(amount))
            note(amount, fit(amount))
        }
        if let refunded {
            fitted[.refunded] = .number(fit(refunded))
            note(refunded, fit(refunded))
            if let amount { note(amount.subtracting(refunded), fit(amount).subtracting(fit(refunded))) }
        }
        return (fitted, amounts)
    }
}
