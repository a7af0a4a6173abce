extension Conversion {
    /// What the last correction changed, in words: `the refund of EUR 10.00`, `the status 'rejected'`.
    package var change: String {
        switch text(.update) {
        case "refund": self[.refund].isAbsent ? "the refund" : "the refund of \(exampleText("refund") ?? "")"
        case "amount": "the new amount of \(exampleText("amount") ?? "")"
        default: "the status '\(text(.status) ?? "none")'"
        }
    }

    /// The conversion as a first message reports it, for a tracker that never received it: what is left of the amount, and no history.
    package var asFirstMessage: Conversion {
        var first = self
        if let amount = self[.amount].number, let refunded = self[.refunded].number, let rest = amount.subtracting(refunded) {
            first[.amount] = .number(rest)
            first.remainder = Remainder(of: amount, without: refunded)
        }
        for field in [Field.update, .refund, .refunded, .remaining] { first[field] = .absent }
        return first
    }
}
