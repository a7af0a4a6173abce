/// What a later message changes in a conversion that is already known: a new status, a new worth, or money taken back.
///
/// Pure content, without the conversion: that may not have arrived yet. `Conversion.corrected(by:)` decides what becomes of both. Whatever is
/// absent is not changed.
package struct Correction: Sendable, Hashable {
    /// One of `Field.statuses`. `refunded` without a `refund` takes back all that is left.
    package var status: String?
    /// What the sale is worth from now on; with `adds`, what is added to it.
    package var amount: Amount?
    package var adds: Bool
    /// What is taken back; the status says whether anything is left.
    package var refund: Amount?
    /// Of the amounts; nil means the conversion's own.
    package var currency: String?
    package var reason: String?
    package var occurredAt: Timestamp?

    package init(
        status: String? = nil, amount: Amount? = nil, adds: Bool = false, refund: Amount? = nil, currency: String? = nil,
        reason: String? = nil, occurredAt: Timestamp? = nil
    ) {
        self.status = status
        self.amount = amount
        self.adds = adds
        self.refund = refund
        self.currency = currency
        self.reason = reason
        self.occurredAt = occurredAt
    }

    /// Whether it takes money back.
    package var isRefund: Bool { refund != nil || status == Status.refunded }

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
    /// The whole conversion as it is now, with `update` and, if money was taken back, `refund` and `refunded`.
    case changed(Conversion)
    /// Nothing changes, and why: it has nothing new, or came too late.
    case unchanged(note: String)
    /// The correction is impossible: more than the sale is worth, or in another currency.
    case refused(Failure)
}
