extension Item {
    /// A part as the sender gave it, or as the other parts make it: what one piece costs, or the whole line after its discount.
    ///
    ///     total 30, quantity 4             →  unit price 7.5
    ///     total 27, discount 3, quantity 4 →  unit price 7.5
    ///     unit price 7.5, quantity 4, discount 3  →  total 27
    ///
    /// A line without a quantity is one piece. What is made so is never stored, so a price of 10 / 3 loses nothing of the total.
    @inline(__always)
    package func value(_ part: Part) -> Value {
        let own = self[part]
        return own.isAbsent ? made(part) : own
    }

    /// The same as far as arithmetic looks at it.
    @inline(__always)
    func figure(_ part: Part) -> Formula.Figure {
        let own = Formula.Figure(self[part])
        if case .absent = own { return Formula.Figure(made(part)) }
        return own
    }

    private func made(_ part: Part) -> Value {
        switch part {
        case .unitPrice:
            guard let total = self[.total].number, let whole = total.adding(self[.discount].number ?? .zero) else { return .absent }
            let quantity = self[.quantity].number ?? ExactDecimal(1)
            guard !quantity.isZero else { return .absent }
            return whole.divided(by: quantity, decimals: 20, rounding: .halfEven).map(Value.number) ?? .absent
        case .total:
            guard let price = self[.unitPrice].number, let whole = price.multiplied(by: self[.quantity].number ?? ExactDecimal(1)) else {
                return .absent
            }
            return whole.subtracting(self[.discount].number ?? .zero).map(Value.number) ?? .absent
        case .sku, .name, .quantity, .category, .discount: return .absent
        }
    }
}
