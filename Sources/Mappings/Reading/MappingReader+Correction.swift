extension MappingReader {
    /// Reads a request of `MessagePlan.inbound`.
    ///
    /// - Parameter origins: as of `read`.
    package func readCorrection(
        _ parsed: ParsedRequest, as identity: Identity, origins: inout [String: String]?
    ) throws(Refusal) -> CorrectionMessage {
        var message = try read(parsed, as: identity, origins: &origins)
        var correction = Correction(
            status: message.text(.status), amount: takeAmount(of: .amount, &message), refund: takeAmount(of: .refund, &message),
            currency: message.text(.currency), reason: message.text(.reason), occurredAt: message[.occurredAt].time)
        correction.refunded = takeAmount(of: .refunded, &message)
        correction.remaining = takeAmount(of: .remaining, &message)
        if correction.isRefund, !correction.saysHowMuch {
            try refuseOddAmount(in: message)
            if let name = mapping.refundAmounts.first {
                let names = mapping.refundAmounts.joined(separator: " or ")
                throw Refusal(.missingField, field: name, "\(names) is required: without it nobody knows how much goes back")
            }
        }
        return CorrectionMessage(message: message, correction: correction)
    }

    package func readCorrection(_ parsed: ParsedRequest, as identity: Identity) throws(Refusal) -> CorrectionMessage {
        var origins: [String: String]?
        return try readCorrection(parsed, as: identity, origins: &origins)
    }

    /// The amount as the correction states it. If it waits for its currency, the message itself has none.
    ///
    /// What goes back is often sent with a minus. What is left never is.
    private func takeAmount(of field: Field, _ message: inout Conversion) -> Correction.Amount? {
        guard var number = message[field].number else { return nil }
        if field == .refund || field == .refunded, number < .zero {
            number = number.negated
            message[field] = .number(number)
        }
        guard isInMinorUnits(field), message.currency == nil else { return .major(number) }
        message[field] = .absent
        return .minor(number, exponents)
    }
}
