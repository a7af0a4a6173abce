/// What a later message changes in a conversion that is already known: a new status, a new worth, or money taken back.
///
/// Pure content, without the conversion: that may not have arrived yet. `Conversion.corrected(by:)` decides what becomes of both. Whatever is
/// absent is not changed.
package struct Correction: Sendable, Hashable {
    /// One of `Field.statuses`. `refunded` without saying how much takes back all that is left.
    package var status: String?
    /// What the sale is worth from now on; with `adds`, what is added to it.
    package var amount: Amount?
    package var adds: Bool
    /// What is taken back by this message; the status says whether anything is left.
    package var refund: Amount?
    /// What has been taken back in all, as senders say that count: it goes before `refund`.
    package var refunded: Amount?
    /// What is left of the sale; it counts if neither of the two is there.
    package var remaining: Amount?
    /// Of the amounts; nil means the conversion's own.
    package var currency: String?
    package var reason: String?
    package var occurredAt: Timestamp?

    package init(
        status: String? = nil, amount: Amount? = nil, adds: Bool = false, refund: Amount? = nil, refunded: Amount? = nil,
        remaining: Amount? = nil, currency: String? = nil, reason: String? = nil, occurredAt: Timestamp? = nil
    ) {
        self.status = status
        self.amount = amount
        self.adds = adds
        self.refund = refund
        self.refunded = refunded
        self.remaining = remaining
        self.currency = currency
        self.reason = reason
        self.occurredAt = occurredAt
    }

    /// Whether it takes money back.
    package var isRefund: Bool { saysHowMuch || status == Status.refunded }

    /// Whether it says how much goes back, or went back, or is left.
    package var saysHowMuch: Bool { refund != nil || refunded != nil || remaining != nil }

    /// An amount in the unit that the message has.
    package enum Amount: Sendable, Hashable {
        case major(ExactDecimal)
        /// Whole minor units of a currency that the message does not name, with the sender's own exponents: 1000 is EUR 10.00 or JPY 1000, and
        /// only the conversion knows which.
        case minor(ExactDecimal, CurrencyExponents)
    }

    /// A conversion's statuses, from the one that may still become anything to those that stay.
    enum Status {
        static let approved = "approved"
        static let refunded = "refunded"

        static func rank(_ status: String?) -> Int {
            switch status {
            case nil, "pending", "pending_review": 0
            case approved: 1
            default: final
            }
        }

        static let final = 2
    }
}

/// What becomes of a conversion when a correction arrives.
package enum CorrectionOutcome: Sendable {
    /// The whole conversion as it is now, with `update` and, if money was taken back, `refund`, `refunded` and `remaining`.
    case changed(Conversion)
    /// Nothing changes, and why: it has nothing new, or came too late.
    case unchanged(note: String)
    /// The correction is impossible: more than the sale is worth, or in another currency.
    case refused(Failure)
}
