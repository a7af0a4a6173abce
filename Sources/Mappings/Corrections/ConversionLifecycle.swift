/// The rules by which a conversion changes after its first message.
///
///     none, pending, pending_review  →  approved  →  refunded | rejected | chargeback
///
/// Only forwards: a message that asks for a step back, or from one end to another, changes nothing, so that messages may overtake each other. Refunds add up, in any
/// order, and never beyond the sale (`Conversion+Refund.swift`); when nothing is left the status is `refunded`. `amount` stays what the sale was worth.
extension Conversion {
    package func corrected(by correction: Correction) -> CorrectionOutcome {
        do throws(Failure) {
            try checkCurrency(of: correction)
            if correction.isRefund { return try refunded(by: correction) }
            return try restated(by: correction)
        } catch {
            return .refused(error)
        }
    }

    /// The correction that a second full message under the same key is: the status and the amount that it states.
    ///
    /// - Parameter adding: whether its amount counts on top of what is known, as trackers do that book every postback.
    package static func correction(of current: Conversion, byRepeat message: Conversion, adding: Bool) -> Correction {
        let status = message.text(.status)
        // A message that ends a conversion does not give it a new price too.
        let isFinal = Correction.Status.rank(status) == Correction.Status.final
        let amount = isFinal ? nil : message[.amount].number
        return Correction(
            status: status, amount: amount.map { .major($0) }, adds: adding, currency: amount == nil ? nil : message.text(.currency),
            reason: message.text(.reason), occurredAt: message[.occurredAt].time)
    }

    private func checkCurrency(of correction: Correction) throws(Failure) {
        guard let other = correction.currency, other != text(.currency) else { return }
        if self[.amount].isAbsent, !correction.saysHowMuch { return }
        // Nothing is contradicted if neither message has an amount in a currency.
        if self[.currency].isAbsent, correction.amount == nil, !correction.saysHowMuch { return }
        throw Failure(
            .invalid,
            "the correction is in \(other), but the conversion is in \(text(.currency) ?? "an unknown currency"); amounts are corrected in the currency of the first message"
        )
    }

    // MARK: Status and worth

    private func restated(by correction: Correction) throws(Failure) -> CorrectionOutcome {
        let (old, new) = (text(.status), correction.status ?? text(.status))
        let rank = Correction.Status.rank(old)
        if rank == Correction.Status.final {
            let isSame = new == old && correction.amount == nil
            return .unchanged(note: isSame ? "the conversion is \(old ?? "") already" : "the conversion is \(old ?? ""), which is final")
        }
        if Correction.Status.rank(new) < rank, !correction.adds {
            return .unchanged(note: "the status '\(new ?? "")' came after '\(old ?? "")'; a status never goes back")
        }
        var next = self
        next[.refund] = .absent
        var changes: [String] = []
        if Correction.Status.rank(new) > rank {
            next[.status] = new.map(Value.text) ?? .absent
            changes.append("status")
        }
        if let worth = try worth(after: correction), worth != self[.amount].number {
            if let refunded = self[.refunded].number, worth < refunded {
                throw Failure(
                    .invalidAmount, "an amount of \(money(worth)) is less than the \(money(refunded)) that went back already")
            }
            if self[.amount].isAbsent, let currency = correction.currency { next[.currency] = .text(currency) }
            next[.amount] = .number(worth)
            if worth == self[.refunded].number, worth > .zero { next[.status] = .text(Correction.Status.refunded) }
            changes.append("amount")
        }
        guard let first = changes.first else {
            let isSideways = new != old
            return .unchanged(
                note: isSideways
                    ? "the status '\(new ?? "")' adds nothing to '\(old ?? "none")'; nothing changes"
                    : "the message has nothing new")
        }
        next[.update] = .text(first)
        if let reason = correction.reason { next[.reason] = .text(reason) }
        return .changed(next.withRemaining)
    }

    private func worth(after correction: Correction) throws(Failure) -> ExactDecimal? {
        guard let given = try amount(correction.amount) else { return nil }
        guard correction.adds, let known = self[.amount].number else {
            if given < .zero { throw Failure(.invalidAmount, "a sale cannot be worth \(money(given)); what goes back is a refund") }
            return given
        }
        guard let sum = known.adding(given) else {
            throw Failure(.invalidAmount, "\(money(known)) and \(money(given)) add up to more digits than an amount can have")
        }
        if sum < .zero { throw Failure(.invalidAmount, "\(money(known)) and \(money(given)) add up to less than zero") }
        return sum
    }

    // MARK: Amounts

    func amount(_ amount: Correction.Amount?) throws(Failure) -> ExactDecimal? {
        switch amount {
        case nil: return nil
        case .major(let value): return value
        case .minor(let value, let exponents):
            guard let currency, let exponent = exponents.exponent(of: currency) else {
                let held = text(.currency).map { "\($0), which has no minor unit" } ?? "no known currency"
                throw Failure(.invalidAmount, "an amount of \(value) in minor units cannot be read: the conversion is in \(held)")
            }
            guard let major = value.scaled(byPowerOfTen: -exponent) else {
                throw Failure(.invalidAmount, "an amount of \(value) has more digits than an amount can have")
            }
            return major
        }
    }

    /// As sentences show it: `EUR 12.50`.
    func money(_ amount: ExactDecimal) -> String {
        let text = amount.text(in: currency)
        return currency.map { "\($0) \(text)" } ?? text
    }
}
