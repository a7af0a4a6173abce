/// A correction, or what is left of a sale, as it was before its amounts were rounded for a tracker whose unit cannot hold them.
final class UnroundedCorrection: Sendable {
    let conversion: Conversion
    /// What this message reports for the first time. If nothing of it can be sent, there is nothing to send yet; a sum may be zero.
    private let step: ExactDecimal?

    fileprivate init(_ conversion: Conversion, step: ExactDecimal?) {
        self.conversion = conversion
        self.step = step
    }

    /// What one field would hold without the rounding.
    struct Amount {
        var exact: ExactDecimal
        var isStep: Bool
    }

    /// - Parameter isSum: the field holds a sum, whatever its value.
    func amount(_ exact: ExactDecimal?, isSum: Bool = false) -> Amount? {
        exact.map { Amount(exact: $0, isStep: !isSum && $0 == step) }
    }
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
    func fitted(toDecimals decimals: Int, _ mode: RoundingMode) -> (conversion: Conversion, from: UnroundedCorrection) {
        func fit(_ exact: ExactDecimal) -> ExactDecimal { exact.rounded(toDecimals: decimals, mode) }
        var fitted = self
        if let rest = remainder {
            fitted[.amount] = fit(rest.amount).subtracting(fit(rest.refunded)).map(Value.number) ?? .absent
            return (fitted, UnroundedCorrection(self, step: self[.amount].number))
        }
        let (amount, refunded, refund) = (self[.amount].number, self[.refunded].number, self[.refund].number)
        if let refund {
            let sent = refunded.flatMap { all in all.subtracting(refund).flatMap { fit(all).subtracting(fit($0)) } } ?? fit(refund)
            fitted[.refund] = .number(sent)
        }
        if let amount { fitted[.amount] = .number(fit(amount)) }
        if let refunded { fitted[.refunded] = .number(fit(refunded)) }
        if let amount, let refunded, let left = self[.remaining].number, !left.isZero {
            fitted[.remaining] = fit(amount).subtracting(fit(refunded)).map(Value.number) ?? .absent
        }
        return (fitted, UnroundedCorrection(self, step: refund))
    }
}
