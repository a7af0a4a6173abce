/// What a correction takes back of a conversion.
///
/// Senders count in three ways, and each comes to a step: what goes back now.
///
///     refund 3.00      →  the step is 3.00
///     refunded 12.00   →  the step is 12.00 without what went back before; no more than that is nothing new
///     remaining 38.00  →  the step is the sale's amount without 38.00, and without what went back before
extension Conversion {
    func refunded(by correction: Correction) throws(Failure) -> CorrectionOutcome {
        let status = text(.status)
        if Correction.Status.rank(status) == Correction.Status.final {
            let what = correction.saysHowMuch ? "a further refund" : "a refund"
            return .unchanged(note: "the conversion is \(status ?? "") already; \(what) changes nothing")
        }
        let before = self[.refunded].number ?? .zero
        let worth = self[.amount].number
        var next = self
        next[.update] = .text("refund")
        next[.refund] = .absent
        if correction.saysHowMuch {
            switch try step(of: correction, before: before, worth: worth) {
            case .nothingNew(let note): return .unchanged(note: note)
            case .step(let refund, let after):
                next[.refund] = .number(refund)
                next[.refunded] = .number(after)
                if after == worth { next[.status] = .text(Correction.Status.refunded) }
            }
        } else {
            next[.status] = .text(Correction.Status.refunded)
            if let worth, let rest = worth.subtracting(before), rest > .zero {
                next[.refund] = .number(rest)
                next[.refunded] = .number(worth)
            }
        }
        if let reason = correction.reason { next[.reason] = .text(reason) }
        return .changed(next.withRemaining)
    }

    private enum Step {
        case step(ExactDecimal, after: ExactDecimal)
        case nothingNew(String)
    }

    private func step(of correction: Correction, before: ExactDecimal, worth: ExactDecimal?) throws(Failure) -> Step {
        if let total = try amount(correction.refunded) { return try step(toTotal: total, before: before, worth: worth) }
        if let refund = try amount(correction.refund) {
            guard let worth else { throw lacksAmount("a refund of \(money(refund))") }
            guard refund > .zero else {
                throw Failure(.invalidAmount, "a refund of \(money(refund)) takes nothing back; send an amount above zero")
            }
            guard let after = before.adding(refund), after <= worth else {
                let rest = worth.subtracting(before) ?? .zero
                let known = before == .zero ? "" : "; \(money(before)) of \(money(worth)) went back before"
                throw Failure(.invalidAmount, "a refund of \(money(refund)) is more than the \(money(rest)) that is left\(known)")
            }
            return .step(refund, after: after)
        }
        let rest = try amount(correction.remaining) ?? .zero
        guard let worth else { throw lacksAmount("a rest of \(money(rest))") }
        guard rest >= .zero, rest <= worth, let total = worth.subtracting(rest) else {
            throw Failure(
                .invalidAmount,
                "a rest of \(money(rest)) is impossible: the sale is worth \(money(worth)), so what is left is from 0 to that")
        }
        return try step(toTotal: total, before: before, worth: worth)
    }

    /// A total that is not more than what is known came late, or again.
    private func step(toTotal total: ExactDecimal, before: ExactDecimal, worth: ExactDecimal?) throws(Failure) -> Step {
        guard let worth else { throw lacksAmount("a total of \(money(total)) that went back") }
        guard total > before, let refund = total.subtracting(before) else {
            if total < .zero { throw Failure(.invalidAmount, "a total of \(money(total)) cannot have gone back; send zero or more") }
            return .nothingNew("\(money(before)) went back already, so a total of \(money(total)) is nothing new")
        }
        guard total <= worth else {
            throw Failure(.invalidAmount, "a total of \(money(total)) that went back is more than the sale's \(money(worth))")
        }
        return .step(refund, after: total)
    }

    private func lacksAmount(_ what: String) -> Failure {
        Failure(.invalidAmount, "\(what) needs the sale's amount, and the conversion has none")
    }

    /// With what is left of its amount: nothing, if it was rejected or charged back.
    var withRemaining: Conversion {
        guard let worth = self[.amount].number else { return self }
        var copy = self
        let isOver = Correction.Status.rank(text(.status)) == Correction.Status.final
        copy[.remaining] = isOver ? .number(.zero) : worth.subtracting(self[.refunded].number ?? .zero).map(Value.number) ?? .absent
        return copy
    }
}
