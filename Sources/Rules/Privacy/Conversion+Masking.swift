import Mappings

extension Conversion {
    /// The same with every secret blotted out that its sender put where no secret belongs: into an order's note, an item's name, a parameter
    /// that no field names.
    ///
    /// - Parameter own: the secrets of the sender's own source. Fields are given back to senders, in replies, lists and the requests of
    ///   destinations. There only these are blotted out: a sender who saw another's secret vanish would know that the guess was right.
    package func masked(by secrets: SecretFinder, shown own: SecretFinder) -> Conversion {
        // Closed words and currencies are not a sender's own text.
        let fields = fields.filter { ![.type, .status, .currency].contains($0) }
        var masked = changingTexts(in: fields) { own.masked($0) }
        masked.subIDs = subIDs.map { (own.masked($0.name), own.masked($0.value)) }
        masked.clickIDs = clickIDs.map { (own.masked($0.name), own.masked($0.value)) }
        masked.metadata = metadata.masked(by: secrets)
        masked.extra = extra.masked(by: secrets)
        masked.warnings = warnings.map { secrets.masked($0) }
        return masked
    }
}

extension JSONObject {
    fileprivate func masked(by secrets: SecretFinder) -> JSONObject {
        JSONObject(members.map { (secrets.masked($0.key), $0.value.masked(by: secrets)) })
    }
}

extension JSONValue {
    fileprivate func masked(by secrets: SecretFinder) -> JSONValue {
        switch self {
        case .null, .bool: self
        case .string(let text): .string(secrets.masked(text))
        case .number(let text): secrets.masked(text) == text ? self : .string("***")
        case .array(let elements): .array(elements.map { $0.masked(by: secrets) })
        case .object(let object): .object(object.masked(by: secrets))
        }
    }
}
