extension MappingReader {
    /// Reads a request of `UpdatePlan.inbound`.
    ///
    /// - Parameter origins: as of `read`.
    package func readCorrection(
        _ parsed: ParsedRequest, as identity: Identity, origins: inout [String: String]?
    ) throws(Refusal) -> CorrectionMessage {
        var message = try read(parsed, as: identity, origins: &origins)
        let amount = takeAmount(of: .amount, &message)
        let refund = takeAmount(of: .refund, &message)
        let correction = Correction(
            status: message.text(.status), amount: amount, refund: refund, currency: message.text(.currency),
            reason: message.text(.reason), occurredAt: message[.occurredAt].time)
        if correction.isRefund, correction.refund == nil { try refuseOddAmount(in: message) }
        return CorrectionMessage(message: message, correction: correction)
    }

    package func readCorrection(_ parsed: ParsedRequest, as identity: Identity) throws(Refusal) -> CorrectionMessage {
        var origins: [String: String]?
        return try readCorrection(parsed, as: identity, origins: &origins)
    }

    /// The amount as the correction states it. If it waits for its currency, the message itself has none.
    private func takeAmount(of field: Field, _ message: inout Conversion) -> Correction.Amount? {
        guard let number = message[field].number else { return nil }
        guard isInMinorUnits(field), message.currency == nil else { return .major(number) }
        message[field] = .absent
        return .minor(number, exponents)
    }
}
