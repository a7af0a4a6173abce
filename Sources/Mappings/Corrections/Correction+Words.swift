extension Correction {
    /// What it asks for, for people: `a refund of EUR 10.00`, `a refund of all that is left`, `the status 'rejected'`.
    ///
    /// Minor units of a currency that only the conversion knows stay what they are: `a refund of 1000 minor units`.
    package var words: String {
        var parts: [String] = []
        if let refunded {
            parts.append("refunds of \(refunded.words(in: currency)) in all")
        } else if let refund {
            parts.append("a refund of \(refund.words(in: currency))")
        } else if let remaining {
            parts.append("a refund of all but \(remaining.words(in: currency))")
        } else if isRefund {
            parts.append("a refund of all that is left")
        }
        if let amount { parts.append(adds ? "\(amount.words(in: currency)) more" : "the amount \(amount.words(in: currency))") }
        if let status, status != Status.refunded { parts.append("the status '\(status)'") }
        if parts.isEmpty { parts.append("nothing new") }
        if let reason { parts.append("reason \(reason.quotedBriefly)") }
        return parts.joined(separator: ", ")
    }
}

extension Correction.Amount {
    fileprivate func words(in code: String?) -> String {
        let currency = code.flatMap { Currency(code: $0) }
        switch self {
        case .major(let amount):
            let exponent = currency.flatMap { CurrencyExponents.iso.exponent(of: $0) }
            let text = exponent.flatMap { amount.text(decimals: $0) } ?? amount.description
            return code.map { "\($0) \(text)" } ?? text
        case .minor(let units, let exponents):
            guard let currency, let exponent = exponents.exponent(of: currency),
                let text = units.scaled(byPowerOfTen: -exponent)?.text(decimals: exponent)
            else { return units == ExactDecimal(1) ? "1 minor unit" : "\(units) minor units" }
            return "\(currency) \(text)"
        }
    }
}
