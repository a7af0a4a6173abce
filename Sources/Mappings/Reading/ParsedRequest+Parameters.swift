extension ParsedRequest {
    /// Puts the parameters of a query or form into the slots of the fields at the top of a body. Of too many, only the secrets are taken.
    ///
    /// - Parameter place: the place of a parameter of that name.
    mutating func take(
        _ encoded: [UInt8], by layout: RequestLayout, at place: (String) -> CredentialPlan.Place
    ) throws(Refusal) {
        let parameters = Parameters(decoding: encoded, upTo: RequestLimits.parameters, elseOnly: layout.secretNames)
        warnings += parameters.warnings
        parameterCount += parameters.count
        guard parameters.isComplete else { return takeSecrets(parameters.pairs, by: layout, at: place) }
        self.parameters = parameters
        var seen: [String: String] = [:]
        for (name, value) in parameters.pairs {
            if let earlier = seen.updateValue(value, forKey: name) {
                if earlier == value { continue }
                if layout.secretNames.contains(name) {
                    throw Refusal(.malformed, field: name, "\(name) was sent twice, with two values")
                }
                throw Refusal(
                    .malformed, field: name, "\(name) was sent twice, as \(earlier.quotedBriefly) and \(value.quotedBriefly)")
            }
            if layout.secretNames.contains(name) {
                secrets[name, default: [:]][place(name)] = value
            } else if let slot = layout.slot(ofParameter: name) {
                slots[slot] = value.isBlank ? .absent : .string(value)
            } else if !name.isEmpty || !value.isEmpty {
                keep(name, .string(value))
            }
        }
    }

    /// Puts the query of a request whose fields are in the body into its slots: credentials, signatures, and what else was sent.
    mutating func takeBesideBody(_ encoded: [UInt8], by layout: RequestLayout) {
        let query = Parameters(decoding: encoded, upTo: RequestLimits.parameters, elseOnly: layout.secretNames)
        warnings += query.warnings
        parameterCount += query.count
        for (name, value) in query.pairs {
            if layout.secretNames.contains(name) {
                secrets[name, default: [:]][.query(name)] = value
            } else if let parameter = layout.parameters.first(where: { $0.place == .query && $0.name == name }) {
                slots[parameter.slot] = value.isBlank ? .absent : .string(value)
            } else {
                keep("query.\(name)", .string(value))
            }
        }
    }

    /// Takes the secrets among these, and nothing else.
    mutating func takeSecrets(
        _ pairs: [(name: String, value: String)], by layout: RequestLayout, at place: (String) -> CredentialPlan.Place
    ) {
        for (name, value) in pairs where layout.secretNames.contains(name) && secrets[name]?[place(name)] == nil {
            secrets[name, default: [:]][place(name)] = value
        }
    }
}

extension RequestLayout {
    /// Parameters have the names of fields at the top of a body.
    func slot(ofParameter name: String) -> Int? {
        if let parameter = parameters.first(where: { $0.name == name && $0.place == .query }) { return parameter.slot }
        for member in members where member.name == name {
            if case .slot(let slot) = member.content { return slot }
        }
        return nil
    }
}
