/// A correction as JSON, for one that waits for its conversion. Equal corrections have equal documents.
extension Correction {
    package func document() -> [UInt8] {
        var json = JSONWriter(capacity: 160)
        json.beginObject()
        if let status { json.pair("status", status) }
        if let amount { json.amount("amount", amount) }
        if adds {
            json.key("adds")
            json.bool(true)
        }
        if let refund { json.amount("refund", refund) }
        if let refunded { json.amount("refunded", refunded) }
        if let remaining { json.amount("remaining", remaining) }
        if let currency { json.pair("currency", currency) }
        if let reason { json.pair("reason", reason) }
        if let occurredAt { json.pair("occurred_at", occurredAt.description) }
        json.endObject()
        return json.bytes
    }

    /// Nil unless `document` wrote it.
    package init?(document: [UInt8]) {
        guard case .object(let root)? = try? JSONValue(parsing: document) else { return nil }
        self.init(
            status: root["status"]?.plainText, adds: root["adds"] == .bool(true), currency: root["currency"]?.plainText,
            reason: root["reason"]?.plainText, occurredAt: root["occurred_at"]?.plainText.flatMap { Timestamp(iso8601: $0) })
        for (name, path) in Self.amounts {
            guard let value = root[name] else { continue }
            guard let amount = Amount(stored: value) else { return nil }
            self[keyPath: path] = amount
        }
    }

    private static var amounts: [(name: String, path: WritableKeyPath<Correction, Amount?>)] {
        [("amount", \.amount), ("refund", \.refund), ("refunded", \.refunded), ("remaining", \.remaining)]
    }
}

extension JSONWriter {
    fileprivate mutating func pair(_ name: String, _ value: String) {
        key(name)
        string(value)
    }

    /// Major units as a text, minor units with what the sender's currencies deviate in.
    fileprivate mutating func amount(_ name: String, _ amount: Correction.Amount) {
        key(name)
        switch amount {
        case .major(let value): string(value.description)
        case .minor(let value, let exponents):
            beginObject()
            pair("minor", value.description)
            if !exponents.overrides.isEmpty {
                key("exponents")
                beginObject()
                for (currency, exponent) in exponents.overrides.sorted(by: { $0.key.code < $1.key.code }) {
                    key(currency.code)
                    number(String(exponent))
                }
                endObject()
            }
            endObject()
        }
    }
}

extension Correction.Amount {
    fileprivate init?(stored value: JSONValue) {
        guard let text = value.plainText ?? value["minor"]?.plainText, let number = try? ExactDecimal(parsing: text) else { return nil }
        guard case .object = value else {
            self = .major(number)
            return
        }
        var overrides: [Currency: Int] = [:]
        if case .object(let object)? = value["exponents"] {
            for member in object.members {
                guard let currency = Currency(code: member.key), let exponent = member.value.plainText.flatMap({ Int($0) }) else {
                    return nil
                }
                overrides[currency] = exponent
            }
        }
        self = .minor(number, CurrencyExponents(overrides: overrides))
    }
}
