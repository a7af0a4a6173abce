/// An amount of a correction in a unit that cannot hold all of its decimals.
struct FittedAmount: Sendable {
    var exact: ExactDecimal
    var sent: ExactDecimal
    /// Whether this message reports it for the first time. If nothing of it can be sent, there is nothing to send yet; a sum may be zero.
    var isNew = false
}

extension Conversion {
    /// The conversion with its amounts rounded so that they add up at a tracker whose unit has fewer decimals.
    ///
    /// What went back is rounded as a whole, and one refund is the difference to what went back before. So all refunds together are the rounded
    /// sale, whatever their parts are.
    ///
    ///     sale 1.005, refunds 0.335 each      →  sale 1.01, refunds 0.34, 0.33, 0.34
    ///
    /// A sale that is sent as what is left of it is the rounded sale without the rounded part that went back.
    func fitted(toDecimals decimals: Int, _ mode: RoundingMode) -> (conversion: Conversion, amounts: [FittedAmount]) {
        func fit(_ exact: ExactDecimal) -> ExactDecimal { exact.rounded(toDecimals: decimals, mode) }
        var fitted = self
        var amounts: [FittedAmount] = []
        func note(_ exact: ExactDecimal?, _ sent: ExactDecimal?, isNew: Bool = false) {
            if let exact, let sent, exact != sent { amounts.append(FittedAmount(exact: exact, sent: sent, isNew: isNew)) }
        }
        if let rest = remainder {
            let sent = fit(rest.amount).subtracting(fit(rest.refunded))
            fitted[.amount] = sent.map(Value.number) ?? .absent
            note(self[.amount].number, sent, isNew: true)
            return (fitted, amounts)
        }
        let (amount, refunded, refund) = (self[.amount].number, self[.refunded].number, self[.refund].number)
        if let refund {
            let sent = refunded.flatMap { all in all.subtracting(refund).flatMap { fit(all).subtracting(fit($0)) } } ?? fit(refund)
            fitted[.refund] = .number(sent)
            note(refund, sent, isNew: true)
        }
        if let amount {
            fitted[.amount] = .number(fit(amount))
            note(amount, fit(amount))
        }
        if let refunded {
            fitted[.refunded] = .number(fit(refunded))
            note(refunded, fit(refunded))
            if let amount {
                let rest = fit(amount).subtracting(fit(refunded))
                if let left = self[.remaining].number, !left.isZero { fitted[.remaining] = rest.map(Value.number) ?? .absent }
                note(amount.subtracting(refunded), rest)
            }
        }
        return (fitted, amounts)
    }
}
